// SPDX-License-Identifier: Apache-2.0
//
// The use cases over the catalog: validates, writes what should be, and wakes whoever makes it so.
// Any thread; constant after construction but for what it refers to.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "admin-api/control/addresses.h"
#include "admin-api/control/catalog.h"
#include "admin-api/control/metrics_board.h"
#include "admin-api/control/source_board.h"
#include "admin-api/control/use_cases.h"
#include "admin-api/nodes/fleet.h"
#include "admin-api/schema/json.h"

namespace millpond::admin {

struct ControlOptions {
    std::string state_dir;
    std::string listen;
    std::string node_range = "127.10.0.0/16";  ///< a /16 within 127.0.0.0/8
    std::string hostname;
    /// `digits` random hexadecimal digits, for ids.
    std::function<std::string(std::size_t digits)> random_hex;
    PortProbe port_probe;
    /// Called after each accepted change, outside all locks; must return at once.
    std::function<void()> wake;
};

class Control final : public UseCases {
public:
    Control(Catalog& catalog, Store& store, Fleet& fleet, MetricsBoard& metrics,
            SourceBoard& sources, ControlOptions options);

    /// Creates the default VPC, its subnets and its group where they are missing. Refuses another
    /// range than the one that existing clusters live in.
    Result<void> prepare();

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
    std::vector<schema::NodeType> node_types() override;

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

    Result<std::vector<schema::ConnectionSource>> sources(std::string_view cluster) override;
    Result<schema::Reachability> reachability(const schema::ReachabilityQuery&) override;

    std::vector<schema::Event> events(const EventFilter&) override;
    std::vector<schema::Operation> operations(std::string_view target, int limit) override;
    Result<schema::Operation> operation(std::string_view id) override;
    std::vector<schema::AuditEntry> audit(int limit) override;

    std::vector<schema::NodeMetrics> latest_metrics() override;
    Result<std::vector<schema::MetricSeries>> metrics(std::string_view cluster,
                                                      const std::vector<std::string>& names,
                                                      std::int64_t from_ms, std::int64_t to_ms,
                                                      std::int64_t step_ms) override;

    void keys(std::string_view cluster, const KeyQuery&,
              std::function<void(Result<schema::KeyPage>)> done) override;
    void value(std::string_view cluster, std::string_view key, int db, std::int64_t offset,
               int count, std::function<void(Result<schema::KeyValue>)> done) override;
    void exec(const Caller&, std::string_view node, const schema::ExecRequest&,
              std::function<void(Result<boost::json::value>)> done) override;

private:
    /// One audited change, remembered under the caller's idempotency key. `request` is the request
    /// as text, so that a key that comes back with another request is refused.
    template <class Answer, class Edit>
    Result<Answer> audited(const Caller& caller, const std::string& action,
                           const std::string& target, const std::string& request, Edit&& edit);
    void audit_refusal(const Caller& caller, const std::string& action, const std::string& target,
                       const Error& error);

    std::string new_id(std::string_view prefix, std::size_t digits) const;
    OperationRecord new_operation(const Draft& draft, const Caller& caller, std::string kind,
                                  const std::string& target) const;
    Result<std::vector<std::string>> existing_groups(const State& state,
                                                     const std::vector<std::string>& ids) const;
    Result<ClusterRecord> new_record(Draft& draft, const schema::CreateCluster& request) const;
    Result<void> place_nodes(Draft& draft, ClusterRecord& cluster, int count,
                             const std::vector<std::string>& zones) const;
    Result<void> change_replicas(Draft& draft, ClusterRecord& cluster,
                                 const schema::ModifyCluster& change) const;
    Result<void> change_settings(Draft& draft, ClusterRecord& cluster,
                                 const schema::ModifyCluster& change) const;
    Result<std::vector<schema::Tag>> edit_tags(
        const Caller& caller, const std::string& action, std::string_view arn,
        const std::string& request,
        const std::function<Result<std::vector<schema::Tag>>(std::vector<schema::Tag>)>& edit);

    Catalog& catalog_;
    Store& store_;
    Fleet& fleet_;
    MetricsBoard& metrics_;
    SourceBoard& sources_;
    const ControlOptions options_;
    const std::string started_at_;
};

// Shared by the files of this class.

Error no_such_cluster(std::string_view id);
Error no_such_group(std::string_view id);
Result<void> check_revision(const Caller& caller, schema::Revision revision);

inline constexpr std::int64_t idempotency_ms = 5 * 60'000;

template <class Answer, class Edit>
Result<Answer> Control::audited(const Caller& caller, const std::string& action,
                                const std::string& target, const std::string& request,
                                Edit&& edit) {
    const auto key = caller.who + "\n" + caller.idempotency_key;
    const auto asked = action + " " + target + " " + request;
    bool replayed = false;
    auto result = catalog_.change(Persist::required, [&](Draft& draft) -> Result<Answer> {
        if (!caller.idempotency_key.empty()) {
            if (auto known = store_.remembered(key, draft.now_ms() - idempotency_ms)) {
                replayed = true;
                if (known->request != asked)
                    return Error{"IdempotentParameterMismatch",
                                 "The idempotency key was used for another request within the last "
                                 "5 minutes: use a new one.",
                                 "", 409};
                return schema::from_json_text<Answer>(known->answer, schema::UnknownMembers::skip);
            }
        }
        Result<Answer> answer = edit(draft);
        if (!answer) return answer;
        draft.audit(caller.who, action, target, "accepted");
        if (!caller.idempotency_key.empty())
            draft.remember(key, {asked, schema::to_json_text(answer.value())});
        return answer;
    });
    if (!result && !replayed) audit_refusal(caller, action, target, result.error());
    if (result && options_.wake) options_.wake();
    return result;
}

}  // namespace millpond::admin
