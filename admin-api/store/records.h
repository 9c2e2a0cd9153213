// SPDX-License-Identifier: Apache-2.0
//
// What millpond.db holds as documents: the desired state, and as much of an operation as its
// continuation after a crash needs. What only a running node can tell (role, pid, link) is not
// here.
#pragma once

#include "admin-api/schema/cluster.h"
#include "admin-api/schema/history.h"
#include "admin-api/schema/network.h"

namespace millpond::admin {

struct NodeRecord {
    std::string id;
    std::string address;
    std::string zone;
    std::string subnet;
    std::string created_at;
    bool leaving = false;  ///< no longer wanted; the record goes when the node has gone
};
BOOST_DESCRIBE_STRUCT(NodeRecord, (), (id, address, zone, subnet, created_at, leaving))

struct ClusterRecord {
    std::string id;
    std::string description;
    std::string status;
    std::string engine;
    std::string engine_version;
    std::string node_type;
    int port = 6379;
    std::string automatic_failover;  ///< enabled, disabled, enabling, disabling
    std::string vpc;
    std::string subnet_group;
    std::vector<std::string> security_groups;
    std::vector<schema::Tag> tags;
    std::string primary_address;
    std::string reader_address;
    std::vector<NodeRecord> nodes;
    std::optional<schema::PendingChange> pending;
    std::optional<std::string> operation;
    std::string initial_primary;
    std::optional<std::string> deferred_node_type;  ///< waits for a change that is applied at once
    std::string created_at;
    schema::Revision revision = 0;
};
BOOST_DESCRIBE_STRUCT(ClusterRecord, (),
                      (id, description, status, engine, engine_version, node_type, port,
                       automatic_failover, vpc, subnet_group, security_groups, tags,
                       primary_address, reader_address, nodes, pending, operation, initial_primary,
                       deferred_node_type, created_at, revision))

struct OperationRecord {
    schema::Operation operation;
    std::vector<std::string>
        nodes;  ///< reboot: which; failover: the target, or nothing; recover: the node
    std::string old_primary;  ///< failover: who was primary when it was asked for
};
BOOST_DESCRIBE_STRUCT(OperationRecord, (), (operation, nodes, old_primary))

struct SubnetRecord {
    std::string id;
    std::string vpc;
    std::string cidr;
    std::string zone;
    int next_host = 4;  ///< addresses go round, so that an old client does not meet another's data
};
BOOST_DESCRIBE_STRUCT(SubnetRecord, (), (id, vpc, cidr, zone, next_host))

}  // namespace millpond::admin
