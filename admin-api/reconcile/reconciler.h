// SPDX-License-Identifier: Apache-2.0
//
// Drives the fleet to what the catalog says should be, and the catalog to what the fleet says is.
// All of its own state belongs to one worker thread; requests wake it, the fleet's callbacks are
// posted to it, and it polls nothing. An operation is recorded as running before the fleet is
// asked, so that a daemon that is killed anywhere finds it at its next start and asks again: every
// call of the fleet may be made twice.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "admin-api/control/catalog.h"
#include "admin-api/control/compile.h"
#include "admin-api/control/metrics_board.h"
#include "admin-api/control/source_board.h"
#include "admin-api/nodes/fleet.h"
#include "admin-api/reconcile/chronicle.h"
#include "admin-api/reconcile/journal.h"
#include "admin-api/reconcile/worker.h"

namespace millpond::admin {

class Reconciler final : public FleetObserver {
public:
    Reconciler(Catalog& catalog, Store& store, Fleet& fleet, MetricsBoard& metrics,
               SourceBoard& sources, SpecOptions options);
    ~Reconciler() override;

    /// Starts the fleet, hands it every cluster (it adopts what runs), and goes on with what was
    /// under way.
    void start();
    /// Stops the fleet (the nodes run on), then finishes what it has already reported.
    void stop();
    /// The desired state has changed. Any thread; returns at once.
    void wake();

    void on_node(const NodeView& view) override;
    void on_failover(const FailoverReport& report) override;
    void on_event(const std::string& cluster, const std::string& node, const std::string& severity,
                  const std::string& message) override;
    void on_samples(const std::vector<NodeSample>& samples) override;
    void on_sources(const std::vector<SourceCount>& counts) override;

private:
    /// What the fleet has been asked for one cluster.
    struct Work {
        std::string operation;  ///< the one that is being carried out, or empty
        bool adopted = false;   ///< the fleet has it
        bool adopting = false;
        bool exclusive = false;  ///< a removal, switchover or reboot: rules wait for its end
        std::vector<std::string> rules;  ///< the allowed ranges last handed out
    };

    void settle();
    void begin(const OperationRecord& record);
    void adopt(const std::string& cluster);
    void apply(const OperationRecord& record);
    void remove(const OperationRecord& record);
    void switch_over(const OperationRecord& record);
    void reboot_next(const std::string& operation);
    void refresh_rules();
    /// Adds how far each node's offset is behind its primary's, as far as one second can tell.
    std::vector<NodeSample> with_lag(std::vector<NodeSample> samples) const;
    ClusterSpec spec_of(const State& state, const ClusterRecord& cluster);

    void applied(const std::string& operation, const Result<void>& outcome);
    void removed(const std::string& operation, const Result<void>& outcome);
    void switched_over(const std::string& operation, const Result<FailoverReport>& outcome);
    void rebooted(const std::string& operation, std::size_t index, const Result<void>& outcome);
    /// Ends what was asked for the operation's cluster and looks for more to do.
    void ended(const std::string& cluster);

    Catalog& catalog_;
    Store& store_;
    Fleet& fleet_;
    MetricsBoard& metrics_;
    SourceBoard& sources_;
    const SpecOptions options_;
    StoreJournal journal_;

    // The worker's own.
    std::map<std::string, Work> work_;
    Chronicle chronicle_;
    std::int64_t pruned_at_ms_ = 0;  ///< the samples worker's own

    std::atomic<bool> stopping_ = false;
    Worker worker_;
    Worker samples_worker_;  ///< metrics.db may be slow; nothing else waits for it
};

}  // namespace millpond::admin
