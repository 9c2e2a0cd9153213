// SPDX-License-Identifier: Apache-2.0
//
// The actions of ElastiCache (API version 2015-02-02), by file, and how their entities are written.
// Pure but for the use cases; any thread.
#pragma once

#include "admin-api/aws/call.h"
#include "admin-api/aws/page.h"

namespace millpond::admin::aws {

/// A cluster that is not in cluster mode has one node group, and every member one cache node.
inline constexpr const char* node_group_id = "0001";
inline constexpr const char* cache_node_id = "0001";
inline constexpr const char* default_parameter_group = "default.redis7";

// elasticache_create.cpp, elasticache_modify.cpp, elasticache_groups.cpp
Result<void> create_replication_group(Call& call);
Result<void> modify_replication_group(Call& call);
Result<void> increase_replica_count(Call& call);
Result<void> decrease_replica_count(Call& call);
Result<void> describe_replication_groups(Call& call);
Result<void> delete_replication_group(Call& call);
Result<void> test_failover(Call& call);
// elasticache_nodes.cpp
Result<void> describe_cache_clusters(Call& call);
Result<void> reboot_cache_cluster(Call& call);
// elasticache_tags.cpp
Result<void> add_tags_to_resource(Call& call);
Result<void> remove_tags_from_resource(Call& call);
Result<void> list_tags_for_resource(Call& call);
// elasticache_catalogue.cpp, elasticache_events.cpp
Result<void> describe_cache_engine_versions(Call& call);
Result<void> describe_cache_subnet_groups(Call& call);
Result<void> describe_events(Call& call);

/// AWS lower-cases the ids of clusters.
std::string lower_id(std::string_view id);
/// A cluster by its id in any case; ReplicationGroupNotFoundFault in AWS's words.
Result<schema::Cluster> find_cluster(Call& call, const std::string& id);
/// Refuses a parameter group other than the one there is.
Result<void> check_parameter_group(Params& params);

// elasticache_write.cpp
void write_replication_group(Xml parent, const schema::Cluster& cluster);
void write_cache_cluster(Xml parent, const schema::Cluster& cluster, const schema::Node& node,
                         bool show_nodes);
void write_tag_list(Xml parent, const std::vector<schema::Tag>& tags);
/// Answers a change with the cluster as it is now.
Result<void> answer_with_cluster(Call& call, const std::string& id);

}  // namespace millpond::admin::aws
