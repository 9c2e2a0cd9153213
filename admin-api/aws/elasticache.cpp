// SPDX-License-Identifier: Apache-2.0
#include "admin-api/aws/elasticache.h"

namespace millpond::admin::aws {

const Actions& elasticache_actions() {
    static const Actions actions{
        {"CreateReplicationGroup", {create_replication_group, true}},
        {"DescribeReplicationGroups", {describe_replication_groups}},
        {"ModifyReplicationGroup", {modify_replication_group, true}},
        {"DeleteReplicationGroup", {delete_replication_group, true}},
        {"TestFailover", {test_failover, true}},
        {"IncreaseReplicaCount", {increase_replica_count, true}},
        {"DecreaseReplicaCount", {decrease_replica_count, true}},
        {"DescribeCacheClusters", {describe_cache_clusters}},
        {"RebootCacheCluster", {reboot_cache_cluster, true}},
        {"DescribeEvents", {describe_events}},
        {"AddTagsToResource", {add_tags_to_resource, true}},
        {"RemoveTagsFromResource", {remove_tags_from_resource, true}},
        {"ListTagsForResource", {list_tags_for_resource}},
        {"DescribeCacheEngineVersions", {describe_cache_engine_versions}},
        {"DescribeCacheSubnetGroups", {describe_cache_subnet_groups}},
    };
    return actions;
}

}  // namespace millpond::admin::aws
