// SPDX-License-Identifier: Apache-2.0
//
// What the parts of one step share: the state being changed, the moment, and the actions so far.
// Private to this folder.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "admin-api/failover/action.h"
#include "admin-api/failover/state.h"

namespace millpond::admin::failover {

struct Context {
    State& state;
    const Millis now;
    std::vector<Action>& actions;

    void act(Action action) { actions.push_back(std::move(action)); }
    void tell(Severity severity, std::string node, std::string message) {
        act(Tell{severity, std::move(node), std::move(message)});
    }
    void finish(Ticket ticket) {
        if (ticket != 0) act(Finish{ticket, true, {}, {}});
    }
    void fail(Ticket ticket, std::string code, std::string why) {
        if (ticket != 0) act(Finish{ticket, false, std::move(code), std::move(why)});
    }
};

/// Sends a request and remembers it as the node's one pending request. `action` lacks its number.
template <class RequestAction>
void request(Context& context, Node& node, RequestAction action) {
    action.node = node.id;
    action.incarnation = node.incarnation;
    action.request = ++context.state.last_request;
    node.pending = Pending{action, action.request, context.now};
    context.act(std::move(action));
}

/// The pending request, when it is of this type.
template <class RequestAction>
const RequestAction* pending_as(const Node& node) {
    return node.pending ? std::get_if<RequestAction>(&node.pending->action) : nullptr;
}

// plan.cpp
void plan(Context& context);
void end_process(Context& context, Node& node, bool in_order);
// succession.cpp
void seek_primary(Context& context);
void begin_election(Context& context, const std::string& reason, bool by_crash);
/// The failover that the election began as has nobody to promote (any more): its end is told.
void give_up_failover(Context& context, const std::string& why);
void grant_primary(Context& context, Node& node);
void primary_confirmed(Context& context, Node& node);
// switchover.cpp
const Node* switchover_target(const State& state, const std::string& wanted, std::string& why_not);
bool begin_switchover(Context& context, Ticket ticket, const std::string& target,
                      std::string& why_not);
void abort_switchover(Context& context, const std::string& why);
void advance_switchover(Context& context);
void begin_wished_switchover(Context& context);
void switchover_paused(Context& context, Node& node, std::uint64_t offset);
void switchover_caught_up(Context& context, Node& node);
void switchover_revoked(Context& context, Node& node, std::uint64_t offset);
// readers.cpp
void deal_readers(Context& context);

}  // namespace millpond::admin::failover
