// SPDX-License-Identifier: Apache-2.0
//
// What happened and what is happening: events, operations, the audit table, the event stream.
#pragma once

#include "admin-api/schema/common.h"

namespace millpond::admin::schema {

/// `source_type`: replication-group, cache-cluster (a node), security-group, daemon.
/// `severity`: info, warning, error.
struct Event {
    std::int64_t id = 0;
    std::string time;
    std::string source_type;
    std::string source;
    std::string cluster;  ///< the cluster it belongs to, or empty
    std::string severity;
    std::string message;
};
BOOST_DESCRIBE_STRUCT(Event, (), (id, time, source_type, source, cluster, severity, message))

/// `status`: pending, running, done, failed.
struct OperationStep {
    std::string name;  ///< words for a person: "Start node orders-002"
    std::string status;
    std::string detail;
};
BOOST_DESCRIBE_STRUCT(OperationStep, (), (name, status, detail))

/// What a failover or switchover came to.
struct FailoverOutcome {
    std::string old_primary;
    std::string new_primary;
    double pause_ms = 0;  ///< during which no write was accepted
    std::int64_t bytes_lost = 0;
    bool planned = false;
};
BOOST_DESCRIBE_STRUCT(FailoverOutcome, (),
                      (old_primary, new_primary, pause_ms, bytes_lost, planned))

/// `kind`: create-cluster, modify-cluster, delete-cluster, failover, reboot, recover.
/// `status`: pending, running, succeeded, failed.
struct Operation {
    std::string id;  ///< "op-..."
    std::string kind;
    std::string target;  ///< a cluster's id
    std::string status;
    int progress = 0;  ///< per cent
    std::vector<OperationStep> steps;
    std::optional<FailoverOutcome> failover;
    std::string error;  ///< why it failed, in a sentence
    std::string requested_by;
    std::string started_at;
    std::string ended_at;  ///< empty while it runs
    Revision revision = 0;
};
BOOST_DESCRIBE_STRUCT(Operation, (),
                      (id, kind, target, status, progress, steps, failover, error, requested_by,
                       started_at, ended_at, revision))

inline bool is_finished(const Operation& operation) {
    return operation.status == "succeeded" || operation.status == "failed";
}

struct AuditEntry {
    std::int64_t id = 0;
    std::string time;
    std::string who;  ///< "uid 1000 (kim)", "token", "key MLPD..."
    std::string action;
    std::string target;
    std::string outcome;
};
BOOST_DESCRIBE_STRUCT(AuditEntry, (), (id, time, who, action, target, outcome))

/// The last second of one node: the data of the stream's `metrics` events and of the tables' live
/// columns.
struct NodeMetrics {
    std::string node;
    std::string cluster;
    std::int64_t time_ms = 0;  ///< Unix time
    std::int64_t used_memory = 0;
    std::int64_t max_memory = 0;
    std::int64_t connections = 0;
    double ops_per_second = 0;
    double hits_per_second = 0;
    double misses_per_second = 0;
    std::int64_t keys = 0;
    std::int64_t evicted = 0;
    std::int64_t expired = 0;
    std::int64_t offset = 0;
    std::int64_t lag_bytes = 0;  ///< behind the primary; 0 on the primary
    double lag_ms = 0;
    double cpu_percent = 0;
    double bytes_in_per_second = 0;
    double bytes_out_per_second = 0;
};
BOOST_DESCRIBE_STRUCT(NodeMetrics, (),
                      (node, cluster, time_ms, used_memory, max_memory, connections, ops_per_second,
                       hits_per_second, misses_per_second, keys, evicted, expired, offset,
                       lag_bytes, lag_ms, cpu_percent, bytes_in_per_second, bytes_out_per_second))

/// GET /v1/clusters/{id}/metrics: one series per node and metric; NaN (null) where nothing was
/// seen.
struct MetricSeries {
    std::string node;
    std::string metric;  ///< a member name of NodeMetrics
    std::int64_t start_ms = 0;
    std::int64_t step_ms = 1000;
    std::vector<double> values;
};
BOOST_DESCRIBE_STRUCT(MetricSeries, (), (node, metric, start_ms, step_ms, values))

/// GET /v1: what this daemon is.
struct DaemonInfo {
    std::string version;
    Revision revision = 0;
    std::string state_dir;
    std::string listen;      ///< "127.0.0.1:4566", or empty
    std::string node_range;  ///< "127.10.0.0/16"
    std::string region;      ///< "local-1"
    std::string hostname;
    std::string started_at;
};
BOOST_DESCRIBE_STRUCT(DaemonInfo, (),
                      (version, revision, state_dir, listen, node_range, region, hostname,
                       started_at))

}  // namespace millpond::admin::schema
