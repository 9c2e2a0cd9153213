// SPDX-License-Identifier: Apache-2.0
#include "admin-api/reconcile/chronicle.h"

#include <algorithm>

#include "admin-api/control/random_hex.h"
#include "admin-api/reconcile/progress.h"

namespace millpond::admin {
namespace {

constexpr const char* by_itself = "millpond";

Result<void> done() {
    return boost::outcome_v2::success();
}

const OperationRecord* own_operation(const State& state, std::string_view kind,
                                     const std::function<bool(const OperationRecord&)>& matches) {
    for (const auto& [id, record] : state.operations)
        if (record->operation.kind == kind && record->operation.requested_by == by_itself &&
            matches(*record))
            return record.get();
    return nullptr;
}

const OperationRecord* recovery_of(const State& state, const std::string& node) {
    return own_operation(state, "recover", [&](const OperationRecord& record) {
        return !record.nodes.empty() && record.nodes.front() == node;
    });
}

const OperationRecord* failover_of(const State& state, const std::string& cluster) {
    return own_operation(state, "failover", [&](const OperationRecord& record) {
        return record.operation.target == cluster;
    });
}

// The failover that a user asked for, if one is under way.
const OperationRecord* requested_failover(const State& state, const std::string& cluster) {
    for (const auto& [id, record] : state.operations)
        if (record->operation.kind == "failover" && record->operation.target == cluster &&
            record->operation.requested_by != by_itself)
            return record.get();
    return nullptr;
}

OperationRecord new_own(const Draft& draft, std::string kind, const std::string& cluster) {
    OperationRecord record;
    record.operation.id = "op-" + random_hex(17);
    record.operation.kind = std::move(kind);
    record.operation.target = cluster;
    record.operation.requested_by = by_itself;
    record.operation.started_at = draft.now_text();
    return record;
}

bool is_back(const std::string& status, const std::string& role, const std::string& link) {
    return status == "available" && (role == "primary" || (role == "replica" && link == "up"));
}

int phase_index(const FailoverReport& report) {
    static const std::vector<std::string> planned{"pause", "catch-up", "promote", "resume"};
    static const std::vector<std::string> crash{"fence", "elect", "promote"};
    const auto& phases = report.planned ? planned : crash;
    const auto at = std::find(phases.begin(), phases.end(), report.phase);
    return at == phases.end() ? -1 : static_cast<int>(at - phases.begin());
}

schema::FailoverOutcome outcome_of(const FailoverReport& report) {
    return {report.old_primary, report.new_primary, report.pause_ms, report.bytes_lost,
            report.planned};
}

}  // namespace

bool Chronicle::fails_over_by_itself(const State& state, const std::string& id,
                                     const LiveNode& was) const {
    const auto* cluster = state.cluster(id);
    return cluster && was.role == "primary" && cluster->automatic_failover == "enabled" &&
           cluster->nodes.size() > 1;
}

void Chronicle::begin_recovery(Draft& draft, const std::string& cluster, const std::string& node) {
    if (recovery_of(draft.state(), node)) return;
    draft.add_event("cache-cluster", node, cluster, "warning", "Recovering cache nodes " + node);
    auto record = new_own(draft, "recover", cluster);
    record.nodes.push_back(node);
    record.operation.steps.push_back({"Recover node " + node, "pending", ""});
    begin_operation(record);
    draft.put(std::move(record));
}

void Chronicle::end_recovery(Draft& draft, const std::string& cluster, const std::string& node) {
    const auto* found = recovery_of(draft.state(), node);
    if (!found) return;
    auto record = *found;
    finish_operation(record, draft.now_text());
    draft.put(std::move(record));
    draft.add_event("cache-cluster", node, cluster, "info",
                    "Finished recovery for cache nodes " + node);
}

void Chronicle::fail_recovery(Draft& draft, const std::string& node, const std::string& why) {
    const auto* found = recovery_of(draft.state(), node);
    if (!found) return;
    auto record = *found;
    fail_operation(record, draft.now_text(), why);
    draft.put(std::move(record));
}

void Chronicle::forget_node(Draft& draft, const std::string& node) {
    fail_recovery(draft, node, "The node " + node + " was deleted.");
    returning_.erase(node);
    held_back_.erase(node);
}

void Chronicle::forget_cluster(Draft& draft, const ClusterRecord& cluster) {
    for (const auto& node : cluster.nodes) forget_node(draft, node.id);
    if (const auto* found = failover_of(draft.state(), cluster.id)) {
        auto record = *found;
        fail_operation(record, draft.now_text(), "The cluster " + cluster.id + " was deleted.");
        draft.put(std::move(record));
    }
}

void Chronicle::tell_return(Draft& draft, const NodeView& view) {
    if (!is_back(view.status, view.role, view.link)) return;
    if (returning_.erase(view.id) > 0)
        draft.add_event("cache-cluster", view.id, view.cluster, "info",
                        "Finished recovery for cache nodes " + view.id);
    // It was back before the report of the failover came: both are told now, in order.
    if (held_back_.erase(view.id) > 0) begin_recovery(draft, view.cluster, view.id);
    end_recovery(draft, view.cluster, view.id);
}

void Chronicle::take(const NodeView& view) {
    (void)catalog_.change(Persist::best_effort, [&](Draft& draft) {
        const auto* cluster = draft.state().cluster(view.cluster);
        if (!cluster || draft.state().cluster_of_node(view.id) != cluster) return done();
        const auto* before = draft.state().live_node(view.id);
        const LiveNode was = before ? *before : LiveNode{};
        const LiveNode now{view.status, view.role, view.link, view.pid};
        if (before && was == now) return done();
        const bool settled = cluster->status == "available" || cluster->status == "modifying";
        const std::string id = cluster->id;
        draft.set_live(view.id, now);
        if (settled && view.status == "recovering" && was.status != "recovering" &&
            !returning_.contains(view.id) && !requested_failover(draft.state(), id)) {
            if (fails_over_by_itself(draft.state(), id, was) || failover_of(draft.state(), id))
                held_back_.insert(view.id);
            else
                begin_recovery(draft, id, view.id);
        }
        if (view.status == "failed" && was.status != "failed") {
            draft.add_event("cache-cluster", view.id, id, "error",
                            "Cache node " + view.id + " failed");
            fail_recovery(draft, view.id, "The node " + view.id + " could not be started again.");
        }
        tell_return(draft, view);
        return done();
    });
}

void Chronicle::tell_failover(Draft& draft, const FailoverReport& report) {
    const auto words = "Failover from primary node " + report.old_primary + " to replica node " +
                       report.new_primary + " completed";
    draft.add_event("replication-group", report.cluster, report.cluster, "info", words);
    draft.add_event("cache-cluster", report.new_primary, report.cluster, "info", words);
    if (const auto* found = draft.state().cluster(report.cluster);
        found && found->initial_primary != report.new_primary) {
        auto cluster = *found;
        cluster.initial_primary = report.new_primary;
        draft.put(std::move(cluster));
    }
    const auto* live = draft.state().live_node(report.old_primary);
    if (!report.planned) return;
    draft.add_event("cache-cluster", report.old_primary, report.cluster, "info",
                    "Recovering cache nodes " + report.old_primary);
    if (live && live->role == "replica" && is_back(live->status, live->role, live->link))
        draft.add_event("cache-cluster", report.old_primary, report.cluster, "info",
                        "Finished recovery for cache nodes " + report.old_primary);
    else
        returning_.insert(report.old_primary);
}

void Chronicle::take_unplanned(Draft& draft, const FailoverReport& report) {
    const auto* known = failover_of(draft.state(), report.cluster);
    auto record = known ? *known : new_own(draft, "failover", report.cluster);
    if (!known) {
        for (const auto* step : {"Fence the old primary", "Elect its successor", "Promote it"})
            record.operation.steps.push_back({step, "pending", ""});
        record.old_primary = report.old_primary;
        begin_operation(record);
    }
    if (const int index = phase_index(report); index >= 0)
        enter_step(record, static_cast<std::size_t>(index));
    if (!report.done) return draft.show(std::move(record));
    if (!report.old_primary.empty()) record.operation.failover = outcome_of(report);
    if (report.succeeded) {
        finish_operation(record, draft.now_text());
        tell_failover(draft, report);
    } else {
        fail_operation(record, draft.now_text(), report.reason);
        draft.add_event("replication-group", report.cluster, report.cluster, "error",
                        "Failover of " + report.cluster + " failed: " + report.reason);
    }
    draft.put(std::move(record));
    if (held_back_.erase(report.old_primary) > 0)
        begin_recovery(draft, report.cluster, report.old_primary);
}

void Chronicle::take(const FailoverReport& report) {
    (void)catalog_.change(Persist::best_effort, [&](Draft& draft) {
        if (!draft.state().cluster(report.cluster)) return done();
        if (!report.planned) {
            take_unplanned(draft, report);
            return done();
        }
        const auto* asked = requested_failover(draft.state(), report.cluster);
        if (!asked) {
            // The fleet's own, on the way to a reboot or a removal: no operation, but the same
            // story.
            if (report.done && report.succeeded) tell_failover(draft, report);
            return done();
        }
        // Its end comes with the answer to the switchover.
        const int index = phase_index(report);
        if (report.done || index < 0) return done();
        auto record = *asked;
        enter_step(record, static_cast<std::size_t>(index));
        draft.show(std::move(record));
        return done();
    });
}

void Chronicle::close_stale(const std::string& id) {
    (void)catalog_.change(Persist::best_effort, [&](Draft& draft) {
        const auto* cluster = draft.state().cluster(id);
        if (!cluster) return done();
        if (const auto* found = failover_of(draft.state(), id)) {
            auto record = *found;
            const auto primary = draft.state().primary_of(*cluster);
            if (primary != record.old_primary)
                finish_operation(record, draft.now_text());
            else
                fail_operation(record, draft.now_text(),
                               "The control plane was restarted before it ended; " + primary +
                                   " is still the primary.");
            draft.put(std::move(record));
        }
        for (const auto& node : std::vector<NodeRecord>(cluster->nodes)) {
            const auto* live = draft.state().live_node(node.id);
            if (live && is_back(live->status, live->role, live->link))
                end_recovery(draft, id, node.id);
        }
        return done();
    });
}

}  // namespace millpond::admin
