// SPDX-License-Identifier: Apache-2.0
//
// What the failover machine wants done. Whoever drives it carries these out in order and brings the
// answers back as events. Requests may be asked again: every one of them is idempotent.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "admin-api/failover/history.h"

namespace millpond::admin::failover {

/// Looks whether the node's process runs: NodeAbsent, or NodeFound and later NodeHello.
struct Find {
    std::string node;
};
/// Starts the process: NodeFound and NodeHello, or SpawnFailed.
struct Spawn {
    std::string node;
};
/// SIGKILL by pidfd, until NodeFenced. In order: SIGTERM first, and a moment to write its exit
/// note.
struct Kill {
    std::string node;
    Incarnation incarnation = 0;
    bool in_order = false;
};
/// The node has ended and is no longer part of the cluster: its folder and listeners may go.
struct Forget {
    std::string node;
};

/// From here on the node takes only grants above `epoch`: one that was late cannot break the seal.
struct Seal {
    std::string node;
    Incarnation incarnation = 0;
    Request request = 0;
    Epoch epoch = 0;
};
struct Grant {
    std::string node;
    Incarnation incarnation = 0;
    Request request = 0;
    Epoch epoch = 0;
    Role role = Role::none;
    std::string source;  ///< the primary's node id, for a replica
};
struct Pause {
    std::string node;
    Incarnation incarnation = 0;
    Request request = 0;
    Request operation = 0;
    Millis ms = 0;
};
/// Watches the node's offset: CaughtUp when it has reached `offset`.
struct AwaitOffset {
    std::string node;
    Incarnation incarnation = 0;
    Request request = 0;
    std::uint64_t offset = 0;
};
struct Revoke {
    std::string node;
    Incarnation incarnation = 0;
    Request request = 0;
    Request operation = 0;
    Epoch epoch = 0;
};
struct Resume {
    std::string node;
    Incarnation incarnation = 0;
    Request operation = 0;
};

/// Who serves each reader socket; an empty owner: nobody for now, clients queue.
struct DealReaders {
    std::vector<std::string> owners;
};
struct ReserveEpochs {
    std::uint64_t count = 0;
};
struct Record {
    std::string journal;
};
/// Wake the machine with TimerFired at this moment; replaces the one before.
struct SetTimer {
    Millis at = 0;
};

enum class Severity : std::uint8_t { info, warning, error };
/// Words for a person.
struct Tell {
    Severity severity = Severity::info;
    std::string node;
    std::string message;
};
/// Where a failover or switchover stands.
struct Progress {
    std::string phase;  ///< pause, catch-up, promote, resume; or fence, elect, promote
    bool planned = false;
    bool done = false;
    bool succeeded = false;
    std::string old_primary;
    std::string new_primary;
    Millis pause_ms = 0;
    std::int64_t bytes_lost = 0;
    std::string reason;
    Ticket ticket = 0;  ///< whose wish it is
};
/// The wish of this ticket is fulfilled, or cannot be.
struct Finish {
    Ticket ticket = 0;
    bool succeeded = false;
    std::string error_code;
    std::string error;
};

using Action =
    std::variant<Find, Spawn, Kill, Forget, Seal, Grant, Pause, AwaitOffset, Revoke, Resume,
                 DealReaders, ReserveEpochs, Record, SetTimer, Tell, Progress, Finish>;

}  // namespace millpond::admin::failover
