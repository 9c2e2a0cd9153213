// SPDX-License-Identifier: Apache-2.0
//
// What a blocking command needs: its timeout, and to wait for keys. The command first tries as its
// peer without B does; where there is nothing to take it asks whether it may block, and waits. From
// then on dispatch serves it (Executor::serve_ready): the handler is not run again.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/commands/waiters.h"

namespace millpond::engine {

class Call;

/// A timeout: 0 is for ever. False: the error has been written.
struct Timeout {
    std::int64_t ms = 0;

    /// By the steady clock, from now on; 0 for ever.
    std::int64_t deadline_ms() const;
};
/// In seconds, with a fraction, rounded up to milliseconds.
bool read_timeout(Call& call, std::size_t index, Timeout& timeout);
/// In whole milliseconds: XREAD's BLOCK, WAIT.
bool read_timeout_ms(Call& call, std::size_t index, Timeout& timeout);

/// What to wait for.
struct Wait {
    std::vector<Bytes> keys;
    Type type = Type::list;      ///< what the key must hold, for `serve` to be called
    bool minds_absence = false;  ///< `serve` is called too when the key is gone or of another type
    Timeout timeout;
    Waiter::Serve serve;
};

/// Blocks the client; the handler returns without a reply. On time-out, and by CLIENT UNBLOCK, it
/// gets a null array. Requires: call.may_block(), and the keys' shards locked (or the exclusive
/// lane) since the handler has looked at them.
void wait_for_keys(Call& call, Wait wait);

/// The reply of a wait that ended without anything.
std::string ended_wait_reply(const Session& session, bool with_error);

/// Ends all waits for keys: this node's role has changed. Clients are told, and their connections
/// closed. Requires: the exclusive lane.
void end_waits(Server& server);

}  // namespace millpond::engine
