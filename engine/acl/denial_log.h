// SPDX-License-Identifier: Apache-2.0
//
// What was refused for lack of permissions: ACL LOG's entries, the newest first, and INFO's
// counters. Any thread; the mutex is taken for refusals only.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <vector>

#include "engine/acl/check.h"

namespace millpond::engine::acl {

/// Where a command came from when it was refused.
enum class Context : std::uint8_t { toplevel, multi, lua };

class DenialLog {
public:
    /// The same refusal within this time is counted in one entry ...
    static constexpr std::int64_t kGroupedMs = 60'000;
    /// ... when that is among so many newest ones.
    static constexpr std::size_t kGroupedEntriesMax = 10;

    struct Entry {
        std::uint64_t count = 1;
        Reason reason = Reason::command;
        Context context = Context::toplevel;
        std::string object;  ///< command, key or channel
        std::string user;
        std::string client;  ///< of the last time
        std::int64_t unix_ms = 0;
    };

    void add(Entry entry, std::size_t length_max);
    std::vector<Entry> newest(std::size_t count) const;
    void clear();
    std::uint64_t count(Reason reason) const {
        return counts_[static_cast<std::size_t>(reason)].load(std::memory_order_relaxed);
    }

private:
    mutable std::mutex mutex_;
    std::deque<Entry> entries_;
    std::array<std::atomic<std::uint64_t>, 5> counts_{};
};

}  // namespace millpond::engine::acl
