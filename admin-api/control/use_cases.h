// SPDX-License-Identifier: Apache-2.0
//
// Everything a caller can ask of Millpond, once: `api/` (JSON) and `aws/` (the query protocols) are
// two faces of these calls and hold no logic. Every call may come from any HTTP thread; a call that
// changes something validates, writes the desired state, the operation and the audit row in one
// transaction, wakes the reconciler and returns. Nothing here waits for a node, but for keys() ,
// value() and exec().
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/value.hpp>

#include "admin-api/schema/cluster.h"
#include "admin-api/schema/history.h"
#include "admin-api/schema/keys.h"
#include "admin-api/schema/network.h"
#include "admin-api/schema/result.h"

namespace millpond::admin {

/// Who asks: told by the listener, written to the audit table and into `Operation::requested_by`.
struct Caller {
    std::string who;              ///< "uid 1000 (kim)", "token", "key MLPD..."
    std::string idempotency_key;  ///< empty: none
    std::optional<schema::Revision> if_match;
};

struct EventFilter {
    std::string source_type;
    std::string source;
    std::string cluster;
    std::int64_t after_id = 0;
    std::string from_time;
    std::string to_time;
    int limit = 100;
};

/// A list with the revision of the state it was read from.
template <class T>
struct Listing {
    schema::Revision revision = 0;
    std::vector<T> items;
};

class UseCases {
public:
    virtual ~UseCases() = default;

    virtual schema::DaemonInfo info() = 0;

    virtual Listing<schema::Cluster> clusters() = 0;
    virtual Result<schema::Cluster> cluster(std::string_view id) = 0;
    virtual Result<schema::Operation> create_cluster(const Caller&,
                                                     const schema::CreateCluster&) = 0;
    virtual Result<schema::Operation> modify_cluster(const Caller&, std::string_view id,
                                                     const schema::ModifyCluster&) = 0;
    virtual Result<schema::Operation> delete_cluster(const Caller&, std::string_view id) = 0;
    virtual Result<schema::Operation> failover(const Caller&, std::string_view id,
                                               const schema::FailoverRequest&) = 0;
    virtual Result<schema::Operation> reboot(const Caller&, std::string_view id,
                                             const schema::RebootRequest&) = 0;
    virtual std::vector<schema::NodeType> node_types() = 0;

    /// Tags of any resource, by ARN
    /// ("arn:aws:elasticache:local-1:000000000000:replicationgroup:orders").
    virtual Result<std::vector<schema::Tag>> tags(std::string_view arn) = 0;
    virtual Result<std::vector<schema::Tag>> add_tags(const Caller&, std::string_view arn,
                                                      const std::vector<schema::Tag>&) = 0;
    virtual Result<std::vector<schema::Tag>> remove_tags(const Caller&, std::string_view arn,
                                                         const std::vector<std::string>& keys) = 0;
    /// Makes a cluster's tags exactly these.
    virtual Result<schema::Cluster> replace_tags(const Caller&, std::string_view cluster,
                                                 const std::vector<schema::Tag>&) = 0;

    virtual Listing<schema::Vpc> vpcs() = 0;
    virtual Listing<schema::SecurityGroup> security_groups() = 0;
    virtual Result<schema::SecurityGroup> security_group(std::string_view id) = 0;
    virtual Result<schema::SecurityGroup> create_security_group(
        const Caller&, const schema::CreateSecurityGroup&) = 0;
    virtual Result<schema::SecurityGroup> authorize_inbound(const Caller&, std::string_view id,
                                                            const schema::AuthorizeInbound&) = 0;
    /// Removes rules by id; all or none.
    virtual Result<schema::SecurityGroup> revoke_inbound(const Caller&, std::string_view id,
                                                         const std::vector<std::string>& rules) = 0;
    virtual Result<void> delete_security_group(const Caller&, std::string_view id) = 0;

    virtual Result<std::vector<schema::ConnectionSource>> sources(std::string_view cluster) = 0;
    virtual Result<schema::Reachability> reachability(const schema::ReachabilityQuery&) = 0;

    virtual std::vector<schema::Event> events(const EventFilter&) = 0;
    virtual std::vector<schema::Operation> operations(std::string_view target, int limit) = 0;
    virtual Result<schema::Operation> operation(std::string_view id) = 0;
    virtual std::vector<schema::AuditEntry> audit(int limit) = 0;

    virtual std::vector<schema::NodeMetrics> latest_metrics() = 0;
    virtual Result<std::vector<schema::MetricSeries>> metrics(std::string_view cluster,
                                                              const std::vector<std::string>& names,
                                                              std::int64_t from_ms,
                                                              std::int64_t to_ms,
                                                              std::int64_t step_ms) = 0;

    struct KeyQuery {
        std::string cursor = "0";
        std::string match;  ///< a glob, or empty
        std::string type;   ///< or empty
        int count = 100;
        int db = 0;
    };
    /// These three talk to a node; `done` is called once, on any thread.
    virtual void keys(std::string_view cluster, const KeyQuery&,
                      std::function<void(Result<schema::KeyPage>)> done) = 0;
    virtual void value(std::string_view cluster, std::string_view key, int db, std::int64_t offset,
                       int count, std::function<void(Result<schema::KeyValue>)> done) = 0;
    virtual void exec(const Caller&, std::string_view node, const schema::ExecRequest&,
                      std::function<void(Result<boost::json::value>)> done) = 0;
};

}  // namespace millpond::admin
