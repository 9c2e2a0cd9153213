// SPDX-License-Identifier: Apache-2.0
//
// CLIENT PAUSE and the pause of a planned switchover. What is in force is set in the exclusive lane
// and tested by every command after entering its lane; who must wait is parked whole, with its
// bytes in the connection's input, and runs again when the pause ends.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>

#include "engine/server/control.h"

namespace millpond::engine {

class Server;

class Pause final : public PauseControl {
public:
    enum class Level : std::uint8_t { none, writes, all };

    explicit Pause(Server& server) : server_(server) {}

    /// What is paused now. Exact inside a lane.
    Level level() const { return level_.load(std::memory_order_relaxed); }
    /// Has CLIENT PAUSE been asked for? Then the primary is held back, too.
    bool holds_primary() const { return holds_primary_.load(std::memory_order_relaxed); }

    /// CLIENT PAUSE and UNPAUSE. Requires: the exclusive lane.
    void pause_clients(std::int64_t ms, bool all);
    void unpause_clients();
    /// The server is about to end: nothing is written any more, for as long as it takes. Requires:
    /// the exclusive lane.
    void pause_for_shutdown(bool yes);

    void pause(std::string operation, std::int64_t ms, std::function<void(bool)> done) override;
    void resume(std::string operation, std::function<void(bool)> done) override;
    bool paused_by(const std::string& operation) const override;
    std::int64_t paused_ms_left() const override;
    void drop_parked() override;

private:
    /// Requires: the exclusive lane. Sets the level from the two deadlines, and lets the parked
    /// run.
    void settle();
    void settle_at(std::int64_t ms);

    Server& server_;
    std::atomic<Level> level_{Level::none};
    std::atomic<bool> holds_primary_{false};
    mutable std::mutex mutex_;
    std::int64_t clients_until_ms_ = 0;  ///< steady clock; 0: not paused
    bool clients_all_ = false;
    std::string operation_;
    std::int64_t operation_until_ms_ = 0;
    bool shutdown_ = false;
};

}  // namespace millpond::engine
