// SPDX-License-Identifier: Apache-2.0
//
// Finding a primary when there is none: only after everyone who may hold the role is fenced.
#include <algorithm>
#include <utility>

#include "admin-api/failover/context.h"
#include "admin-api/failover/election.h"

namespace millpond::admin::failover {

namespace {

Progress progress(const Election& election, std::string phase) {
    Progress report;
    report.phase = std::move(phase);
    report.planned = !election.by_crash && election.ticket != 0;
    report.old_primary = election.old_primary;
    report.reason = election.reason;
    report.ticket = election.ticket;
    return report;
}

void forget_old_failovers(Context& context) {
    auto& times = context.state.failovers;
    std::erase_if(times, [&](Millis at) { return context.now - at > kFailoverWindowMs; });
}

Millis backoff(Context& context) {
    forget_old_failovers(context);
    const auto recent = context.state.failovers.size();
    if (recent < kFreeFailovers) return 0;
    const auto doublings = std::min<std::size_t>(recent - kFreeFailovers, 8);
    return std::min(kBackoffMs << doublings, kBackoffMsMax);
}

/// Automatic failover is off and the primary died by itself: data that replicas hold must not be
/// lost to an empty restart, nor may anybody be promoted unasked.
bool held(Context& context) {
    State& state = context.state;
    const Node* old = state.primary_node();
    if (!old || old->process != Process::absent) return false;
    if (state.automatic || state.promote_requested || state.election->forward) return false;
    if (!state.election->held_told) {
        state.election->held_told = true;
        context.tell(Severity::error, old->id,
                     "Primary node " + old->id +
                         " is down and automatic failover is disabled: promote a replica to go on");
    }
    return true;
}

bool backing_off(Context& context) {
    Election& election = *context.state.election;
    if (context.now >= election.not_before) return false;
    if (!election.backoff_told) {
        election.backoff_told = true;
        context.tell(Severity::warning, election.old_primary,
                     "The primary was lost " + std::to_string(context.state.failovers.size() + 1) +
                         " times within a minute: waiting " +
                         std::to_string((election.not_before - context.now + 999) / 1000) +
                         " s before the next promotion");
    }
    return true;
}

bool fresh(const Node& node) {
    return node.report.role == Role::none && !node.report.history.complete() && !node.given_role;
}

/// Seals every node that may hold data. True when all have answered, or have had their time.
bool all_sealed(Context& context) {
    Election& election = *context.state.election;
    if (election.seal_since < 0) {
        election.seal_since = context.now;
        if (election.failover) context.act(progress(election, "elect"));
    }
    bool waiting = false;
    for (Node& node : context.state.nodes) {
        if (!usable(node) || node.sealed || fresh(node)) continue;
        waiting = true;
        if (pending_as<Grant>(node))
            node.pending.reset();  // it would follow a primary that is gone
        if (node.pending || context.now < node.retry_not_before) continue;
        Seal seal;
        seal.epoch = std::max(context.state.epoch, node.report.epoch);
        request(context, node, seal);
    }
    return !waiting || context.now - election.seal_since >= kSealWaitMs;
}

/// Nobody holds data: the same node again, or the one that a new cluster names.
Node* empty_successor(State& state, Millis now) {
    Node* chosen = state.primary_node();
    if (!chosen || !chosen->wanted) chosen = state.find(state.initial_primary);
    if (chosen && chosen->wanted) {
        if (usable(*chosen)) return chosen;
        const bool coming = chosen->process != Process::absent || chosen->spawn_not_before <= now;
        if (coming) return nullptr;
    }
    const auto it = std::find_if(state.nodes.begin(), state.nodes.end(),
                                 [](const Node& n) { return usable(n) && n.wanted; });
    return it == state.nodes.end() ? nullptr : &*it;
}

void elect(Context& context) {
    State& state = context.state;
    if (!all_sealed(context)) return;
    learn_from_candidates(state);
    const Node* best = best_candidate(state, state.election->preferred);
    if (!best) return;  // those that are left answer, or are found hung and fenced
    grant_primary(context, *state.find(best->id));
}

}  // namespace

void begin_election(Context& context, const std::string& reason, bool by_crash) {
    State& state = context.state;
    if (state.election) return;
    Election election;
    election.old_primary = state.primary;
    if (const Node* old = state.primary_node()) election.old_offset = old->report.history.offset;
    election.died_at = context.now;
    election.reason = reason;
    election.by_crash = by_crash;
    election.failover = someone_holds_data(state, state.primary) && !state.primary.empty();
    election.not_before = by_crash ? context.now + backoff(context) : context.now;
    state.election = election;
    if (election.failover) context.act(progress(election, "fence"));
}

void give_up_failover(Context& context, const std::string& why) {
    Election& election = *context.state.election;
    if (!std::exchange(election.failover, false) || context.state.switchover) return;
    Progress report = progress(election, "elect");
    report.done = true;
    report.reason = why;
    context.act(report);
}

void seek_primary(Context& context) {
    State& state = context.state;
    if (state.election && confirmed_primary(state)) {
        // The journal named an older one; the real primary was there all the time.
        give_up_failover(context, state.primary + " still is the primary");
        context.finish(state.election->ticket);
        state.election.reset();
    }
    if (std::any_of(state.nodes.begin(), state.nodes.end(), may_hold_primary)) return;
    if (!state.election) begin_election(context, "no node holds the primary role", false);
    const bool full = someone_holds_data(state, "");
    if (full && held(context)) return;
    if (!state.promote_requested && backing_off(context)) return;
    if (state.next_epoch >= state.end_epoch) return;
    if (full) return elect(context);
    // Nobody is sealed here; a node that sat through an election in vain may still be marked so.
    Node* node = empty_successor(state, context.now);
    if (node && !node->pending && context.now >= node->retry_not_before)
        grant_primary(context, *node);
}

/// Requires: nobody else may hold the role, and the node has no request pending but a grant to
/// follow.
void grant_primary(Context& context, Node& node) {
    State& state = context.state;
    if (state.next_epoch >= state.end_epoch) return;
    state.epoch = state.next_epoch++;
    state.primary = node.id;
    node.could_write = true;
    node.given_role = true;
    if (state.election) {
        state.election->seal_since =
            -1;  // should this one die too, the next round has its own time
        if (state.election->by_crash) state.failovers.push_back(context.now);
        if (state.election->failover && !state.switchover) {
            Progress report = progress(*state.election, "promote");
            report.new_primary = node.id;
            context.act(report);
        }
    }
    Grant grant;
    grant.epoch = state.epoch;
    grant.role = Role::primary;
    request(context, node, grant);
}

/// The grant has been answered: the failover, switchover or start is over.
void primary_confirmed(Context& context, Node& node) {
    State& state = context.state;
    const std::uint64_t offset = node.sealed ? node.sealed->offset : node.report.history.offset;
    node.report.role = Role::primary;
    node.report.epoch = state.epoch;
    node.report.link = Link::none;
    node.report.source.clear();
    node.sealed.reset();
    if (!state.election) return;
    const Election election = *state.election;
    if (election.failover) {
        Progress report = progress(election, state.switchover ? "resume" : "promote");
        report.done = true;
        report.succeeded = true;
        report.planned = state.switchover.has_value();
        report.new_primary = node.id;
        report.pause_ms = context.now - election.died_at;
        if (!report.planned && election.old_offset > offset) {
            report.bytes_lost = static_cast<std::int64_t>(election.old_offset - offset);
        }
        context.act(report);
    } else if (!election.old_primary.empty()) {
        context.tell(Severity::warning, node.id,
                     "Node " + node.id + " serves as the primary again; no node held data");
    }
    context.finish(election.ticket);
    state.election.reset();
    state.switchover.reset();
    state.promote_requested = false;
}

}  // namespace millpond::admin::failover
