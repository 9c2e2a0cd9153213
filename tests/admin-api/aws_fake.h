// SPDX-License-Identifier: Apache-2.0
//
// The use cases in memory, for tests of the AWS face: validates little, changes at once, and shows
// a new or changed cluster as under way for a moment, so that waiters have something to wait for.
// Any thread.
#pragma once

#include <map>
#include <mutex>

#include "admin-api/control/use_cases.h"

namespace millpond::tests {

namespace schema = admin::schema;
using admin::Caller;
using admin::Listing;
using admin::Result;

class FakeUseCases : public admin::UseCases {
public:
    FakeUseCases();

    /// How long a cluster stays in creating, modifying and deleting.
    std::int64_t busy_ms = 0;
    std::vector<Caller> callers;  ///< of every change, in order
    schema::ModifyCluster last_modify;

    void add_event(std::int64_t id, std::string type, std::string source, std::string message,
                   std::int64_t time_ms);

    schema::DaemonInfo info() override;
    Listing<schema::Cluster> clusters() override;
    Result<schema::Cluster> cluster(std::string_view id) override;
    Result<schema::Operation> create_cluster(const Caller&, const schema::CreateCluster&) override;
    Result<schema::Operation> modify_cluster(const Caller&, std::string_view id,
                                             const schema::ModifyCluster&) override;
    Result<schema::Operation> delete_cluster(const Caller&, std::string_view id) override;
    Result<schema::Operation> failover(const Caller&, std::string_view id,
                                       const schema::FailoverRequest&) override;
    Result<schema::Operation> reboot(const Caller&, std::string_view id,
                                     const schema::RebootRequest&) override;
    std::vector<schema::NodeType> node_types() override { return {}; }
    Result<std::vector<schema::Tag>> tags(std::string_view arn) override;
    Result<std::vector<schema::Tag>> add_tags(const Caller&, std::string_view arn,
                                              const std::vector<schema::Tag>&) override;
    Result<std::vector<schema::Tag>> remove_tags(const Caller&, std::string_view arn,
                                                 const std::vector<std::string>& keys) override;
    Result<schema::Cluster> replace_tags(const Caller&, std::string_view cluster,
                                         const std::vector<schema::Tag>&) override;
    Listing<schema::Vpc> vpcs() override;
    Listing<schema::SecurityGroup> security_groups() override;
    Result<schema::SecurityGroup> security_group(std::string_view id) override;
    Result<schema::SecurityGroup> create_security_group(
        const Caller&, const schema::CreateSecurityGroup&) override;
    Result<schema::SecurityGroup> authorize_inbound(const Caller&, std::string_view id,
                                                    const schema::AuthorizeInbound&) override;
    Result<schema::SecurityGroup> revoke_inbound(const Caller&, std::string_view id,
                                                 const std::vector<std::string>& rules) override;
    Result<void> delete_security_group(const Caller&, std::string_view id) override;
    Result<std::vector<schema::ConnectionSource>> sources(std::string_view) override;
    Result<schema::Reachability> reachability(const schema::ReachabilityQuery&) override;
    std::vector<schema::Event> events(const admin::EventFilter&) override;
    std::vector<schema::Operation> operations(std::string_view, int) override { return {}; }
    Result<schema::Operation> operation(std::string_view) override;
    std::vector<schema::AuditEntry> audit(int) override { return {}; }
    std::vector<schema::NodeMetrics> latest_metrics() override { return {}; }
    Result<std::vector<schema::MetricSeries>> metrics(std::string_view,
                                                      const std::vector<std::string>&, std::int64_t,
                                                      std::int64_t, std::int64_t) override;
    void keys(std::string_view, const KeyQuery&,
              std::function<void(Result<schema::KeyPage>)> done) override;
    void value(std::string_view, std::string_view, int, std::int64_t, int,
               std::function<void(Result<schema::KeyValue>)> done) override;
    void exec(const Caller&, std::string_view, const schema::ExecRequest&,
              std::function<void(Result<boost::json::value>)> done) override;

private:
    struct Record {
        schema::Cluster cluster;
        std::int64_t settles_ms = 0;  ///< when it leaves its status
    };
    schema::Cluster shown(const Record& record) const;
    Record* find(std::string_view id);
    Record* by_arn(std::string_view arn);
    schema::Operation begin(const Caller& caller, Record& record, std::string status);
    void set_nodes(schema::Cluster& cluster, int replicas) const;
    void drop_deleted();

    std::mutex mutex_;
    std::map<std::string, Record, std::less<>> clusters_;
    std::map<std::string, schema::SecurityGroup, std::less<>> groups_;
    std::vector<schema::Event> events_;
    int next_ = 1;
};

}  // namespace millpond::tests
