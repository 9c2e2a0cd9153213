// SPDX-License-Identifier: Apache-2.0
//
// The FAILOVER command: writes pause until a replica has all of the log, then roles are exchanged
// by PSYNC ... FAILOVER. Orders come from any thread; step() is the hub's.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>

#include "engine/replication/link_socket.h"

namespace millpond::engine {

class Replication;

class Failover {
public:
    enum class Phase : std::uint8_t { none, waiting_for_sync, in_progress };

    explicit Failover(Replication& replication) : replication_(replication) {}

    struct Order {
        std::optional<PrimaryAddress> target;  ///< nothing: whichever replica is in sync first
        bool force = false;
        std::int64_t timeout_ms = 0;  ///< 0: none
    };
    /// An error text, or empty: it has begun.
    std::string start(Order order);
    std::string abort();

    Phase phase() const { return phase_.load(); }
    const char* word() const;
    /// On the hub's thread.
    void step(std::int64_t now_ms);
    /// The link to the target is up: the roles are exchanged.
    void settled();
    /// The target could not be reached or did not take over: this node goes on as primary.
    void refused();

private:
    void hand_over(const PrimaryAddress& target);
    void end(const char* why);

    Replication& replication_;
    std::atomic<Phase> phase_{Phase::none};
    std::mutex mutex_;
    Order order_;
    std::int64_t deadline_ms_ = 0;
    std::atomic<bool> paused_{false};
};

}  // namespace millpond::engine
