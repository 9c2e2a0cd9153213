// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cctype>

#include "admin-api/aws/elasticache.h"

namespace millpond::admin::aws {

std::string lower_id(std::string_view id) {
    std::string out(id);
    for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return out;
}

Result<schema::Cluster> find_cluster(Call& call, const std::string& id) {
    auto cluster = call.use_cases.cluster(lower_id(id));
    if (cluster || cluster.error().http_status != 404) return cluster;
    return Error{"ReplicationGroupNotFoundFault", "ReplicationGroup " + id + " not found.",
                 "ReplicationGroupId", 404};
}

Result<void> check_parameter_group(Params& params) {
    const auto name = params.text("CacheParameterGroupName");
    if (!name || name->empty() || *name == default_parameter_group) return done();
    return Error{"CacheParameterGroupNotFound",
                 "CacheParameterGroup " + *name + " not found: every cluster uses " +
                     default_parameter_group + ".",
                 "CacheParameterGroupName", 404};
}

Result<void> answer_with_cluster(Call& call, const std::string& id) {
    BOOST_OUTCOME_TRY(const auto cluster, find_cluster(call, id));
    write_replication_group(call.out, cluster);
    return done();
}

Result<void> describe_replication_groups(Call& call) {
    auto& params = call.params;
    const auto id = params.text("ReplicationGroupId");
    BOOST_OUTCOME_TRY(const auto request, read_page(params, elasticache_pages));
    BOOST_OUTCOME_TRYV(params.all_read());
    std::vector<schema::Cluster> found;
    if (id) {
        BOOST_OUTCOME_TRY(auto cluster, find_cluster(call, *id));
        found.push_back(std::move(cluster));
    } else {
        found = call.use_cases.clusters().items;
    }
    const auto page =
        cut(std::move(found), request, [](const auto& cluster) { return cluster.id; });
    if (!page.next.empty()) put(call.out, "Marker", page.next);
    auto groups = put(call.out, "ReplicationGroups");
    for (const auto& cluster : page.items) write_replication_group(groups, cluster);
    return done();
}

Result<void> delete_replication_group(Call& call) {
    auto& params = call.params;
    BOOST_OUTCOME_TRY(const auto id, params.required("ReplicationGroupId"));
    BOOST_OUTCOME_TRYV(params.refuse(
        {{"RetainPrimaryCluster", "false", "a cluster is deleted with all of its nodes."}}));
    BOOST_OUTCOME_TRYV(
        params.refuse({{"FinalSnapshotIdentifier", "", "backups are not there yet."}}));
    BOOST_OUTCOME_TRYV(params.all_read());
    BOOST_OUTCOME_TRY(auto cluster, find_cluster(call, id));
    BOOST_OUTCOME_TRYV(call.use_cases.delete_cluster(call.caller, cluster.id));
    // It may be gone by now: what is answered is what was, on its way out.
    cluster.status = "deleting";
    write_replication_group(call.out, cluster);
    return done();
}

Result<void> test_failover(Call& call) {
    auto& params = call.params;
    BOOST_OUTCOME_TRY(const auto id, params.required("ReplicationGroupId"));
    BOOST_OUTCOME_TRY(const auto group, params.required("NodeGroupId"));
    BOOST_OUTCOME_TRYV(params.all_read());
    BOOST_OUTCOME_TRY(const auto cluster, find_cluster(call, id));
    if (group != node_group_id)
        return Error{"NodeGroupNotFoundFault",
                     "The cluster " + cluster.id + " has no node group " + group + "; its one is " +
                         node_group_id + ".",
                     "NodeGroupId", 404};
    BOOST_OUTCOME_TRYV(call.use_cases.failover(call.caller, cluster.id, {}));
    return answer_with_cluster(call, cluster.id);
}

}  // namespace millpond::admin::aws
