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

/// A node's last report may be older than its promotion or the end of its full sync: only its seal
/// tells.
bool may_hold_data(const Node& node) {
    if (node.sealed) return node.sealed->complete();
    return node.report.history.complete() || node.report.role == Role::replica || node.given_role;
}

bool append(std::vector<std::string>& lineage, const std::string& replid) {
    if (replid.empty() || place_in(lineage, replid) >= 0) return false;
    lineage.push_back(replid);
    if (lineage.size() > kLineageMax) lineage.erase(lineage.begin());
    return true;
}

bool known(const State& state, const Node& node) {
    return !node.sealed || !node.sealed->complete() ||
           place_in(state.lineage, node.sealed->replid) >= 0;
}

/// What continues a known history belongs right behind it.
void link_to_known(State& state) {
    for (bool news = true; news;) {
        news = false;
        for (const Node& node : state.nodes) {
            if (known(state, node)) continue;
            const int parent = place_in(state.lineage, node.sealed->replid2);
            if (parent < 0) continue;
            state.lineage.insert(state.lineage.begin() + parent + 1, node.sealed->replid);
            news = true;
        }
    }
}

/// All older histories are in the journal, so one that nothing links to is younger than the
/// journal's end.
bool append_unlinked(State& state) {
    const Node* oldest = nullptr;
    for (const Node& node : state.nodes) {
        if (known(state, node)) continue;
        if (!oldest || node.report.epoch < oldest->report.epoch) oldest = &node;
    }
    if (!oldest) return false;
    append(state.lineage, oldest->sealed->replid2);
    return append(state.lineage, oldest->sealed->replid);
}

}  // namespace

Rank rank_of(const State& state, const History& history) {
    if (!history.complete()) return {kEmptyRank, 0};
    return {place_in(state.lineage, history.replid), history.offset};
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

void learn_from_candidates(State& state) {
    do {
        link_to_known(state);
    } while (append_unlinked(state));
}

bool learn_lineage(State& state, const History& history) {
    if (place_in(state.lineage, history.replid) >= 0) return false;
    append(state.lineage, history.replid2);
    return append(state.lineage, history.replid);
}

}  // namespace millpond::admin::failover
