// SPDX-License-Identifier: Apache-2.0
#include "admin-api/reconcile/progress.h"

#include <algorithm>

namespace millpond::admin {
namespace {

constexpr int progress_begun = 10;
constexpr int progress_nearly = 95;

void end_running(OperationRecord& record, const std::string& status) {
    for (auto& step : record.operation.steps)
        if (step.status == "running") step.status = status;
}

}  // namespace

void begin_operation(OperationRecord& record) {
    record.operation.status = "running";
    record.operation.progress = std::max(record.operation.progress, progress_begun);
    for (auto& step : record.operation.steps) {
        if (step.status == "done") continue;
        step.status = "running";
        return;
    }
}

void add_words(OperationRecord& record, const std::string& words) {
    auto& steps = record.operation.steps;
    end_running(record, "done");
    if (steps.size() >= steps_max) steps.pop_back();
    steps.push_back({words, "running", ""});
}

void enter_step(OperationRecord& record, std::size_t index) {
    auto& steps = record.operation.steps;
    for (std::size_t i = 0; i < steps.size() && i <= index; ++i)
        steps[i].status = i < index ? "done" : "running";
    if (!steps.empty())
        record.operation.progress =
            std::max(record.operation.progress, static_cast<int>(index * 100 / steps.size()));
}

void finish_operation(OperationRecord& record, const std::string& now) {
    for (auto& step : record.operation.steps) step.status = "done";
    record.operation.status = "succeeded";
    record.operation.progress = 100;
    record.operation.ended_at = now;
}

void fail_operation(OperationRecord& record, const std::string& now, const std::string& why) {
    end_running(record, "failed");
    record.operation.status = "failed";
    record.operation.error = why;
    record.operation.ended_at = now;
}

int node_progress(const State& state, const ClusterRecord& cluster) {
    int wanted = 0;
    int there = 0;
    for (const auto& node : cluster.nodes) {
        if (node.leaving) continue;
        ++wanted;
        const auto* live = state.live_node(node.id);
        if (live && live->status == "available") ++there;
    }
    if (wanted == 0) return progress_begun;
    return progress_begun + (progress_nearly - progress_begun) * there / wanted;
}

}  // namespace millpond::admin
