// SPDX-License-Identifier: Apache-2.0
//
// The script that runs, as others see it. The exclusive lane begins and ends it; once it has run
// longer than busy-reply-threshold, any thread may ask for it and stop it, without a lane.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "engine/types/object.h"

namespace millpond::resp {
class ReplyWriter;
}

namespace millpond::engine {

class RunningScript {
public:
    enum class Kind : std::uint8_t { none, eval, function };

    static constexpr std::string_view kBusyEval =
        "BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.";
    static constexpr std::string_view kBusyFunction =
        "BUSY Redis is busy running a script. You can only call FUNCTION KILL or SHUTDOWN NOSAVE.";
    static constexpr std::string_view kNotBusy = "NOTBUSY No scripts in execution right now.";

    // -- The exclusive lane ------------------------------------------------------------------
    void begin(Kind kind, bool by_primary);
    void end();
    /// Before the first write, and every other one. False: it has been killed and must not write.
    bool may_write();
    bool wrote() const { return state_.load(std::memory_order_relaxed) & kWrote; }
    bool killed() const { return state_.load(std::memory_order_relaxed) & (kKilled | kShutdown); }
    bool shut_down() const { return state_.load(std::memory_order_relaxed) & kShutdown; }
    /// It has become long: who asks is told.
    void show(std::string_view name, std::span<const Bytes> command, std::int64_t started_ms);

    // -- Any thread --------------------------------------------------------------------------
    Kind kind() const { return kind_.load(std::memory_order_relaxed); }
    std::string_view busy_error() const {
        return kind() == Kind::function ? kBusyFunction : kBusyEval;
    }
    /// SCRIPT KILL (of an eval) or FUNCTION KILL: an error for the client, or nothing.
    std::string_view kill(Kind kind);
    /// The server ends: the script is stopped whatever it has done.
    void stop_for_shutdown() { state_.fetch_or(kShutdown, std::memory_order_relaxed); }
    /// FUNCTION STATS's running_script.
    void describe(resp::ReplyWriter& reply) const;

private:
    enum State : std::uint32_t { kWrote = 1, kKilled = 2, kShutdown = 4 };

    std::atomic<std::uint32_t> state_{0};
    std::atomic<Kind> kind_{Kind::none};
    std::atomic<bool> by_primary_{false};

    mutable std::mutex mutex_;  // what show() has said
    bool shown_ = false;
    std::string name_;
    std::vector<std::string> command_;
    std::int64_t started_ms_ = 0;
};

}  // namespace millpond::engine
