// SPDX-License-Identifier: Apache-2.0
//
// A cluster (AWS: replication group) and its nodes, as /v1 shows them.
#pragma once

#include "admin-api/schema/common.h"

namespace millpond::admin::schema {

/// One cache process. `status`: creating, available, rebooting, recovering, deleting, failed.
/// `role`: primary, replica, none. `link`: up, down, syncing (a replica's link to its primary),
/// none.
struct Node {
    std::string id;  ///< "orders-001"
    std::string cluster;
    std::string address;
    int port = 6379;
    std::string zone;
    std::string subnet;
    std::string status;
    std::string role;
    std::string link;
    std::int64_t pid = 0;  ///< 0 when no process runs
    std::string created_at;
};
BOOST_DESCRIBE_STRUCT(Node, (),
                      (id, cluster, address, port, zone, subnet, status, role, link, pid,
                       created_at))

/// What waits for its step while a cluster is modifying; each member is absent when unchanged.
struct PendingChange {
    std::optional<std::string> node_type;
    std::optional<int> replicas;
    std::optional<bool> automatic_failover;
};
BOOST_DESCRIBE_STRUCT(PendingChange, (), (node_type, replicas, automatic_failover))

/// `status`: creating, available, modifying, deleting, create-failed, degraded is never a status:
/// see `nodes`. `automatic_failover`: enabled, disabled, enabling, disabling. `durability`: async,
/// sync.
struct Cluster {
    std::string id;  ///< "orders"
    std::string description;
    std::string status;
    std::string engine;  ///< "redis"
    std::string engine_version;
    std::string node_type;  ///< "cache.t4g.micro": fixes maxmemory
    std::int64_t max_memory = 0;
    int port = 6379;
    int replicas = 0;
    std::string automatic_failover;
    bool cluster_mode = false;
    std::string durability;
    std::string vpc;
    std::string subnet_group;
    std::vector<std::string> security_groups;  ///< ids
    std::vector<Tag> tags;
    Endpoint primary_endpoint;
    Endpoint reader_endpoint;
    std::vector<Node> nodes;
    std::optional<PendingChange> pending;
    std::optional<std::string> operation;  ///< the id of the operation that is under way
    std::string created_at;
    std::string arn;
    Revision revision = 0;
};
BOOST_DESCRIBE_STRUCT(Cluster, (),
                      (id, description, status, engine, engine_version, node_type, max_memory, port,
                       replicas, automatic_failover, cluster_mode, durability, vpc, subnet_group,
                       security_groups, tags, primary_endpoint, reader_endpoint, nodes, pending,
                       operation, created_at, arn, revision))

/// POST /v1/clusters. Only `id` is required.
struct CreateCluster {
    std::string id;
    std::optional<std::string> description;
    std::optional<std::string> engine;          ///< redis
    std::optional<std::string> engine_version;  ///< 7.0
    std::optional<std::string> node_type;       ///< default cache.t4g.micro
    std::optional<int> port;
    std::optional<int> replicas;  ///< 0 to 5, default 0
    std::optional<bool> automatic_failover;
    std::optional<std::string> vpc;
    std::optional<std::string> subnet_group;
    std::optional<std::vector<std::string>> security_groups;  ///< absent: the VPC's default group
    std::optional<std::vector<std::string>> zones;            ///< preferred, one per node
    std::optional<std::vector<Tag>> tags;
};
BOOST_DESCRIBE_STRUCT(CreateCluster, (),
                      (id, description, engine, engine_version, node_type, port, replicas,
                       automatic_failover, vpc, subnet_group, security_groups, zones, tags))

/// PATCH /v1/clusters/{id}: what is absent stays as it is.
struct ModifyCluster {
    std::optional<std::string> description;
    std::optional<std::string> node_type;
    std::optional<int> replicas;
    std::optional<bool> automatic_failover;
    std::optional<std::vector<std::string>> security_groups;
    std::optional<bool> apply_immediately;  ///< default true; false leaves the node type pending
    std::optional<std::vector<std::string>>
        remove_nodes;  ///< which replicas go, when `replicas` shrinks
};
BOOST_DESCRIBE_STRUCT(ModifyCluster, (),
                      (description, node_type, replicas, automatic_failover, security_groups,
                       apply_immediately, remove_nodes))

/// POST /v1/clusters/{id}/failover. `node`: the replica to promote; absent: the one furthest ahead.
struct FailoverRequest {
    std::optional<std::string> node;
};
BOOST_DESCRIBE_STRUCT(FailoverRequest, (), (node))

/// POST /v1/clusters/{id}/reboot.
struct RebootRequest {
    std::vector<std::string> nodes;  ///< node ids
};
BOOST_DESCRIBE_STRUCT(RebootRequest, (), (nodes))

struct NodeType {
    std::string name;
    std::int64_t max_memory = 0;
};
BOOST_DESCRIBE_STRUCT(NodeType, (), (name, max_memory))

}  // namespace millpond::admin::schema
