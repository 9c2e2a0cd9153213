// SPDX-License-Identifier: Apache-2.0
#include "admin-api/failover/report_of.h"

namespace millpond::admin::failover {

namespace {

std::string text_of(const resp::Value& map, std::string_view key) {
    const resp::Value* value = map.find(key);
    return value && value->is_string() ? value->text : std::string();
}

std::int64_t number_of(const resp::Value& map, std::string_view key) {
    const resp::Value* value = map.find(key);
    return value && value->type == resp::ValueType::integer ? value->integer : 0;
}

Role role_of(const std::string& text) {
    for (const Role role : {Role::primary, Role::replica}) {
        if (text == word(role)) return role;
    }
    return Role::none;
}

Link link_of(const std::string& text) {
    for (const Link link : {Link::connecting, Link::syncing, Link::up, Link::down}) {
        if (text == word(link)) return link;
    }
    return Link::none;
}

}  // namespace

const char* word(Role role) {
    switch (role) {
        case Role::none:
            return "none";
        case Role::primary:
            return "primary";
        case Role::replica:
            return "replica";
    }
    return "none";
}

const char* word(Link link) {
    switch (link) {
        case Link::none:
            return "none";
        case Link::connecting:
            return "connecting";
        case Link::syncing:
            return "syncing";
        case Link::up:
            return "up";
        case Link::down:
            return "down";
    }
    return "none";
}

std::string code_of(const resp::Value& error) {
    return error.text.substr(0, error.text.find(' '));
}

History history_of(const resp::Value& map) {
    History history;
    history.replid = text_of(map, "replid");
    history.replid2 = text_of(map, "replid2");
    history.second_offset = static_cast<std::uint64_t>(number_of(map, "second_offset"));
    history.offset = static_cast<std::uint64_t>(number_of(map, "offset"));
    return history;
}

Report report_of(const resp::Value& status) {
    Report report;
    report.role = role_of(text_of(status, "role"));
    report.epoch = static_cast<Epoch>(number_of(status, "epoch"));
    report.history = history_of(status);
    report.link = link_of(text_of(status, "link"));
    report.source = text_of(status, "source");
    const resp::Value* replicas = status.find("replicas");
    if (!replicas) return report;
    for (const resp::Value& item : replicas->items) {
        ReplicaReport replica;
        replica.node = text_of(item, "id");
        replica.online = text_of(item, "state") == "online";
        replica.lag_ms = number_of(item, "lag_ms");
        report.replicas.push_back(std::move(replica));
    }
    return report;
}

}  // namespace millpond::admin::failover
