// SPDX-License-Identifier: Apache-2.0
#include "admin-api/failover/election.h"

#include <algorithm>
#include <tuple>

namespace millpond::admin::failover {

namespace {

int place_in(const std::vector<std::string>& lineage, const std::string& replid) {
    if (replid.empty()) return -1;
    const auto it = std::find(lineage.begin(), lineage.end(), replid);
    return it == lineage.end() ? -1 : static_cast<int>(it - lineage.begin());
}

/// A replica's last report may be older than the end of its full sync: only its seal tells.
bool may_hold_data(const Node& node) {
    if (node.sealed) return node.sealed->complete();
    return node.report.history.complete() || node.report.role == Role::replica;
}

bool append(std::vector<std::string>& lineage, const std::string& replid) {
    if (replid.empty() || place_in(lineage, replid) >= 0) return false;
    lineage.push_back(replid);
    if (lineage.size() > kLineageMax) lineage.erase(lineage.begin());
    return true;
}

}  // namespace

Rank rank_of(const State& state, const History& history) {
    if (!history.complete()) return {};
    if (const int place = place_in(state.lineage, history.replid); place >= 0) {
        return {2, 2 * place, history.offset};
    }
    // A primary may die before we learn its new replid; its replicas then know it, and its parent.
    if (const int parent = place_in(state.lineage, history.replid2); parent >= 0) {
        return {2, 2 * parent + 1, history.offset};
    }
    return {1, 0, history.offset};
}

const Node* best_candidate(const State& state, const std::string& preferred) {
    const Node* best = nullptr;
    const auto key = [&](const Node& node) {
        return std::tuple(rank_of(state, *node.sealed), node.id == preferred, node.wanted);
    };
    for (const Node& node : state.nodes) {
        if (!usable(node) || !node.sealed || !node.sealed->complete()) continue;
        if (!best || key(node) > key(*best)) best = &node;
    }
    return best;
}

bool someone_holds_data(const State& state, const std::string& besides) {
    return std::any_of(state.nodes.begin(), state.nodes.end(), [&](const Node& node) {
        if (node.id == besides) return false;
        if (node.process == Process::unknown) return true;
        if (node.process != Process::running) return false;
        return node.heard ? may_hold_data(node) : !node.spawned;
    });
}

bool learn_lineage(State& state, const History& history) {
    const bool parent = !state.lineage.empty() && append(state.lineage, history.replid2);
    const bool own = append(state.lineage, history.replid);
    return parent || own;
}

}  // namespace millpond::admin::failover
