// SPDX-License-Identifier: Apache-2.0
//
// The planned change of the primary. Its one commit point is REVOKE: before it every failure
// resumes the old primary, after it there is only forward.
#include "admin-api/failover/context.h"
#include "admin-api/failover/election.h"

namespace millpond::admin::failover {

namespace {

bool close_behind(const Node& primary, const Node& replica) {
    const auto ahead = primary.report.history.offset;
    const auto reached = replica.report.history.offset;
    return reached >= ahead || ahead - reached < kSwitchoverLagBytesMax;
}

bool eligible(const State& state, const Node& node, std::string& why_not) {
    if (!node.wanted || node.reboot) {
        why_not = "node " + node.id + " is about to end";
    } else if (!follows_primary(state, node) || node.report.link != Link::up ||
               !node.report.history.complete()) {
        why_not = "node " + node.id + " is no replica in sync";
    } else if (node.pending || node.missed > 1) {
        why_not = "node " + node.id + " does not answer at the moment";
    } else if (!close_behind(*state.primary_node(), node)) {
        why_not = "node " + node.id + " lags by more than 1 MiB";
    } else {
        return true;
    }
    return false;
}

Progress progress(const State& state, std::string phase) {
    Progress report;
    report.phase = std::move(phase);
    report.planned = true;
    report.old_primary = state.switchover->from;
    report.new_primary = state.switchover->to;
    report.ticket = state.switchover->ticket;
    return report;
}

/// Why a wish cannot come true however long one waits, or empty.
std::string hopeless(const State& state, const std::string& wanted) {
    if (state.nodes.size() < 2) return "the cluster has no replica";
    if (wanted.empty()) return {};
    if (!state.find(wanted)) return "there is no node " + wanted;
    if (confirmed_primary(state) && wanted == state.primary)
        return "node " + wanted + " is the primary already";
    return {};
}

}  // namespace

const Node* switchover_target(const State& state, const std::string& wanted, std::string& why_not) {
    if (!wanted.empty()) {
        const Node* node = state.find(wanted);
        if (!node) {
            why_not = "there is no node " + wanted;
            return nullptr;
        }
        if (node->id == state.primary) {
            why_not = "node " + wanted + " is the primary already";
            return nullptr;
        }
        return eligible(state, *node, why_not) ? node : nullptr;
    }
    const Node* best = nullptr;
    if (state.nodes.size() < 2) why_not = "the cluster has no replica";
    for (const Node& node : state.nodes) {
        if (node.id == state.primary || !eligible(state, node, why_not)) continue;
        if (!best || node.report.history.offset > best->report.history.offset) best = &node;
    }
    return best;
}

bool begin_switchover(Context& context, Ticket ticket, const std::string& target,
                      std::string& why_not) {
    State& state = context.state;
    if (state.switchover || !confirmed_primary(state)) {
        why_not = "a failover is under way";
        return false;
    }
    const Node* to = switchover_target(state, target, why_not);
    if (!to) return false;
    Switchover next;
    next.ticket = ticket;
    next.from = state.primary;
    next.to = to->id;
    next.to_incarnation = to->incarnation;
    next.started_at = context.now;
    next.operation = ++state.last_request;
    state.switchover = next;
    context.act(progress(state, "pause"));
    Pause pause;
    pause.operation = next.operation;
    pause.ms = kPauseMs;
    request(context, *state.find(next.from), pause);
    return true;
}

/// Requires: REVOKE has not been sent.
void abort_switchover(Context& context, const std::string& why) {
    State& state = context.state;
    Progress report = progress(state, "resume");
    report.done = true;
    report.reason = why;
    report.pause_ms = context.now - state.switchover->started_at;
    const Switchover over = *state.switchover;
    if (Node* from = state.find(over.from)) {
        if (pending_as<Pause>(*from) || pending_as<Revoke>(*from)) from->pending.reset();
        if (from->process == Process::running) {
            context.act(Resume{from->id, from->incarnation, over.operation});
        }
    }
    if (Node* to = state.find(over.to); to && pending_as<AwaitOffset>(*to)) to->pending.reset();
    state.switchover.reset();
    context.act(report);
    context.tell(Severity::warning, over.from,
                 "Switchover to " + over.to + " was given up: " + why);
    context.fail(over.ticket, "InvalidReplicationGroupState",
                 "The switchover was given up: " + why + ".");
    for (Node& node : state.nodes) {
        if (node.reboot && !node.reboot_begun && node.id == over.from) {
            node.reboot = false;
            context.fail(node.reboot_ticket, "InvalidReplicationGroupState",
                         "The primary was not rebooted: " + why + ".");
        }
    }
}

void switchover_paused(Context& context, Node& node, std::uint64_t offset) {
    State& state = context.state;
    if (!state.switchover || state.switchover->stage != Switchover::Stage::pausing) return;
    if (node.id != state.switchover->from) return;
    state.switchover->stage = Switchover::Stage::catching_up;
    state.switchover->offset = offset;
    context.act(progress(state, "catch-up"));
    Node* to = state.find(state.switchover->to);
    if (!to || !usable(*to) || to->pending)
        return abort_switchover(context, "the replica was lost");
    AwaitOffset await;
    await.offset = offset;
    request(context, *to, await);
}

void switchover_caught_up(Context& context, Node& node) {
    State& state = context.state;
    if (!state.switchover || state.switchover->stage != Switchover::Stage::catching_up) return;
    Node* from = state.find(state.switchover->from);
    if (node.id != state.switchover->to || !from || !usable(*from)) return;
    state.switchover->stage = Switchover::Stage::revoking;
    Revoke revoke;
    revoke.operation = state.switchover->operation;
    revoke.epoch = state.epoch;
    request(context, *from, revoke);
}

/// The commit point has been passed.
void switchover_revoked(Context& context, Node& node, std::uint64_t offset) {
    State& state = context.state;
    if (!state.switchover || node.id != state.switchover->from) return;
    context.act(progress(state, "promote"));
    state.switchover->stage = Switchover::Stage::promoting;
    Election election;
    election.old_primary = node.id;
    election.old_offset = offset;
    election.died_at = state.switchover->started_at;
    election.reason = "switchover";
    election.by_crash = false;
    election.failover = true;
    election.forward = true;
    election.ticket = state.switchover->ticket;
    election.preferred = state.switchover->to;
    state.election = election;
    Node* to = state.find(state.switchover->to);
    const bool ready =
        to && usable(*to) && !to->pending && to->incarnation == state.switchover->to_incarnation;
    if (ready && offset == state.switchover->offset) grant_primary(context, *to);
}

/// A replica that has just lost its primary, or lags behind a burst, is in sync again in a moment:
/// whoever asks for a failover then is not sent away at once.
void begin_wished_switchover(Context& context) {
    State& state = context.state;
    if (!state.wish || state.switchover) return;
    const SwitchoverWish wish = *state.wish;
    std::string why_not = hopeless(state, wish.target);
    const bool may_hope = why_not.empty();
    if (may_hope) {
        why_not = "a failover or a start is under way";
        if (!state.election && begin_switchover(context, wish.ticket, wish.target, why_not)) {
            state.wish.reset();
            return;
        }
        if (context.now - wish.asked_at < kSwitchoverWaitMs) return;
    }
    state.wish.reset();
    context.fail(wish.ticket, "InvalidReplicationGroupState", "No failover now: " + why_not + ".");
}

void advance_switchover(Context& context) {
    State& state = context.state;
    if (!state.switchover) return;
    const Switchover& over = *state.switchover;
    if (over.stage != Switchover::Stage::pausing && over.stage != Switchover::Stage::catching_up)
        return;
    const Node* to = state.find(over.to);
    if (!to || !usable(*to) || to->incarnation != over.to_incarnation) {
        return abort_switchover(context, "the replica was lost");
    }
    if (context.now - over.started_at >= kSwitchoverBudgetMs) {
        abort_switchover(context, "it took too long");
    }
}

}  // namespace millpond::admin::failover
