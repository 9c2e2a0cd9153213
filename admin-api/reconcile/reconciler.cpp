// SPDX-License-Identifier: Apache-2.0
#include "admin-api/reconcile/reconciler.h"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "admin-api/reconcile/progress.h"
#include "admin-api/schema/json.h"

namespace millpond::admin {
namespace {

constexpr std::int64_t hour_ms = 3'600'000;
constexpr std::int64_t events_kept_ms = 14 * 24 * hour_ms;  // as long as ElastiCache keeps them
constexpr std::int64_t keys_kept_ms = hour_ms;
constexpr int operations_kept = 10'000;

Result<void> done() {
    return boost::outcome_v2::success();
}

// Statuses in which the fleet should have the cluster, whatever else is going on.
bool should_run(const ClusterRecord& cluster) {
    return cluster.status == "available" || cluster.status == "modifying";
}

std::string node_number(const std::string& id) {
    return "0" + id.substr(id.rfind('-') + 1);
}

}  // namespace

Reconciler::Reconciler(Catalog& catalog, Store& store, Fleet& fleet, MetricsBoard& metrics,
                       SourceBoard& sources, SpecOptions options)
    : catalog_(catalog),
      store_(store),
      fleet_(fleet),
      metrics_(metrics),
      sources_(sources),
      options_(std::move(options)),
      journal_(store, [&catalog](const std::string& message) { catalog.alarm(message); }),
      chronicle_(catalog) {}

Reconciler::~Reconciler() {
    stop();
}

void Reconciler::start() {
    fleet_.start(*this, journal_);
    worker_.post([this] {
        const auto state = catalog_.read();
        for (const auto& [id, cluster] : state->clusters)
            if (should_run(*cluster)) adopt(id);
        settle();
    });
}

void Reconciler::stop() {
    if (stopping_.exchange(true)) return;
    fleet_.stop();
    worker_.stop();
    samples_worker_.stop();
}

void Reconciler::wake() {
    worker_.post([this] { settle(); });
}

ClusterSpec Reconciler::spec_of(const State& state, const ClusterRecord& cluster) {
    std::string journal;
    try {
        journal = store_.journal(cluster.id);
    } catch (const DatabaseError& failure) {
        catalog_.alarm(std::string("The failover journal cannot be read: ") + failure.what() + ".");
    }
    auto spec = compiled_spec(state, cluster, options_, std::move(journal));
    work_[cluster.id].rules = spec.rules.allowed_ranges;
    return spec;
}

void Reconciler::adopt(const std::string& id) {
    const auto state = catalog_.read();
    const auto* cluster = state->cluster(id);
    auto& work = work_[id];
    if (!cluster || work.adopting) return;
    work.adopting = true;
    fleet_.apply(
        spec_of(*state, *cluster), [](const std::string&) {},
        [this, id](Result<void> outcome) {
            worker_.post([this, id, outcome = std::move(outcome)] {
                work_[id].adopting = false;
                work_[id].adopted = true;
                if (!outcome)
                    (void)catalog_.change(Persist::best_effort, [&](Draft& draft) {
                        draft.add_event("replication-group", id, id, "error",
                                        "The cluster could not be brought back whole: " +
                                            outcome.error().message);
                        return done();
                    });
                chronicle_.close_stale(id);
                settle();
            });
        });
}

void Reconciler::settle() {
    if (stopping_) return;  // the next start goes on from here
    const auto state = catalog_.read();
    for (const auto& [id, record] : state->operations) {
        const auto* cluster = state->cluster(record->operation.target);
        if (!cluster || cluster->operation != id) continue;
        auto& work = work_[cluster->id];
        if (!work.operation.empty()) continue;
        const auto& kind = record->operation.kind;
        const bool needs_nodes = kind == "failover" || kind == "reboot";
        if (needs_nodes && !work.adopted) {
            adopt(cluster->id);
            continue;
        }
        begin(*record);
    }
    refresh_rules();
}

void Reconciler::begin(const OperationRecord& found) {
    auto record = found;
    begin_operation(record);
    auto& work = work_[record.operation.target];
    work.operation = record.operation.id;
    (void)catalog_.change(Persist::best_effort, [&](Draft& draft) {
        draft.put(record);
        return done();
    });
    const auto& kind = record.operation.kind;
    work.exclusive = kind == "delete-cluster" || kind == "failover" || kind == "reboot";
    if (kind == "delete-cluster") return remove(record);
    if (kind == "failover") return switch_over(record);
    if (kind == "reboot") return reboot_next(record.operation.id);
    apply(record);
}

void Reconciler::ended(const std::string& cluster) {
    auto& work = work_[cluster];
    work.operation.clear();
    work.exclusive = false;
    settle();
}

void Reconciler::apply(const OperationRecord& record) {
    const auto state = catalog_.read();
    const auto id = record.operation.id;
    const auto words = [this, id](std::string text) {
        worker_.post([this, id, text = std::move(text)] {
            (void)catalog_.change(Persist::best_effort, [&](Draft& draft) {
                const auto* found = draft.state().operation(id);
                if (!found) return done();
                auto shown = *found;
                add_words(shown, text);
                const auto* cluster = draft.state().cluster(shown.operation.target);
                if (cluster)
                    shown.operation.progress =
                        std::max(shown.operation.progress, node_progress(draft.state(), *cluster));
                draft.show(std::move(shown));
                return done();
            });
        });
    };
    fleet_.apply(
        spec_of(*state, *state->cluster(record.operation.target)), words,
        [this, id](Result<void> outcome) {
            worker_.post([this, id, outcome = std::move(outcome)] { applied(id, outcome); });
        });
}

void Reconciler::applied(const std::string& operation, const Result<void>& outcome) {
    std::string target;
    (void)catalog_.change(Persist::best_effort, [&](Draft& draft) {
        auto record = *draft.state().operation(operation);
        target = record.operation.target;
        auto cluster = *draft.state().cluster(target);
        const bool creating = record.operation.kind == "create-cluster";
        const auto verb = std::string(creating ? "created" : "modified");
        cluster.pending.reset();
        cluster.operation.reset();
        if (cluster.automatic_failover == "enabling") cluster.automatic_failover = "enabled";
        if (cluster.automatic_failover == "disabling") cluster.automatic_failover = "disabled";
        if (outcome) {
            finish_operation(record, draft.now_text());
            cluster.status = "available";
            std::vector<NodeRecord> gone;
            for (const auto& node : cluster.nodes) {
                if (node.leaving) gone.push_back(node);
                if (creating || node.created_at == record.operation.started_at) {
                    draft.add_event("cache-cluster", node.id, target, "info",
                                    "Added cache node " + node_number(node.id) +
                                        " in availability zone " + node.zone);
                    draft.add_event("cache-cluster", node.id, target, "info",
                                    "Cache cluster created");
                }
            }
            for (const auto& node : gone) {
                chronicle_.forget_node(draft, node.id);
                draft.erase_live(node.id);
                metrics_.forget_node(node.id);
                sources_.forget_node(node.id);
                draft.add_event("cache-cluster", node.id, target, "info", "Cache cluster deleted");
            }
            std::erase_if(cluster.nodes, [](const NodeRecord& node) { return node.leaving; });
            draft.add_event("replication-group", target, target, "info",
                            "Replication group " + target + " " + verb);
        } else {
            const auto& why = outcome.error().message;
            fail_operation(record, draft.now_text(), why);
            cluster.status = creating ? "create-failed" : "available";
            draft.add_event("replication-group", target, target, "error",
                            "Replication group " + target + " could not be " + verb + ": " + why);
        }
        draft.put(std::move(cluster));
        draft.put(std::move(record));
        return done();
    });
    work_[target].adopted = true;
    ended(target);
}

void Reconciler::remove(const OperationRecord& record) {
    fleet_.remove(record.operation.target, [this, id = record.operation.id](Result<void> outcome) {
        worker_.post([this, id, outcome = std::move(outcome)] { removed(id, outcome); });
    });
}

void Reconciler::removed(const std::string& operation, const Result<void>& outcome) {
    std::string target;
    (void)catalog_.change(Persist::best_effort, [&](Draft& draft) {
        auto record = *draft.state().operation(operation);
        target = record.operation.target;
        auto cluster = *draft.state().cluster(target);
        if (outcome) {
            finish_operation(record, draft.now_text());
            for (const auto& node : cluster.nodes) {
                metrics_.forget_node(node.id);
                sources_.forget_node(node.id);
                draft.add_event("cache-cluster", node.id, target, "info", "Cache cluster deleted");
            }
            chronicle_.forget_cluster(draft, cluster);
            draft.erase_cluster(target);
            draft.add_event("replication-group", target, target, "info",
                            "Replication group " + target + " deleted");
        } else {
            const auto& why = outcome.error().message;
            fail_operation(record, draft.now_text(), why);
            // What is left of it cannot be called available; it can be deleted again.
            cluster.status = "create-failed";
            cluster.operation.reset();
            draft.put(std::move(cluster));
            draft.add_event("replication-group", target, target, "error",
                            "Replication group " + target + " could not be deleted: " + why);
        }
        draft.put(std::move(record));
        return done();
    });
    work_.erase(target);
    settle();
}

void Reconciler::switch_over(const OperationRecord& record) {
    const auto state = catalog_.read();
    const auto id = record.operation.id;
    const auto& target = record.operation.target;
    const auto primary = state->primary_of(*state->cluster(target));
    const auto wanted = record.nodes.empty() ? std::nullopt : std::optional(record.nodes.front());
    // A daemon that was killed after the commit point finds the switchover done.
    const bool already =
        wanted ? primary == *wanted : !record.old_primary.empty() && primary != record.old_primary;
    if (already) {
        FailoverReport report;
        report.cluster = target;
        report.planned = report.done = report.succeeded = true;
        report.old_primary = record.old_primary;
        report.new_primary = primary;
        return switched_over(id, report);
    }
    fleet_.switchover(target, wanted, [this, id](Result<FailoverReport> outcome) {
        worker_.post([this, id, outcome = std::move(outcome)] { switched_over(id, outcome); });
    });
}

void Reconciler::switched_over(const std::string& operation,
                               const Result<FailoverReport>& outcome) {
    std::string target;
    (void)catalog_.change(Persist::best_effort, [&](Draft& draft) {
        auto record = *draft.state().operation(operation);
        target = record.operation.target;
        const bool succeeded = outcome && outcome.value().succeeded;
        if (outcome && !outcome.value().old_primary.empty()) {
            const auto& report = outcome.value();
            record.operation.failover =
                schema::FailoverOutcome{report.old_primary, report.new_primary, report.pause_ms,
                                        report.bytes_lost, report.planned};
        }
        if (succeeded) {
            finish_operation(record, draft.now_text());
            chronicle_.tell_failover(draft, outcome.value());
        } else {
            const auto why = outcome ? outcome.value().reason : outcome.error().message;
            fail_operation(record, draft.now_text(), why);
            draft.add_event("replication-group", target, target, "error",
                            "Failover of " + target + " failed: " + why);
        }
        auto cluster = *draft.state().cluster(target);
        cluster.status = "available";
        cluster.operation.reset();
        draft.put(std::move(cluster));
        draft.put(std::move(record));
        return done();
    });
    ended(target);
}

void Reconciler::reboot_next(const std::string& operation) {
    const auto state = catalog_.read();
    const auto& record = *state->operation(operation);
    const auto& steps = record.operation.steps;
    for (std::size_t i = 0; i < record.nodes.size() && i < steps.size(); ++i) {
        if (steps[i].status == "done") continue;
        fleet_.reboot(record.operation.target, record.nodes[i],
                      [this, operation, i](Result<void> outcome) {
                          worker_.post([this, operation, i, outcome = std::move(outcome)] {
                              rebooted(operation, i, outcome);
                          });
                      });
        return;
    }
}

void Reconciler::rebooted(const std::string& operation, std::size_t index,
                          const Result<void>& outcome) {
    std::string target;
    bool more = false;
    (void)catalog_.change(Persist::best_effort, [&](Draft& draft) {
        auto record = *draft.state().operation(operation);
        target = record.operation.target;
        const auto& node = record.nodes[index];
        more = outcome && index + 1 < record.nodes.size();
        if (outcome)
            draft.add_event("cache-cluster", node, target, "info",
                            "Cache node " + node_number(node) + " restarted");
        else
            draft.add_event("cache-cluster", node, target, "error",
                            "Cache node " + node_number(node) +
                                " could not be restarted: " + outcome.error().message);
        if (more)
            enter_step(record, index + 1);
        else if (outcome)
            finish_operation(record, draft.now_text());
        else
            fail_operation(record, draft.now_text(), outcome.error().message);
        if (!more) {
            auto cluster = *draft.state().cluster(target);
            cluster.status = "available";
            cluster.operation.reset();
            draft.put(std::move(cluster));
        }
        draft.put(std::move(record));
        return done();
    });
    if (more)
        reboot_next(operation);
    else
        ended(target);
}

void Reconciler::refresh_rules() {
    // Read anew: what settle() began may have changed more than it had read.
    const auto state = catalog_.read();
    for (const auto& [id, cluster] : state->clusters) {
        auto& work = work_[id];
        if (!should_run(*cluster) || work.exclusive || !(work.adopted || work.adopting)) continue;
        if (compiled_rules(*state, *cluster).allowed_ranges == work.rules) continue;
        fleet_.apply(
            spec_of(*state, *cluster), [](const std::string&) {},
            [this, id = id](Result<void> outcome) {
                if (outcome) return;
                worker_.post([this, id, outcome = std::move(outcome)] {
                    (void)catalog_.change(Persist::best_effort, [&](Draft& draft) {
                        draft.add_event(
                            "replication-group", id, id, "error",
                            "The new inbound rules could not be handed to every node: " +
                                outcome.error().message);
                        return done();
                    });
                });
            });
    }
}

void Reconciler::on_node(const NodeView& view) {
    worker_.post([this, view] { chronicle_.take(view); });
}

void Reconciler::on_failover(const FailoverReport& report) {
    worker_.post([this, report] { chronicle_.take(report); });
}

void Reconciler::on_event(const std::string& cluster, const std::string& node,
                          const std::string& severity, const std::string& message) {
    worker_.post([=, this] {
        const std::string type = !node.empty()      ? "cache-cluster"
                                 : !cluster.empty() ? "replication-group"
                                                    : "daemon";
        const std::string source = !node.empty()      ? node
                                   : !cluster.empty() ? cluster
                                                      : "millpond-admin";
        (void)catalog_.change(Persist::best_effort, [&](Draft& draft) {
            draft.add_event(type, source, cluster, severity, message);
            return done();
        });
    });
}

void Reconciler::on_samples(const std::vector<NodeSample>& samples) {
    samples_worker_.post([this, samples] {
        boost::json::object data{{"items", schema::to_json(metrics_.take(with_lag(samples)))}};
        catalog_.feed().publish_passing("metrics", data);
        if (const auto failure = metrics_.flush(); !failure.empty())
            spdlog::warn("metrics.db cannot be written: {}", failure);
        const auto now = catalog_.now_ms();
        if (now - pruned_at_ms_ < hour_ms) return;
        pruned_at_ms_ = now;
        (void)catalog_.change(Persist::best_effort, [&](Draft& draft) {
            draft.prune(now - events_kept_ms, now - keys_kept_ms, operations_kept);
            return done();
        });
    });
}

std::vector<NodeSample> Reconciler::with_lag(std::vector<NodeSample> samples) const {
    const auto state = catalog_.read();
    std::map<std::string, double> heads;
    for (const auto& sample : samples) {
        const auto* live = state->live_node(sample.node);
        if (live && live->role == "primary" && sample.values.contains("offset"))
            heads[sample.cluster] = sample.values.at("offset");
    }
    for (auto& sample : samples) {
        const auto head = heads.find(sample.cluster);
        if (head == heads.end() || sample.values.contains("lag_bytes") ||
            !sample.values.contains("offset"))
            continue;
        sample.values["lag_bytes"] = std::max(0.0, head->second - sample.values.at("offset"));
    }
    return samples;
}

void Reconciler::on_sources(const std::vector<SourceCount>& counts) {
    sources_.take(counts);
}

}  // namespace millpond::admin
