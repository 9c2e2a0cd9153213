// SPDX-License-Identifier: Apache-2.0
//
// What can happen to a cluster, as the failover machine is told of it. Events that speak of a
// process carry its incarnation; answers carry the request that they answer. Those of an earlier
// life are ignored.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "admin-api/failover/history.h"

namespace millpond::admin::failover {

// What should be.
struct NodesChanged {
    std::vector<std::string> nodes;
    std::string initial_primary;
    std::vector<std::string>
        leftovers;  ///< of an earlier daemon's time: found on disk, to be ended
};
struct PolicyChanged {
    bool automatic = false;
};
struct SwitchoverRequested {
    Ticket ticket = 0;
    std::string target;  ///< empty: the one furthest ahead
};
struct RebootRequested {
    Ticket ticket = 0;
    std::string node;
};
struct RemovalRequested {
    Ticket ticket = 0;
};
struct EpochsReserved {
    Epoch first = 0;
    std::uint64_t count = 0;
};

// Processes.
/// The answer to Find when nothing runs.
struct NodeAbsent {
    std::string node;
};
/// A process runs: found by Find (it may hold any role), or started by Spawn.
struct NodeFound {
    std::string node;
    Incarnation incarnation = 0;
    bool spawned = false;
};
struct SpawnFailed {
    std::string node;
    std::string reason;
};
/// Connected, and this is its first status: from here on it takes requests.
struct NodeHello {
    std::string node;
    Incarnation incarnation = 0;
    Report report;
};
/// The first sign of death: the liveness mutex, a fatal signal's byte, or the pidfd.
struct NodeDied {
    std::string node;
    Incarnation incarnation = 0;
    std::string how;
};
/// No thread of the process can run any more.
struct NodeFenced {
    std::string node;
    Incarnation incarnation = 0;
};

// Probes.
struct ProbeAnswered {
    std::string node;
    Incarnation incarnation = 0;
    Report report;
};
/// A probe sent at the tick before, itself on time, is unanswered.
struct ProbeMissed {
    std::string node;
    Incarnation incarnation = 0;
    bool stopped = false;  ///< the process is in state T
    bool frozen =
        false;  ///< no thread has run since the tick before, none wants to, and bytes lie unread
    bool traced = false;
};
/// The daemon's own tick was late, or the machine was suspended: what was missed says nothing.
struct TickLate {};

// Answers.
struct Sealed {
    std::string node;
    Incarnation incarnation = 0;
    Request request = 0;
    History history;
};
struct Granted {
    std::string node;
    Incarnation incarnation = 0;
    Request request = 0;
    History history;  ///< a new primary's, with its new replid
};
struct Paused {
    std::string node;
    Incarnation incarnation = 0;
    Request request = 0;
    std::uint64_t offset = 0;
};
struct CaughtUp {
    std::string node;
    Incarnation incarnation = 0;
    Request request = 0;
};
struct Revoked {
    std::string node;
    Incarnation incarnation = 0;
    Request request = 0;
    std::uint64_t offset = 0;
};
/// An error reply; `code` is its first word.
struct Refused {
    std::string node;
    Incarnation incarnation = 0;
    Request request = 0;
    std::string code;
};
/// The moment asked for by SetTimer has come.
struct TimerFired {};

using Event = std::variant<NodesChanged, PolicyChanged, SwitchoverRequested, RebootRequested,
                           RemovalRequested, EpochsReserved, NodeAbsent, NodeFound, SpawnFailed,
                           NodeHello, NodeDied, NodeFenced, ProbeAnswered, ProbeMissed, TickLate,
                           Sealed, Granted, Paused, CaughtUp, Revoked, Refused, TimerFired>;

}  // namespace millpond::admin::failover
