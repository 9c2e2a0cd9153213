// SPDX-License-Identifier: Apache-2.0
#include "admin-api/aws/elasticache.h"
#include "admin-api/aws/tags.h"

namespace millpond::admin::aws {
namespace {

constexpr const char* no_backups = "backups are not there yet.";
constexpr const char* no_encryption = "a node serves plain connections on this machine only.";
constexpr const char* no_users = "users and passwords are not there yet.";
constexpr const char* no_shards = "a cluster has one node group.";
constexpr const char* no_cloud = "there is no such service on this machine.";

/// What AWS offers and Millpond does not: the values that ask for nothing are accepted.
Result<void> refuse_foreign(Params& params) {
    BOOST_OUTCOME_TRYV(params.refuse(
        {{"GlobalReplicationGroupId", "", no_cloud},
         {"PrimaryClusterId", "", "create the cluster with its replicas at once."},
         {"CacheSecurityGroupNames", "", "use SecurityGroupIds."},
         {"NumNodeGroups", "1", no_shards},
         {"ClusterMode", "disabled", no_shards},
         {"SnapshotArns", "", no_backups},
         {"SnapshotName", "", no_backups},
         {"ServerlessCacheSnapshotName", "", no_backups},
         {"SnapshotRetentionLimit", "0", no_backups},
         {"SnapshotWindow", "", no_backups},
         {"PreferredMaintenanceWindow", "", "nothing is maintained behind your back."},
         {"NotificationTopicArn", "", no_cloud},
         {"AuthToken", "", no_users},
         {"UserGroupIds", "", no_users},
         {"TransitEncryptionEnabled", "false", no_encryption},
         {"TransitEncryptionMode", "", no_encryption},
         {"AtRestEncryptionEnabled", "false", no_encryption},
         {"KmsKeyId", "", no_encryption},
         {"LogDeliveryConfigurations", "", no_cloud},
         {"DataTieringEnabled", "false", "the data is in memory."},
         {"NetworkType", "ipv4", "the network is IPv4."},
         {"IpDiscovery", "ipv4", "the network is IPv4."}}));
    // Minor versions come with Millpond's own upgrades, whatever this says.
    params.ignore({"AutoMinorVersionUpgrade"});
    return check_parameter_group(params);
}

Error combination(std::string message) {
    return Error{"InvalidParameterCombination", std::move(message), "", 400};
}

/// The one NodeGroupConfiguration that a cluster without shards may have.
Result<void> read_node_group(Params& params, schema::CreateCluster& create) {
    const auto groups = params.list("NodeGroupConfiguration");
    if (groups.empty()) return done();
    if (groups.size() > 1)
        return invalid_value("NodeGroupConfiguration", "A cluster has one node group.");
    Params& group = groups.front();
    BOOST_OUTCOME_TRYV(group.refuse({{"Slots", "0-16383", no_shards}}));
    BOOST_OUTCOME_TRYV(group.refuse({{"NodeGroupId", node_group_id, no_shards}}));
    BOOST_OUTCOME_TRY(const auto replicas, group.integer("ReplicaCount"));
    if (replicas && create.replicas && *replicas != *create.replicas)
        return combination("ReplicaCount and ReplicasPerNodeGroup contradict each other.");
    if (replicas) create.replicas = replicas;
    std::vector<std::string> zones;
    if (const auto zone = group.text("PrimaryAvailabilityZone")) zones.push_back(*zone);
    for (auto& zone : group.texts("ReplicaAvailabilityZones")) zones.push_back(std::move(zone));
    if (!zones.empty()) create.zones = std::move(zones);
    return done();
}

Result<void> read_size(Params& params, schema::CreateCluster& create) {
    BOOST_OUTCOME_TRY(const auto nodes, params.integer("NumCacheClusters"));
    BOOST_OUTCOME_TRY(const auto replicas, params.integer("ReplicasPerNodeGroup"));
    if (nodes && replicas)
        return combination(
            "Give either NumCacheClusters (nodes) or ReplicasPerNodeGroup, not both.");
    if (nodes && (*nodes < 1 || *nodes > 6))
        return invalid_value(
            "NumCacheClusters",
            "NumCacheClusters must be from 1 to 6: a primary and up to 5 replicas.");
    if (nodes) create.replicas = *nodes - 1;
    if (replicas) create.replicas = replicas;
    if (auto zones = params.texts("PreferredCacheClusterAZs"); !zones.empty())
        create.zones = std::move(zones);
    return read_node_group(params, create);
}

Result<void> read_failover(Params& params, schema::CreateCluster& create) {
    BOOST_OUTCOME_TRY(create.automatic_failover, params.boolean("AutomaticFailoverEnabled"));
    BOOST_OUTCOME_TRY(const auto multi_az, params.boolean("MultiAZEnabled"));
    if (multi_az.value_or(false) && !create.automatic_failover.value_or(false))
        return combination("MultiAZEnabled needs AutomaticFailoverEnabled.");
    return done();
}

Result<schema::CreateCluster> read_create(Params& params) {
    schema::CreateCluster create;
    BOOST_OUTCOME_TRY(const auto id, params.required("ReplicationGroupId"));
    create.id = lower_id(id);
    BOOST_OUTCOME_TRY(create.description, params.required("ReplicationGroupDescription"));
    create.engine = params.text("Engine");
    create.engine_version = params.text("EngineVersion");
    create.node_type = params.text("CacheNodeType");
    BOOST_OUTCOME_TRY(create.port, params.integer("Port"));
    BOOST_OUTCOME_TRYV(read_size(params, create));
    BOOST_OUTCOME_TRYV(read_failover(params, create));
    create.subnet_group = params.text("CacheSubnetGroupName");
    if (auto groups = params.texts("SecurityGroupIds"); !groups.empty())
        create.security_groups = std::move(groups);
    BOOST_OUTCOME_TRY(auto tags, read_tags(params, "Tags"));
    if (!tags.empty()) create.tags = std::move(tags);
    BOOST_OUTCOME_TRYV(refuse_foreign(params));
    BOOST_OUTCOME_TRYV(params.all_read());
    return create;
}

}  // namespace

Result<void> create_replication_group(Call& call) {
    BOOST_OUTCOME_TRY(const auto create, read_create(call.params));
    BOOST_OUTCOME_TRYV(call.use_cases.create_cluster(call.caller, create));
    return answer_with_cluster(call, create.id);
}

}  // namespace millpond::admin::aws
