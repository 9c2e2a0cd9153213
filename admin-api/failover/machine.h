// SPDX-License-Identifier: Apache-2.0
//
// The failover decisions about one cluster, as a pure function: no clock, socket or database. The
// rules are those of DESIGN 3.2; the simulator in tests/admin-api holds it to them.
#pragma once

#include <utility>
#include <vector>

#include "admin-api/failover/action.h"
#include "admin-api/failover/event.h"
#include "admin-api/failover/state.h"

namespace millpond::admin::failover {

struct Step {
    State state;
    std::vector<Action> actions;
};

/// Takes the event in, then plans: what the new state still lacks becomes actions.
Step step(State state, const Event& event, Millis now);

}  // namespace millpond::admin::failover
