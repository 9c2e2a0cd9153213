// SPDX-License-Identifier: Apache-2.0
//
// Takes one event into the state. What follows from it is plan()'s business, but for the answers
// that a switchover waits for.
#include "admin-api/failover/machine.h"

#include <algorithm>

#include "admin-api/failover/context.h"
#include "admin-api/failover/election.h"

namespace millpond::admin::failover {

namespace {

/// A hung node is fenced only when that cannot cost the last copy of the data, nor, with automatic
/// failover off, the primary.
bool may_fence_hung(const State& state, const Node& node) {
    const bool may_be_primary = node.id == state.primary || may_hold_primary(node);
    if (may_be_primary && !state.automatic) return false;
    return std::any_of(state.nodes.begin(), state.nodes.end(), [&](const Node& other) {
        return other.id != node.id && usable(other) && other.missed < kMissedProbesMax &&
               other.report.history.complete();
    });
}

/// Nobody is promoted because automatic failover is off, or because of the back-off.
bool waits_for_a_person(const State& state) {
    return state.election && (state.election->held_told || state.election->backoff_told) &&
           !state.promote_requested;
}

class Intake {
public:
    explicit Intake(Context& context) : context_(context), state_(context.state) {}

    void operator()(const NodesChanged& event) {
        state_.initial_primary = event.initial_primary;
        for (Node& node : state_.nodes) {
            node.wanted =
                std::find(event.nodes.begin(), event.nodes.end(), node.id) != event.nodes.end();
        }
        for (const std::string& id : event.nodes) add(id, true);
        for (const std::string& id : event.leftovers) add(id, false);
        for (Node& node : state_.nodes) {
            if (node.wanted || !node.reboot) continue;
            node.reboot = false;
            context_.fail(node.reboot_ticket, "InvalidCacheClusterState",
                          "Node " + node.id + " is being removed.");
        }
    }

    void operator()(const PolicyChanged& event) { state_.automatic = event.automatic; }

    void operator()(const SwitchoverRequested& event) {
        if (waits_for_a_person(state_)) {
            state_.promote_requested = true;
            state_.election->ticket = event.ticket;
            state_.election->preferred = event.target;
        } else if (state_.wish || state_.switchover) {
            context_.fail(event.ticket, "InvalidReplicationGroupState",
                          "No failover now: a failover is under way.");
        } else {
            state_.wish = SwitchoverWish{event.ticket, event.target, context_.now};
        }
    }

    void operator()(const RebootRequested& event) {
        Node* node = state_.find(event.node);
        if (!node || !node->wanted) {
            context_.fail(event.ticket, "CacheClusterNotFound",
                          "There is no node " + event.node + ".");
        } else if (node->reboot) {
            context_.fail(event.ticket, "InvalidCacheClusterState",
                          "Node " + event.node + " is being rebooted already.");
        } else {
            node->reboot = true;
            node->reboot_asked_at = context_.now;
            node->reboot_begun =
                node->process == Process::absent || node->process == Process::spawning;
            node->reboot_ticket = event.ticket;
        }
    }

    void operator()(const RemovalRequested& event) {
        state_.removing = true;
        state_.removal_ticket = event.ticket;
        const std::string why = "The cluster is being deleted.";
        if (state_.wish) context_.fail(state_.wish->ticket, "InvalidReplicationGroupState", why);
        if (state_.switchover)
            context_.fail(state_.switchover->ticket, "InvalidReplicationGroupState", why);
        if (state_.election && !state_.switchover) {
            context_.fail(state_.election->ticket, "InvalidReplicationGroupState", why);
        }
        for (Node& node : state_.nodes) {
            if (node.reboot) context_.fail(node.reboot_ticket, "InvalidReplicationGroupState", why);
            node.reboot = false;
        }
        state_.wish.reset();
        state_.switchover.reset();
        state_.election.reset();
    }

    void operator()(const EpochsReserved& event) {
        state_.reserving = false;
        const Epoch first = std::max(event.first, state_.epoch + 1);
        if (state_.next_epoch < state_.end_epoch && state_.end_epoch == event.first) {
            state_.end_epoch = event.first + event.count;
            return;
        }
        state_.next_epoch = std::max(state_.next_epoch, first);
        state_.end_epoch = event.first + event.count;
    }

    void operator()(const NodeAbsent& event) {
        Node* node = state_.find(event.node);
        if (node && node->process == Process::unknown) node->process = Process::absent;
    }

    void operator()(const NodeFound& event) {
        Node* node = state_.find(event.node);
        if (!node || (node->process != Process::unknown && node->process != Process::spawning))
            return;
        reset_life(*node);
        node->process = Process::running;
        node->incarnation = event.incarnation;
        node->spawned = event.spawned;
        node->spawn_error.clear();
    }

    void operator()(const SpawnFailed& event) {
        Node* node = state_.find(event.node);
        if (!node || node->process != Process::spawning) return;
        node->process = Process::absent;
        node->spawn_error = event.reason;
        delay_respawn(*node);
        context_.tell(Severity::error, node->id,
                      "Node " + node->id + " does not start: " + event.reason);
    }

    /// Again after a lost connection: what is pending stays pending, and is asked again.
    void operator()(const NodeHello& event) {
        Node* node = current(event.node, event.incarnation);
        if (!node || node->process != Process::running) return;
        const bool first = !node->heard;
        node->heard = true;
        node->report = event.report;
        node->missed = node->evident = 0;
        if (first) node->could_write = event.report.role == Role::primary;
        if (!first && node->pending) node->pending->sent_at = context_.now - kResendMs;
        learn(*node);
    }

    void operator()(const NodeDied& event) {
        Node* node = current(event.node, event.incarnation);
        if (!node || node->process != Process::running) return;
        lost(*node, event.how);
        end_process(context_, *node, false);
    }

    void operator()(const NodeFenced& event) {
        Node* node = current(event.node, event.incarnation);
        if (!node || (node->process != Process::running && node->process != Process::ending))
            return;
        if (node->process == Process::running) lost(*node, "its process has ended");
        const bool asked = node->reboot || !node->wanted || state_.removing;
        if (!asked) delay_respawn(*node);
        reset_life(*node);
        node->process = Process::absent;
    }

    void operator()(const ProbeAnswered& event) {
        Node* node = current(event.node, event.incarnation);
        if (!node || !usable(*node)) return;
        node->missed = node->evident = 0;
        if (node->hang_told)
            context_.tell(Severity::info, node->id, "Node " + node->id + " answers again");
        node->hang_told = false;
        node->report = event.report;
        learn(*node);
    }

    void operator()(const ProbeMissed& event) {
        Node* node = current(event.node, event.incarnation);
        if (!node || node->process != Process::running) return;
        ++node->missed;
        const bool evident = (event.stopped || event.frozen) && !event.traced;
        node->evident = evident ? node->evident + 1 : 0;
        if (node->missed < kMissedProbesMax) return;
        if (node->evident >= kEvidentProbesMin && may_fence_hung(state_, *node)) {
            const std::string how = event.stopped ? "its process is stopped" : "its process hangs";
            lost(*node, how);
            end_process(context_, *node, false);
        } else if (!node->hang_told) {
            node->hang_told = true;
            context_.tell(Severity::warning, node->id, slow_words(*node, event));
        }
    }

    void operator()(const TickLate&) {
        for (Node& node : state_.nodes) node.missed = node.evident = 0;
    }

    void operator()(const Sealed& event) {
        Node* node = answered<Seal>(event);
        if (!node) return;
        node->sealed = event.history;
        node->report.history = event.history;
        node->report.link = Link::none;
        node->report.source.clear();
    }

    void operator()(const Granted& event) {
        Node* node = current(event.node, event.incarnation);
        const Grant* grant = node && usable(*node) ? pending_as<Grant>(*node) : nullptr;
        if (!grant || grant->request != event.request) return;
        const Grant done = *grant;
        node->pending.reset();
        if (done.role == Role::primary) {
            primary_confirmed(context_, *node);
            if (event.history.complete()) node->report.history = event.history;
            learn(*node);
            return;
        }
        node->sealed.reset();
        node->report.role = Role::replica;
        node->report.epoch = done.epoch;
        node->report.source = done.source;
        node->report.link = Link::connecting;
    }

    void operator()(const Paused& event) {
        if (Node* node = answered<Pause>(event)) switchover_paused(context_, *node, event.offset);
    }

    void operator()(const CaughtUp& event) {
        if (Node* node = answered<AwaitOffset>(event)) switchover_caught_up(context_, *node);
    }

    void operator()(const Revoked& event) {
        Node* node = answered<Revoke>(event);
        if (!node) return;
        node->could_write = false;
        node->report.role = Role::none;
        node->report.history.offset = event.offset;
        switchover_revoked(context_, *node, event.offset);
    }

    void operator()(const Refused& event) {
        Node* node = current(event.node, event.incarnation);
        if (!node || !node->pending || node->pending->request != event.request) return;
        const Action refused = node->pending->action;
        node->pending.reset();
        node->retry_not_before = context_.now + kResendMs;
        if (const auto* grant = std::get_if<Grant>(&refused)) {
            if (grant->role == Role::primary) node->could_write = false;
            if (event.code == "STALEEPOCH")
                node->report.epoch = std::max(node->report.epoch, grant->epoch);
        } else if (!std::holds_alternative<Seal>(refused) && state_.switchover) {
            abort_switchover(context_, "node " + node->id + " refused with " + event.code);
        }
    }

    void operator()(const TimerFired&) { state_.timer_at = 0; }

private:
    Node* current(const std::string& id, Incarnation incarnation) {
        Node* node = state_.find(id);
        return node && node->incarnation == incarnation ? node : nullptr;
    }

    /// The node, when this answers what is pending; nothing is pending afterwards.
    template <class RequestAction, class Answer>
    Node* answered(const Answer& answer) {
        Node* node = current(answer.node, answer.incarnation);
        const auto* asked = node && usable(*node) ? pending_as<RequestAction>(*node) : nullptr;
        if (!asked || asked->request != answer.request) return nullptr;
        node->pending.reset();
        return node;
    }

    void add(const std::string& id, bool wanted) {
        if (state_.find(id)) return;
        Node node;
        node.id = id;
        node.wanted = wanted;
        state_.nodes.push_back(node);
    }

    void learn(const Node& node) {
        if (node.id != state_.primary || node.report.role != Role::primary) return;
        learn_lineage(state_, node.report.history);
        state_.epoch =
            std::max(state_.epoch, node.report.epoch);  // the journal may have missed its grant
    }

    static void reset_life(Node& node) {
        node.heard = false;
        node.could_write = false;
        node.given_role = false;
        node.report = {};
        node.pending.reset();
        node.sealed.reset();
        node.missed = node.evident = 0;
        node.hang_told = false;
        node.retry_not_before = 0;
    }

    void delay_respawn(Node& node) {
        const bool young = context_.now - node.spawned_at < kYoungMs;
        node.young_deaths = young ? node.young_deaths + 1 : 0;
        if (node.young_deaths < 2) return;
        const int doublings = std::min(node.young_deaths - 2, 8);
        node.spawn_not_before = context_.now + std::min(kRespawnMs << doublings, kRespawnMsMax);
    }

    /// A node is gone unasked.
    void lost(Node& node, const std::string& how) {
        context_.tell(Severity::warning, node.id, "Node " + node.id + " was lost: " + how);
        if (node.id != state_.primary || state_.removing) return;
        Ticket ticket = 0;
        if (state_.switchover && state_.switchover->stage != Switchover::Stage::promoting) {
            // The wish was to have another primary; the way there is a failover now.
            ticket = state_.switchover->ticket;
            Node* to = state_.find(state_.switchover->to);
            if (to && pending_as<AwaitOffset>(*to)) to->pending.reset();
            state_.switchover.reset();
            state_.promote_requested = true;
        }
        const bool asked = node.reboot && node.reboot_begun;
        begin_election(context_, how, !asked);
        if (ticket != 0) state_.election->ticket = ticket;
    }

    static std::string slow_words(const Node& node, const ProbeMissed& event) {
        const std::string name = "Node " + node.id;
        if (event.traced) return name + " is held by a debugger and is left alone";
        if (event.stopped) return name + " is stopped; it is left alone, as it cannot be replaced";
        if (event.frozen) return name + " hangs; it is left alone, as it cannot be replaced";
        return name + " is slow to answer";
    }

    Context& context_;
    State& state_;
};

}  // namespace

Step step(State state, const Event& event, Millis now) {
    Step result{std::move(state), {}};
    Context context{result.state, now, result.actions};
    std::visit(Intake(context), event);
    plan(context);
    return result;
}

}  // namespace millpond::admin::failover
