// SPDX-License-Identifier: Apache-2.0
#include "fake_fleet.h"

#include <algorithm>

namespace millpond::admin::test {
namespace {

Error refused(const std::string& why) {
    return Error{"InternalFailure", why, "", 500};
}

std::string joined(const std::vector<std::string>& parts) {
    std::string out;
    for (const auto& part : parts) out += (out.empty() ? "" : ",") + part;
    return out;
}

}  // namespace

void FakeFleet::hang(const std::string& call) {
    std::lock_guard lock(mutex_);
    hanging_.push_back(call);
}

void FakeFleet::fail(const std::string& call, const std::string& why) {
    std::lock_guard lock(mutex_);
    failing_[call] = why;
}

void FakeFleet::answer(const std::string& command, resp::Value reply) {
    std::lock_guard lock(mutex_);
    answers_[command] = std::move(reply);
}

std::vector<std::string> FakeFleet::calls() {
    std::lock_guard lock(mutex_);
    return calls_;
}

std::string FakeFleet::last_call() {
    std::lock_guard lock(mutex_);
    return calls_.empty() ? "" : calls_.back();
}

ClusterSpec FakeFleet::last_spec(const std::string& cluster) {
    std::lock_guard lock(mutex_);
    return specs_[cluster];
}

FakeFleet::Fate FakeFleet::note(const std::string& call, const std::string& text,
                                std::string& why) {
    std::lock_guard lock(mutex_);
    calls_.push_back(call + " " + text);
    if (std::find(hanging_.begin(), hanging_.end(), call) != hanging_.end()) return Fate::hangs;
    const auto at = failing_.find(call);
    if (at == failing_.end()) return Fate::works;
    why = at->second;
    return Fate::fails;
}

void FakeFleet::report(const NodeView& view) {
    worker_.post([this, view] { observer_->on_node(view); });
}

void FakeFleet::report(const FailoverReport& report) {
    worker_.post([this, report] { observer_->on_failover(report); });
}

void FakeFleet::start(FleetObserver& observer, Journal& journal) {
    observer_ = &observer;
    journal_ = &journal;
}

void FakeFleet::stop() {
    worker_.stop();
}

void FakeFleet::apply(ClusterSpec spec, std::function<void(std::string)> progress, Done done) {
    std::string why;
    {
        std::lock_guard lock(mutex_);
        specs_[spec.id] = spec;
    }
    const auto fate = note("apply",
                           spec.id + " " + std::to_string(spec.nodes.size()) +
                               (spec.automatic_failover ? " auto" : "") + " [" +
                               joined(spec.rules.allowed_ranges) + "]",
                           why);
    if (fate == Fate::hangs) return;
    worker_.post([=, this, progress = std::move(progress), done = std::move(done)] {
        if (fate == Fate::fails) return done(refused(why));
        std::vector<NodeView> views;
        {
            std::lock_guard lock(world_.mutex);
            auto& nodes = world_.clusters[spec.id];
            std::erase_if(nodes, [&](const auto& entry) {
                return std::none_of(spec.nodes.begin(), spec.nodes.end(),
                                    [&](const auto& node) { return node.id == entry.first; });
            });
            const bool has_primary = std::any_of(nodes.begin(), nodes.end(), [](const auto& entry) {
                return entry.second.role == "primary";
            });
            for (const auto& node : spec.nodes) {
                if (!nodes.contains(node.id)) {
                    progress("Start node " + node.id);
                    const bool primary = !has_primary && node.id == spec.initial_primary;
                    nodes[node.id] = {node.id,
                                      spec.id,
                                      "available",
                                      primary ? "primary" : "replica",
                                      primary ? "none" : "up",
                                      world_.next_pid++,
                                      1,
                                      0};
                }
                views.push_back(nodes[node.id]);
            }
        }
        for (const auto& view : views) observer_->on_node(view);
        done(boost::outcome_v2::success());
    });
}

void FakeFleet::remove(const std::string& cluster, Done done) {
    std::string why;
    const auto fate = note("remove", cluster, why);
    if (fate == Fate::hangs) return;
    worker_.post([=, this, done = std::move(done)] {
        if (fate == Fate::fails) return done(refused(why));
        {
            std::lock_guard lock(world_.mutex);
            world_.clusters.erase(cluster);
        }
        done(boost::outcome_v2::success());
    });
}

void FakeFleet::switchover(const std::string& cluster, std::optional<std::string> target,
                           std::function<void(Result<FailoverReport>)> done) {
    std::string why;
    const auto fate = note("switchover", cluster + " " + target.value_or("-"), why);
    if (fate == Fate::hangs) return;
    worker_.post([=, this, done = std::move(done)] {
        if (fate == Fate::fails) return done(refused(why));
        FailoverReport report;
        report.cluster = cluster;
        report.planned = true;
        report.pause_ms = 7;
        std::vector<NodeView> views;
        {
            std::lock_guard lock(world_.mutex);
            auto& nodes = world_.clusters[cluster];
            for (auto& [id, node] : nodes)
                if (node.role == "primary") report.old_primary = id;
            for (auto& [id, node] : nodes)
                if (report.new_primary.empty() && id != report.old_primary &&
                    (!target || *target == id))
                    report.new_primary = id;
            nodes[report.old_primary].role = "replica";
            nodes[report.old_primary].link = "up";
            nodes[report.new_primary].role = "primary";
            nodes[report.new_primary].link = "none";
            for (auto& [id, node] : nodes) views.push_back(node);
        }
        for (const char* phase : {"pause", "catch-up", "promote", "resume"}) {
            report.phase = phase;
            observer_->on_failover(report);
        }
        for (const auto& view : views) observer_->on_node(view);
        report.done = report.succeeded = true;
        observer_->on_failover(report);
        done(report);
    });
}

void FakeFleet::reboot(const std::string& cluster, const std::string& node, Done done) {
    std::string why;
    const auto fate = note("reboot", cluster + " " + node, why);
    if (fate == Fate::hangs) return;
    worker_.post([=, done = std::move(done)] {
        if (fate == Fate::fails) return done(refused(why));
        done(boost::outcome_v2::success());
    });
}

void FakeFleet::exec(const std::string& node, std::vector<std::string> args, int,
                     std::function<void(Result<resp::Value>)> done) {
    std::string why;
    const auto fate = note("exec", node + " " + joined(args), why);
    resp::Value reply;
    {
        std::lock_guard lock(mutex_);
        if (const auto at = answers_.find(args.front()); at != answers_.end()) reply = at->second;
    }
    worker_.post([=, done = std::move(done)] {
        if (fate == Fate::fails) return done(refused(why));
        done(reply);
    });
}

}  // namespace millpond::admin::test
