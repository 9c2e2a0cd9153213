// SPDX-License-Identifier: Apache-2.0
//
// The orderly end of the server, as SHUTDOWN and signals ask for it: it may wait for replicas that
// lag, with writes paused, saves where that is wanted, and can be called off as long as it waits.
// Owned by the server. What says so runs in the exclusive lane; the rest any thread may call.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include "engine/server/session.h"

namespace millpond::engine {

class Server;

class Shutdown {
public:
    struct Options {
        bool save = false, no_save = false, now = false, force = false;
    };

    explicit Shutdown(Server& server) : server_(server) {}

    /// Requires: the exclusive lane. The server ends at once, or when replicas have all writes, and
    /// then another request changes nothing. False: it goes on, since saving has failed.
    bool begin(Options options, std::string reason);
    /// SIGTERM and SIGINT: with the options of shutdown-on-sigterm and shutdown-on-sigint.
    void begin_by_signal(bool interrupt);
    /// Requires: the exclusive lane. False: there is nothing to call off.
    bool abort();

    /// For replicas that lag.
    bool waiting() const { return until_ms_ != 0; }
    std::int64_t waiting_ms_left() const;
    /// Requires: the exclusive lane, and waiting(). Whoever is suspended hears when it comes to
    /// nothing.
    void add_client(BlockToken token) { clients_.push_back(token); }

private:
    bool finish();
    void look_again();
    void call_off();
    std::int64_t lagging_replicas() const;

    Server& server_;
    std::atomic<std::int64_t> until_ms_{0};  ///< steady clock; 0: it does not wait
    std::atomic<bool> asked_{false};         ///< by a signal
    // In the exclusive lane only.
    Options options_;
    std::string reason_;
    LogOffset offset_ = 0;  ///< the log's end when it was asked for: what replicas must have
    std::vector<BlockToken> clients_;
};

}  // namespace millpond::engine
