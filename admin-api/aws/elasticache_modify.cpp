// SPDX-License-Identifier: Apache-2.0
//
// ModifyReplicationGroup and the two that change the number of replicas.
#include "admin-api/aws/elasticache.h"

namespace millpond::admin::aws {
namespace {

Error combination(std::string message) {
    return Error{"InvalidParameterCombination", std::move(message), "", 400};
}

Result<void> refuse_foreign(Params& params) {
    BOOST_OUTCOME_TRYV(params.refuse(
        {{"SnapshottingClusterId", "", "backups are not there yet."},
         {"SnapshotRetentionLimit", "0", "backups are not there yet."},
         {"SnapshotWindow", "", "backups are not there yet."},
         {"NodeGroupId", node_group_id, "a cluster has one node group."},
         {"ClusterMode", "disabled", "a cluster has one node group."},
         {"CacheSecurityGroupNames", "", "use SecurityGroupIds."},
         {"PreferredMaintenanceWindow", "", "nothing is maintained behind your back."},
         {"NotificationTopicArn", "", "there is no such service on this machine."},
         {"NotificationTopicStatus", "", "there is no such service on this machine."},
         {"LogDeliveryConfigurations", "", "there is no such service on this machine."},
         {"AuthToken", "", "users and passwords are not there yet."},
         {"AuthTokenUpdateStrategy", "", "users and passwords are not there yet."},
         {"UserGroupIdsToAdd", "", "users and passwords are not there yet."},
         {"UserGroupIdsToRemove", "", "users and passwords are not there yet."},
         {"RemoveUserGroups", "false", "users and passwords are not there yet."},
         {"TransitEncryptionEnabled", "false", "a node serves plain connections only."},
         {"TransitEncryptionMode", "", "a node serves plain connections only."},
         {"IpDiscovery", "ipv4", "the network is IPv4."}}));
    params.ignore({"AutoMinorVersionUpgrade"});
    return check_parameter_group(params);
}

bool failover_after(const schema::Cluster& cluster, const schema::ModifyCluster& modify) {
    if (modify.automatic_failover) return *modify.automatic_failover;
    return cluster.automatic_failover == "enabled" || cluster.automatic_failover == "enabling";
}

Result<void> check_kept(Params& params, const schema::Cluster& cluster,
                        const schema::ModifyCluster& modify) {
    // MultiAZ follows from the zones of the nodes and the automatic failover.
    BOOST_OUTCOME_TRY(const auto multi_az, params.boolean("MultiAZEnabled"));
    if (multi_az.value_or(false) && !failover_after(cluster, modify))
        return combination("MultiAZEnabled needs AutomaticFailoverEnabled.");
    const auto version = params.text("EngineVersion");
    if (version && *version != cluster.engine_version)
        return invalid_value("EngineVersion", "This cluster runs " + cluster.engine_version +
                                                  ", the only version there is.");
    const auto engine = params.text("Engine");
    if (engine && *engine != cluster.engine)
        return invalid_value("Engine", "The engine of a cluster cannot be changed.");
    return done();
}

bool changes_nothing(const schema::ModifyCluster& modify) {
    return !modify.description && !modify.node_type && !modify.automatic_failover &&
           !modify.security_groups;
}

Result<schema::ModifyCluster> read_modify(Params& params, const schema::Cluster& cluster) {
    schema::ModifyCluster modify;
    modify.description = params.text("ReplicationGroupDescription");
    modify.node_type = params.text("CacheNodeType");
    BOOST_OUTCOME_TRY(modify.automatic_failover, params.boolean("AutomaticFailoverEnabled"));
    if (auto groups = params.texts("SecurityGroupIds"); !groups.empty())
        modify.security_groups = std::move(groups);
    BOOST_OUTCOME_TRY(const auto immediately, params.boolean("ApplyImmediately"));
    modify.apply_immediately = immediately.value_or(false);
    BOOST_OUTCOME_TRYV(check_kept(params, cluster, modify));
    return modify;
}

/// PrimaryClusterId: promotes that replica, on its own.
Result<void> promote(Call& call, const schema::Cluster& cluster, const std::string& node) {
    for (const auto& member : cluster.nodes)
        if (member.id == node && member.role == "primary")
            return Error{"InvalidParameterValue", node + " is the primary already.",
                         "PrimaryClusterId", 400};
    BOOST_OUTCOME_TRYV(call.use_cases.failover(call.caller, cluster.id, {node}));
    return answer_with_cluster(call, cluster.id);
}

/// What Increase- and DecreaseReplicaCount ask for; nothing, where the replicas to remove say it.
Result<std::optional<int>> read_replica_count(Params& params) {
    BOOST_OUTCOME_TRY(const auto immediately, params.boolean("ApplyImmediately"));
    if (!immediately.value_or(false))
        return invalid_value("ApplyImmediately",
                             "ApplyImmediately must be true: the number of "
                             "replicas changes at once or not at all.");
    BOOST_OUTCOME_TRY(auto count, params.integer("NewReplicaCount"));
    const auto shards = params.list("ReplicaConfiguration");
    if (shards.size() > 1 || (count && !shards.empty()))
        return combination("Give either NewReplicaCount or one ReplicaConfiguration.");
    if (!shards.empty()) {
        Params& shard = shards.front();
        BOOST_OUTCOME_TRY(const auto id, shard.required("NodeGroupId"));
        if (id != node_group_id)
            return Error{"NodeGroupNotFoundFault", "There is no node group " + id + ".", "", 404};
        BOOST_OUTCOME_TRY(count, shard.integer("NewReplicaCount"));
        BOOST_OUTCOME_TRYV(
            shard.refuse({{"PreferredAvailabilityZones", "", "Millpond spreads the nodes."}}));
        BOOST_OUTCOME_TRYV(shard.refuse({{"PreferredOutpostArns", "", "there are no outposts."}}));
    }
    return count;
}

/// `sign` is 1 to increase, -1 to decrease.
Result<void> change_replicas(Call& call, int sign) {
    auto& params = call.params;
    BOOST_OUTCOME_TRY(const auto id, params.required("ReplicationGroupId"));
    BOOST_OUTCOME_TRY(const auto count, read_replica_count(params));
    auto leaving = sign < 0 ? params.texts("ReplicasToRemove") : std::vector<std::string>{};
    BOOST_OUTCOME_TRYV(params.all_read());
    if (!count && leaving.empty())
        return Error{"MissingParameter", "The request must contain the parameter NewReplicaCount.",
                     "", 400};
    BOOST_OUTCOME_TRY(const auto cluster, find_cluster(call, id));
    const int wanted = count.value_or(cluster.replicas - static_cast<int>(leaving.size()));
    if (wanted == cluster.replicas)
        return Error{"NoOperationFault",
                     "The cluster has " + std::to_string(wanted) + " replicas already.", "", 400};
    if ((wanted - cluster.replicas) * sign < 0)
        return invalid_value(
            "NewReplicaCount",
            "The cluster has " + std::to_string(cluster.replicas) + " replicas; use " +
                (sign > 0 ? "DecreaseReplicaCount" : "IncreaseReplicaCount") + ".");
    schema::ModifyCluster modify;
    modify.replicas = wanted;
    if (!leaving.empty()) modify.remove_nodes = std::move(leaving);
    BOOST_OUTCOME_TRYV(call.use_cases.modify_cluster(call.caller, cluster.id, modify));
    return answer_with_cluster(call, cluster.id);
}

}  // namespace

Result<void> modify_replication_group(Call& call) {
    auto& params = call.params;
    BOOST_OUTCOME_TRY(const auto id, params.required("ReplicationGroupId"));
    BOOST_OUTCOME_TRY(const auto cluster, find_cluster(call, id));
    BOOST_OUTCOME_TRY(const auto modify, read_modify(params, cluster));
    const auto primary = params.text("PrimaryClusterId");
    BOOST_OUTCOME_TRYV(refuse_foreign(params));
    BOOST_OUTCOME_TRYV(params.all_read());
    if (primary && !changes_nothing(modify))
        return combination(
            "PrimaryClusterId promotes a replica; change the rest in another request.");
    if (primary) return promote(call, cluster, *primary);
    if (changes_nothing(modify)) return combination("No modifications were requested.");
    BOOST_OUTCOME_TRYV(call.use_cases.modify_cluster(call.caller, cluster.id, modify));
    return answer_with_cluster(call, cluster.id);
}

Result<void> increase_replica_count(Call& call) {
    return change_replicas(call, 1);
}
Result<void> decrease_replica_count(Call& call) {
    return change_replicas(call, -1);
}

}  // namespace millpond::admin::aws
