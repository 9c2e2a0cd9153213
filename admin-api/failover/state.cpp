// SPDX-License-Identifier: Apache-2.0
#include "admin-api/failover/state.h"

#include <algorithm>
#include <sstream>

namespace millpond::admin::failover {

namespace {

constexpr int kSpawnFailuresShown = 3;

}  // namespace

Node* State::find(const std::string& id) {
    const auto it =
        std::find_if(nodes.begin(), nodes.end(), [&](const Node& n) { return n.id == id; });
    return it == nodes.end() ? nullptr : &*it;
}

const Node* State::find(const std::string& id) const {
    return const_cast<State*>(this)->find(id);
}

/// "v1 PRIMARY EPOCH REPLID...": words, since neither ids nor replids hold spaces. "-": no primary
/// yet.
std::string encode_journal(const State& state) {
    std::string out =
        "v1 " + (state.primary.empty() ? "-" : state.primary) + ' ' + std::to_string(state.epoch);
    for (const auto& replid : state.lineage) out += ' ' + replid;
    return out;
}

State initial_state(const std::string& journal) {
    State state;
    std::istringstream words(journal);
    std::string version;
    std::string primary;
    if (words >> version >> primary >> state.epoch && version == "v1") {
        if (primary != "-") state.primary = primary;
        for (std::string replid; words >> replid;) state.lineage.push_back(replid);
    }
    state.journal = journal;
    return state;
}

bool alive(const Node& node) {
    return node.process == Process::running || node.process == Process::ending;
}

bool usable(const Node& node) {
    return node.process == Process::running && node.heard;
}

bool may_hold_primary(const Node& node) {
    switch (node.process) {
        case Process::unknown:
            return true;
        case Process::absent:
        case Process::spawning:
            return false;
        case Process::running:
        case Process::ending:
            return node.could_write || (!node.heard && !node.spawned);
    }
    return true;
}

bool confirmed_primary(const State& state) {
    const Node* node = state.primary_node();
    return node && usable(*node) && node->could_write && node->report.role == Role::primary &&
           !node->pending;
}

bool follows_primary(const State& state, const Node& node) {
    return usable(node) && node.report.role == Role::replica && node.report.epoch == state.epoch &&
           node.report.source == state.primary && node.report.link != Link::none;
}

std::string status_of(const State& state, const Node& node) {
    if (!node.wanted || state.removing) return "deleting";
    if (node.reboot) return "rebooting";
    if (node.young_deaths >= kSpawnFailuresShown && node.process != Process::running)
        return "failed";
    switch (node.process) {
        case Process::unknown:
            return "recovering";
        case Process::absent:
            if (node.id == state.primary && !stuck_reason(state).empty()) return "failed";
            return node.incarnation == 0 ? "creating" : "recovering";
        case Process::spawning:
            return node.incarnation == 0 ? "creating" : "recovering";
        case Process::ending:
            return "recovering";
        case Process::running:
            break;
    }
    if (node.missed >= kMissedProbesMax) return "recovering";
    const bool in_role = node.heard && node.report.role != Role::none;
    if (in_role) return "available";
    return node.incarnation <= 1 && node.spawned ? "creating" : "recovering";
}

bool settled(const State& state) {
    if (state.removing) return state.removed;
    if (state.switchover || state.election || !confirmed_primary(state)) return false;
    return std::all_of(state.nodes.begin(), state.nodes.end(), [&](const Node& node) {
        if (!node.wanted || node.reboot || node.pending) return false;
        if (node.id == state.primary) return true;
        return follows_primary(state, node) && node.report.link == Link::up;
    });
}

std::string stuck_reason(const State& state) {
    if (state.election && state.election->held_told) {
        return "the primary " + state.election->old_primary +
               " is dead and automatic failover is off: promote a replica";
    }
    for (const auto& node : state.nodes) {
        if (node.wanted && !node.spawn_error.empty() && node.young_deaths >= kSpawnFailuresShown) {
            return "node " + node.id + " does not start: " + node.spawn_error;
        }
    }
    return {};
}

}  // namespace millpond::admin::failover
