// SPDX-License-Identifier: Apache-2.0
//
// A model of a cluster's processes, sockets and daemon, in which the failover machine is driven
// through one random schedule of crashes, stops, stalls, lost, late and reordered messages and
// operators' wishes. The model knows the truth, and checks the invariants of DESIGN 3.2 against it
// at every grant and kill. One schedule is one seed; the same seed gives the same schedule.
#pragma once

#include <cstdint>
#include <string>

namespace millpond::admin::failover {

/// A planted fault: a lie told to the machine, or an action of its distorted, in the way in which a
/// broken rule would. Each must be caught by an invariant, or the invariant proves nothing.
enum class Sabotage {
    none,
    early_fence,       ///< "fenced" before the process is gone
    false_revoke,      ///< "revoked" although the primary never was
    old_epochs,        ///< grants carry epochs from long ago
    swapped_offsets,   ///< the furthest behind says it is the furthest ahead
    boasting_empties,  ///< an empty node claims data
    deaf,              ///< no grant is ever confirmed
    slander,           ///< a busy node is called stopped
    hasty_catch_up,    ///< "caught up" before it has
    unasked_promotion  ///< automatic failover although it is off
};

struct Schedule {
    std::uint64_t seed = 0;
    Sabotage sabotage = Sabotage::none;
    bool verbose = false;
};

struct Verdict {
    std::string violation;  ///< empty: every invariant held
    std::uint64_t steps = 0;
    std::uint64_t promotions = 0;
    std::uint64_t switchovers = 0;
    std::uint64_t crashes = 0;
};

Verdict simulate(const Schedule& schedule);

}  // namespace millpond::admin::failover
