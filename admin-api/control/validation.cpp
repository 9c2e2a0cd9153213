// SPDX-License-Identifier: Apache-2.0
#include "admin-api/control/validation.h"

#include <algorithm>
#include <set>

#include "admin-api/control/network.h"

namespace millpond::admin {
namespace {

constexpr std::string_view default_engine = "redis";
constexpr std::string_view default_version = "7.0";

bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool is_cluster_id(std::string_view id) {
    if (id.empty() || id.size() > 40 || !is_letter(id.front()) || id.back() == '-') return false;
    if (id.find("--") != std::string_view::npos) return false;
    return std::all_of(id.begin(), id.end(),
                       [](char c) { return is_letter(c) || is_digit(c) || c == '-'; });
}

std::string in_rule(std::size_t index, std::string_view member) {
    return "rules[" + std::to_string(index) + "]." + std::string(member);
}

bool is_plain_text(std::string_view text) {
    return std::all_of(text.begin(), text.end(),
                       [](char c) { return static_cast<unsigned char>(c) >= 0x20 && c != 0x7f; });
}

Result<void> valid_rule_ports(const schema::NewInboundRule& rule, std::size_t index) {
    if (rule.from_port < 0 || rule.from_port > 65535)
        return invalid_value(in_rule(index, "from_port"), "A port is a number from 0 to 65535.");
    if (rule.to_port < rule.from_port || rule.to_port > 65535)
        return invalid_value(in_rule(index, "to_port"),
                             "The last port must be from the first port to 65535.");
    return boost::outcome_v2::success();
}

Result<void> valid_rule_source(const schema::NewInboundRule& rule, std::size_t index) {
    if (rule.cidr && rule.group)
        return Error{
            "InvalidParameterCombination",
            "A rule has one source: either a range (cidr) or a security group (group), not "
            "both.",
            in_rule(index, "group"), 400};
    if (!rule.cidr && !rule.group)
        return Error{"MissingParameter",
                     "A rule needs a source: a range (cidr; 0.0.0.0/0 is Anywhere) or a security "
                     "group (group).",
                     in_rule(index, "cidr"), 400};
    if (rule.cidr && !parse_cidr(*rule.cidr))
        return invalid_value(in_rule(index, "cidr"),
                             "CIDR block " + *rule.cidr +
                                 " is malformed: write an IPv4 range such as 127.0.0.0/8, "
                                 "127.0.0.1/32 or 0.0.0.0/0.");
    return boost::outcome_v2::success();
}

}  // namespace

Result<std::string> valid_cluster_id(std::string_view id) {
    if (!is_cluster_id(id))
        return invalid_value("id", "\"" + std::string(id.substr(0, 60)) +
                                       "\" is no cluster id: use 1 to 40 letters, digits and "
                                       "hyphens, a letter first, no two hyphens in a row and none "
                                       "at the end.");
    std::string lower(id);
    for (char& c : lower)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return lower;
}

Result<void> valid_replicas(int replicas, bool automatic_failover) {
    if (replicas < 0 || replicas > replicas_max)
        return invalid_value(
            "replicas", "A cluster has 0 to 5 replicas, not " + std::to_string(replicas) + ".");
    if (automatic_failover && replicas == 0)
        return Error{"InvalidParameterCombination",
                     "Automatic failover needs at least one replica: add a replica, or turn "
                     "automatic failover off.",
                     "automatic_failover", 400};
    return boost::outcome_v2::success();
}

Result<void> valid_description(std::string_view text, std::string_view field) {
    if (text.size() > 255 || !is_plain_text(text))
        return invalid_value(
            std::string(field),
            "A description has at most 255 characters, and no control characters.");
    return boost::outcome_v2::success();
}

Result<void> valid_port(int port) {
    if (port < 1024 || port > 65535)
        return invalid_value("port", "The port must be from 1024 to 65535; Redis's own is 6379.");
    return boost::outcome_v2::success();
}

Result<std::string> valid_engine(const std::optional<std::string>& engine) {
    if (engine && *engine != default_engine)
        return invalid_value("engine",
                             "The engine \"" + *engine + "\" is not available: use redis.");
    return std::string(default_engine);
}

Result<std::string> valid_engine_version(const std::optional<std::string>& version) {
    if (version && *version != default_version && *version != "7.0.7" && *version != "7.x")
        return invalid_value("engine_version",
                             "The engine version \"" + *version + "\" is not available: use 7.0.");
    return std::string(default_version);
}

const std::vector<schema::NodeType>& all_node_types() {
    static const std::vector<schema::NodeType> types{{"cache.t4g.micro", 536'870'912},
                                                     {"cache.t4g.small", 1'471'026'299},
                                                     {"cache.t4g.medium", 3'317'862'236},
                                                     {"cache.m5.large", 6'854'542'746}};
    return types;
}

std::int64_t max_memory_of(std::string_view node_type) {
    for (const auto& type : all_node_types())
        if (type.name == node_type) return type.max_memory;
    return 0;
}

Result<std::string> valid_node_type(std::string_view name) {
    if (max_memory_of(name) > 0) return std::string(name);
    std::string known;
    for (const auto& type : all_node_types()) known += (known.empty() ? "" : ", ") + type.name;
    return invalid_value("node_type", "There is no node type \"" + std::string(name.substr(0, 60)) +
                                          "\": use one of " + known + ".");
}

Result<void> valid_tags(const std::vector<schema::Tag>& tags) {
    std::set<std::string> seen;
    for (std::size_t i = 0; i < tags.size(); ++i) {
        const auto& tag = tags[i];
        const auto field = "tags[" + std::to_string(i) + "]";
        if (tag.key.empty() || tag.key.size() > 128 || tag.value.size() > 256)
            return invalid_value(field,
                                 "A tag's key has 1 to 128 characters, its value at most 256.");
        if (tag.key.starts_with("aws:"))
            return invalid_value(field + ".key",
                                 "A tag's key cannot start with aws:, which is reserved.");
        if (!seen.insert(tag.key).second)
            return invalid_value(field + ".key", "The tag " + tag.key + " is there twice.");
    }
    if (tags.size() > tags_max)
        return Error{"TagQuotaPerResourceExceeded", "A resource has at most 50 tags.", "tags", 400};
    return boost::outcome_v2::success();
}

Result<void> valid_group_name(std::string_view name) {
    if (name.empty() || name.size() > 255 || !is_plain_text(name))
        return invalid_value(
            "name", "A security group's name has 1 to 255 characters, and no control characters.");
    if (name.starts_with("sg-"))
        return invalid_value(
            "name", "A security group's name cannot start with sg-: that is how ids start.");
    if (name == "default")
        return Error{"InvalidParameterValue", "The name default is the VPC's own group's.", "name",
                     400};
    return boost::outcome_v2::success();
}

Result<schema::InboundRule> valid_rule(const schema::NewInboundRule& rule, std::size_t index) {
    schema::InboundRule out;
    out.protocol = rule.protocol.value_or("tcp");
    if (out.protocol == "6") out.protocol = "tcp";
    if (out.protocol != "tcp" && out.protocol != "-1")
        return invalid_value(in_rule(index, "protocol"),
                             "The protocol is tcp, or -1 for all traffic: caches speak TCP only.");
    if (out.protocol == "tcp") {
        BOOST_OUTCOME_TRYV(valid_rule_ports(rule, index));
        out.from_port = rule.from_port;
        out.to_port = rule.to_port;
    } else {
        out.from_port = out.to_port = -1;
    }
    BOOST_OUTCOME_TRYV(valid_rule_source(rule, index));
    if (rule.cidr) out.cidr = parse_cidr(*rule.cidr)->text();
    out.group = rule.group;
    out.description = rule.description.value_or("");
    BOOST_OUTCOME_TRYV(valid_description(out.description, in_rule(index, "description")));
    return out;
}

}  // namespace millpond::admin
