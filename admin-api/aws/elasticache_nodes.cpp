// SPDX-License-Identifier: Apache-2.0
//
// A node of ours is one of AWS's "cache clusters" with a single "cache node".
#include <algorithm>

#include "admin-api/aws/elasticache.h"

namespace millpond::admin::aws {
namespace {

struct Member {
    schema::Cluster cluster;
    schema::Node node;
};

std::vector<Member> all_members(Call& call) {
    std::vector<Member> members;
    for (const auto& cluster : call.use_cases.clusters().items)
        for (const auto& node : cluster.nodes) members.push_back({cluster, node});
    return members;
}

Result<Member> find_member(Call& call, const std::string& id) {
    for (auto& member : all_members(call))
        if (member.node.id == lower_id(id)) return std::move(member);
    return Error{"CacheClusterNotFound", "CacheCluster " + id + " not found.", "CacheClusterId",
                 404};
}

}  // namespace

Result<void> describe_cache_clusters(Call& call) {
    auto& params = call.params;
    const auto id = params.text("CacheClusterId");
    BOOST_OUTCOME_TRY(const auto show_nodes, params.boolean("ShowCacheNodeInfo"));
    BOOST_OUTCOME_TRY(const auto strangers,
                      params.boolean("ShowCacheClustersNotInReplicationGroups"));
    BOOST_OUTCOME_TRY(const auto request, read_page(params, elasticache_pages));
    BOOST_OUTCOME_TRYV(params.all_read());
    std::vector<Member> found;
    if (id) {
        BOOST_OUTCOME_TRY(auto member, find_member(call, *id));
        found.push_back(std::move(member));
    } else if (!strangers.value_or(false)) {  // every node is in a replication group
        found = all_members(call);
    }
    const auto page =
        cut(std::move(found), request, [](const auto& member) { return member.node.id; });
    if (!page.next.empty()) put(call.out, "Marker", page.next);
    auto clusters = put(call.out, "CacheClusters");
    for (const auto& member : page.items)
        write_cache_cluster(clusters, member.cluster, member.node, show_nodes.value_or(false));
    return done();
}

Result<void> reboot_cache_cluster(Call& call) {
    auto& params = call.params;
    BOOST_OUTCOME_TRY(const auto id, params.required("CacheClusterId"));
    const auto nodes = params.texts("CacheNodeIdsToReboot");
    BOOST_OUTCOME_TRYV(params.all_read());
    if (nodes != std::vector<std::string>{cache_node_id})
        return invalid_value("CacheNodeIdsToReboot",
                             "CacheNodeIdsToReboot must be 0001, the one node of a cache cluster.");
    BOOST_OUTCOME_TRY(auto member, find_member(call, id));
    BOOST_OUTCOME_TRYV(call.use_cases.reboot(call.caller, member.cluster.id, {{member.node.id}}));
    member.node.status = "rebooting";
    write_cache_cluster(call.out, member.cluster, member.node, true);
    return done();
}

}  // namespace millpond::admin::aws
