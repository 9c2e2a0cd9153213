// SPDX-License-Identifier: Apache-2.0
//
// What the state still lacks becomes actions. Planning looks at nothing but the state, so it does
// not matter which event came, how often, or whether a daemon restarted in between.
#include <algorithm>

#include "admin-api/failover/context.h"
#include "admin-api/failover/election.h"

namespace millpond::admin::failover {

namespace {

void keep_epochs_in_hand(Context& context) {
    State& state = context.state;
    Epoch seen = state.epoch;
    for (const Node& node : state.nodes) seen = std::max(seen, node.report.epoch);
    state.next_epoch = std::max(state.next_epoch, seen + 1);
    const Epoch left = state.end_epoch > state.next_epoch ? state.end_epoch - state.next_epoch : 0;
    if (left >= kEpochSpare || state.reserving) return;
    state.reserving = true;
    // A store that was lost counts from the start again: ask for enough to pass what nodes have
    // seen.
    const Epoch missing =
        state.next_epoch > state.end_epoch ? state.next_epoch - state.end_epoch : 0;
    context.act(ReserveEpochs{kEpochBlock + missing});
}

void find_unknown(Context& context) {
    for (Node& node : context.state.nodes) {
        if (node.process != Process::unknown || node.sought) continue;
        node.sought = true;
        context.act(Find{node.id});
    }
}

/// An empty restart of the last primary waits until nobody holds data or somebody else was
/// promoted.
bool may_spawn(const State& state, const Node& node, Millis now) {
    if (node.process != Process::absent || !node.wanted) return false;
    if (now < node.spawn_not_before) return false;
    return node.id != state.primary || !someone_holds_data(state, node.id);
}

void spawn_missing(Context& context) {
    for (Node& node : context.state.nodes) {
        if (!may_spawn(context.state, node, context.now)) continue;
        node.process = Process::spawning;
        node.spawned_at = context.now;
        if (node.id == context.state.primary && context.state.election) {
            // It comes back empty: with it the back-off of a poisoned key's owner is served by
            // spawn delays.
            give_up_failover(context,
                             "no other node holds data any more; " + node.id + " is started again");
        }
        context.act(Spawn{node.id});
    }
}

/// Others can take the role, now or when they have synced.
bool has_heirs(const State& state, const Node& node) {
    return std::any_of(state.nodes.begin(), state.nodes.end(), [&](const Node& other) {
        return other.id != node.id && other.wanted && other.process != Process::absent;
    });
}

void end_unwanted(Context& context) {
    State& state = context.state;
    for (Node& node : state.nodes) {
        if (node.wanted || node.process != Process::running) continue;
        if (node.id != state.primary) {
            if (!may_hold_primary(node) && !(state.switchover && state.switchover->to == node.id)) {
                end_process(context, node, true);
            }
            continue;
        }
        std::string why_not;
        if (!state.switchover && confirmed_primary(state))
            begin_switchover(context, 0, "", why_not);
    }
    std::erase_if(state.nodes, [&](const Node& node) {
        if (node.wanted || node.process != Process::absent || node.id == state.primary)
            return false;
        context.act(Forget{node.id});
        return true;
    });
}

void fail_reboot(Context& context, Node& node, const std::string& why) {
    node.reboot = false;
    context.fail(
        node.reboot_ticket, "InvalidReplicationGroupState",
        "Node " + node.id + " is the primary and no replica can take its place: " + why + ".");
}

void begin_reboot(Context& context, Node& node) {
    State& state = context.state;
    if (state.switchover && (state.switchover->from == node.id || state.switchover->to == node.id))
        return;
    if (node.id == state.primary) {
        if (state.switchover || state.election) return;
        std::string why_not;
        if (has_heirs(state, node)) {
            if (!begin_switchover(context, 0, "", why_not) &&
                context.now - node.reboot_asked_at >= kSwitchoverWaitMs)
                fail_reboot(context, node, why_not);
            return;
        }
    } else if (may_hold_primary(node)) {
        return;
    }
    node.reboot_begun = true;
    context.tell(Severity::info, node.id, "Cache node " + node.id + " is being rebooted");
    end_process(context, node, true);
}

/// The primary is down, and automatic failover is off.
bool waits_for_promotion(const State& state) {
    return state.election && state.election->held_told && !state.promote_requested;
}

bool in_role(const State& state, const Node& node) {
    return node.id == state.primary ? confirmed_primary(state) : follows_primary(state, node);
}

void advance_reboots(Context& context) {
    for (Node& node : context.state.nodes) {
        if (!node.reboot) continue;
        if (!node.reboot_begun) {
            if (node.process == Process::running) begin_reboot(context, node);
        } else if (in_role(context.state, node)) {
            node.reboot = false;
            context.finish(node.reboot_ticket);
        } else if (waits_for_promotion(context.state) &&
                   (usable(node) || node.id == context.state.primary)) {
            // Whoever would promote a replica must not be kept from it by a reboot that waits.
            node.reboot = false;
            context.fail(node.reboot_ticket, "InvalidReplicationGroupState",
                         "Node " + node.id +
                             " has no primary to follow: " + stuck_reason(context.state) + ".");
        }
    }
}

/// Only one may hold the role. Two can only meet here when the journal was lost; the later epoch
/// wins.
void settle_claims(Context& context) {
    State& state = context.state;
    for (Node& node : state.nodes) {
        if (!usable(node) || !node.could_write || node.id == state.primary) continue;
        Node* current = state.primary_node();
        if (!current || !current->could_write || current->report.epoch < node.report.epoch) {
            if (current && current->could_write && alive(*current))
                end_process(context, *current, false);
            state.primary = node.id;
            state.epoch = std::max(state.epoch, node.report.epoch);
        } else {
            end_process(context, node, false);
        }
    }
}

/// A primary that says it holds no role, with nothing pending: ask again. It answers OK or refuses.
void reassert_primary(Context& context) {
    State& state = context.state;
    Node* node = state.primary_node();
    if (!node || !usable(*node) || !node->could_write || node->pending) return;
    if (node->report.role == Role::primary || context.now < node->retry_not_before) return;
    Grant grant;
    grant.epoch = state.epoch;
    grant.role = Role::primary;
    request(context, *node, grant);
}

void make_followers(Context& context) {
    State& state = context.state;
    if (!confirmed_primary(state) || state.election) return;
    for (Node& node : state.nodes) {
        if (!usable(node) || !node.wanted || node.id == state.primary || node.could_write) continue;
        if (node.pending || context.now < node.retry_not_before) continue;
        if (node.reboot && node.reboot_begun && node.process != Process::running) continue;
        if (follows_primary(state, node) && !node.sealed) continue;
        Grant grant;
        grant.epoch = state.epoch;
        grant.role = Role::replica;
        grant.source = state.primary;
        node.sealed.reset();  // from here on its data may grow, whether or not the answer arrives
        node.given_role = true;
        request(context, node, grant);
    }
}

void resend_unanswered(Context& context) {
    for (Node& node : context.state.nodes) {
        if (!node.pending || !usable(node) || context.now - node.pending->sent_at < kResendMs)
            continue;
        node.pending->sent_at = context.now;
        context.act(node.pending->action);
    }
}

void end_cluster(Context& context) {
    State& state = context.state;
    if (state.removed) return;
    bool over = true;
    for (Node& node : state.nodes) {
        if (node.process == Process::running) end_process(context, node, true);
        over = over && node.process == Process::absent;
    }
    if (!over) return;
    for (const Node& node : state.nodes) context.act(Forget{node.id});
    state.nodes.clear();
    state.removed = true;
    context.finish(state.removal_ticket);
}

void record(Context& context) {
    std::string journal = encode_journal(context.state);
    if (journal == context.state.journal) return;
    context.state.journal = journal;
    context.act(Record{std::move(journal)});
}

Millis next_wake(const State& state, Millis now) {
    Millis at = 0;
    const auto wake = [&](Millis moment) {
        if (moment > now && (at == 0 || moment < at)) at = moment;
    };
    for (const Node& node : state.nodes) {
        if (node.pending) wake(node.pending->sent_at + kResendMs);
        wake(node.retry_not_before);
        if (node.process == Process::absent) wake(node.spawn_not_before);
        if (node.reboot && !node.reboot_begun) wake(node.reboot_asked_at + kSwitchoverWaitMs);
    }
    if (state.wish) wake(state.wish->asked_at + kSwitchoverWaitMs);
    if (state.switchover) wake(state.switchover->started_at + kSwitchoverBudgetMs);
    if (state.election) {
        wake(state.election->not_before);
        if (state.election->seal_since >= 0) wake(state.election->seal_since + kSealWaitMs);
    }
    return at;
}

void set_timer(Context& context) {
    const Millis at = next_wake(context.state, context.now);
    if (at == context.state.timer_at || at == 0) return;
    context.state.timer_at = at;
    context.act(SetTimer{at});
}

}  // namespace

/// Ensures: the process is being killed, and nothing is asked of it any more.
void end_process(Context& context, Node& node, bool in_order) {
    node.process = Process::ending;
    node.pending.reset();
    node.died_at = context.now;
    context.act(Kill{node.id, node.incarnation, in_order});
}

void plan(Context& context) {
    State& state = context.state;
    find_unknown(context);
    if (state.removing) {
        end_cluster(context);
        return;
    }
    keep_epochs_in_hand(context);
    settle_claims(context);
    spawn_missing(context);
    advance_switchover(context);
    begin_wished_switchover(context);
    advance_reboots(context);
    end_unwanted(context);
    reassert_primary(context);
    seek_primary(context);
    make_followers(context);
    resend_unanswered(context);
    deal_readers(context);
    record(context);
    set_timer(context);
}

}  // namespace millpond::admin::failover
