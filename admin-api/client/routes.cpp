// SPDX-License-Identifier: Apache-2.0
//
// The typed calls of Client, one per route of API.md: bodies out, objects in.
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "admin-api/client/client.h"
#include "admin-api/client/url.h"
#include "admin-api/schema/json.h"

namespace millpond::admin {
namespace {

using schema::to_json;

template <class T>
Result<T> read(const boost::json::value& json) {
    auto object = schema::from_json<T>(json, schema::UnknownMembers::skip);
    if (object) return object;
    return Error{
        std::string(daemon_bad_answer),
        "The daemon's answer cannot be read (is it of another version?): " + object.error().message,
        object.error().field, 0};
}

template <class T>
Result<Listed<T>> read_list(const boost::json::value& json) {
    const auto* root = json.if_object();
    const auto* items = root ? root->if_contains("items") : nullptr;
    if (!items || !items->is_array())
        return Error{std::string(daemon_bad_answer), "The daemon's answer is not a list.", "items",
                     0};
    Listed<T> listed;
    if (const auto* revision = root->if_contains("revision"); revision && revision->is_int64())
        listed.revision = revision->get_int64();
    for (const auto& item : items->get_array()) {
        auto object = read<T>(item);
        if (!object) return object.error();
        listed.items.push_back(std::move(object.value()));
    }
    return listed;
}

template <class T>
Client::Answer<Reply> as(Client::Answer<T> done) {
    return [done = std::move(done)](Result<Reply> reply) {
        if (!reply) return done(reply.error());
        done(read<T>(reply.value().json));
    };
}

template <class T>
Client::Answer<Reply> as_list(Client::Answer<Listed<T>> done) {
    return [done = std::move(done)](Result<Reply> reply) {
        if (!reply) return done(reply.error());
        done(read_list<T>(reply.value().json));
    };
}

std::string cluster_path(std::string_view id) {
    return "/v1/clusters/" + percent_encode(id);
}
std::string group_path(std::string_view id) {
    return "/v1/security-groups/" + percent_encode(id);
}

std::string joined(const std::vector<std::string>& names) {
    std::string text;
    for (const auto& name : names) text += (text.empty() ? "" : ",") + name;
    return text;
}

}  // namespace

void Client::info(Answer<schema::DaemonInfo> done) {
    request("GET", "/v1", {}, as<schema::DaemonInfo>(std::move(done)));
}

void Client::clusters(Answer<Listed<schema::Cluster>> done) {
    request("GET", "/v1/clusters", {}, as_list<schema::Cluster>(std::move(done)));
}

void Client::cluster(std::string_view id, Answer<schema::Cluster> done) {
    request("GET", cluster_path(id), {}, as<schema::Cluster>(std::move(done)));
}

void Client::create_cluster(const schema::CreateCluster& body, Answer<schema::Operation> done) {
    request("POST", "/v1/clusters", to_json(body), as<schema::Operation>(std::move(done)));
}

void Client::modify_cluster(std::string_view id, const schema::ModifyCluster& body,
                            Answer<schema::Operation> done,
                            std::optional<schema::Revision> if_match) {
    request("PATCH", cluster_path(id), to_json(body), as<schema::Operation>(std::move(done)),
            if_match);
}

void Client::delete_cluster(std::string_view id, Answer<schema::Operation> done) {
    request("DELETE", cluster_path(id), {}, as<schema::Operation>(std::move(done)));
}

void Client::failover(std::string_view id, const schema::FailoverRequest& body,
                      Answer<schema::Operation> done) {
    request("POST", cluster_path(id) + "/failover", to_json(body),
            as<schema::Operation>(std::move(done)));
}

void Client::reboot(std::string_view id, const schema::RebootRequest& body,
                    Answer<schema::Operation> done) {
    request("POST", cluster_path(id) + "/reboot", to_json(body),
            as<schema::Operation>(std::move(done)));
}

void Client::set_tags(std::string_view id, const std::vector<schema::Tag>& tags,
                      Answer<schema::Cluster> done) {
    boost::json::array body;
    for (const auto& tag : tags) body.push_back(to_json(tag));
    request("PUT", cluster_path(id) + "/tags", boost::json::value(std::move(body)),
            as<schema::Cluster>(std::move(done)));
}

void Client::sources(std::string_view cluster, Answer<Listed<schema::ConnectionSource>> done) {
    request("GET", cluster_path(cluster) + "/sources", {},
            as_list<schema::ConnectionSource>(std::move(done)));
}

void Client::metrics(std::string_view cluster, const MetricsQuery& query,
                     Answer<Listed<schema::MetricSeries>> done) {
    UrlQuery url(cluster_path(cluster) + "/metrics");
    url.add("metrics", joined(query.names));
    url.add("from_ms", query.from_ms);
    url.add("to_ms", query.to_ms);
    url.add("step_ms", query.step_ms);
    request("GET", url.text(), {}, as_list<schema::MetricSeries>(std::move(done)));
}

void Client::latest_metrics(Answer<Listed<schema::NodeMetrics>> done) {
    request("GET", "/v1/metrics/latest", {}, as_list<schema::NodeMetrics>(std::move(done)));
}

void Client::keys(std::string_view cluster, const KeysQuery& query, Answer<schema::KeyPage> done) {
    UrlQuery url(cluster_path(cluster) + "/keys");
    url.add("cursor", query.cursor);
    url.add("match", query.match);
    url.add("type", query.type);
    url.add("count", std::optional<std::int64_t>(query.count));
    url.add("db", std::optional<std::int64_t>(query.db));
    request("GET", url.text(), {}, as<schema::KeyPage>(std::move(done)));
}

void Client::value(std::string_view cluster, const ValueQuery& query,
                   Answer<schema::KeyValue> done) {
    UrlQuery url(cluster_path(cluster) + "/value");
    url.add("key", query.key);
    url.add("db", std::optional<std::int64_t>(query.db));
    url.add("offset", std::optional<std::int64_t>(query.offset));
    url.add("count", std::optional<std::int64_t>(query.count));
    request("GET", url.text(), {}, as<schema::KeyValue>(std::move(done)));
}

void Client::exec(std::string_view node, const schema::ExecRequest& body,
                  Answer<boost::json::value> done) {
    request("POST", "/v1/nodes/" + percent_encode(node) + "/exec", to_json(body),
            [done = std::move(done)](Result<Reply> reply) {
                if (!reply) return done(reply.error());
                done(std::move(reply.value().json));
            });
}

void Client::node_types(Answer<Listed<schema::NodeType>> done) {
    request("GET", "/v1/node-types", {}, as_list<schema::NodeType>(std::move(done)));
}

void Client::vpcs(Answer<Listed<schema::Vpc>> done) {
    request("GET", "/v1/vpcs", {}, as_list<schema::Vpc>(std::move(done)));
}

void Client::subnets(Answer<Listed<schema::Subnet>> done) {
    request("GET", "/v1/subnets", {}, as_list<schema::Subnet>(std::move(done)));
}

void Client::security_groups(Answer<Listed<schema::SecurityGroup>> done) {
    request("GET", "/v1/security-groups", {}, as_list<schema::SecurityGroup>(std::move(done)));
}

void Client::security_group(std::string_view id, Answer<schema::SecurityGroup> done) {
    request("GET", group_path(id), {}, as<schema::SecurityGroup>(std::move(done)));
}

void Client::create_security_group(const schema::CreateSecurityGroup& body,
                                   Answer<schema::SecurityGroup> done) {
    request("POST", "/v1/security-groups", to_json(body),
            as<schema::SecurityGroup>(std::move(done)));
}

void Client::delete_security_group(std::string_view id, Answer<Reply> done) {
    request("DELETE", group_path(id), {}, std::move(done));
}

void Client::authorize_inbound(std::string_view id, const schema::AuthorizeInbound& body,
                               Answer<schema::SecurityGroup> done) {
    request("POST", group_path(id) + "/rules", to_json(body),
            as<schema::SecurityGroup>(std::move(done)));
}

void Client::revoke_inbound(std::string_view id, std::string_view rule,
                            Answer<schema::SecurityGroup> done) {
    request("DELETE", group_path(id) + "/rules/" + percent_encode(rule), {},
            as<schema::SecurityGroup>(std::move(done)));
}

void Client::reachability(const schema::ReachabilityQuery& body,
                          Answer<schema::Reachability> done) {
    request("POST", "/v1/reachability", to_json(body), as<schema::Reachability>(std::move(done)));
}

void Client::events(const EventsQuery& query, Answer<Listed<schema::Event>> done) {
    UrlQuery url("/v1/events");
    url.add("source", query.source);
    url.add("cluster", query.cluster);
    url.add("after_id", query.after_id);
    url.add("limit", query.limit);
    request("GET", url.text(), {}, as_list<schema::Event>(std::move(done)));
}

void Client::operations(std::string_view target, std::optional<int> limit,
                        Answer<Listed<schema::Operation>> done) {
    UrlQuery url("/v1/operations");
    url.add("target", target);
    url.add("limit", limit);
    request("GET", url.text(), {}, as_list<schema::Operation>(std::move(done)));
}

void Client::operation(std::string_view id, Answer<schema::Operation> done) {
    request("GET", "/v1/operations/" + percent_encode(id), {},
            as<schema::Operation>(std::move(done)));
}

void Client::audit(std::optional<int> limit, Answer<Listed<schema::AuditEntry>> done) {
    UrlQuery url("/v1/audit");
    url.add("limit", limit);
    request("GET", url.text(), {}, as_list<schema::AuditEntry>(std::move(done)));
}

}  // namespace millpond::admin
