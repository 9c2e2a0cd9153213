// SPDX-License-Identifier: Apache-2.0
//
// Active expiry: a thread that removes keys soon after their deadlines, by the shards' deadline
// wheels, so that its work depends on how many keys are due and not on how many there are. It is in
// the shared lane while it works, in pieces of at most kPiece keys, and holds one shard's lock at a
// time. It also looks after the wheels (those full of what is no longer true are built anew) and
// has outgrown directories freed.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "engine/keyspace/database.h"
#include "engine/keyspace/keyspace.h"

namespace millpond::engine {

class Gate;
class GateFlag;

class ActiveExpiry {
public:
    struct Hooks {
        /// Asked inside the shared lane: a primary that is neither paused nor loading.
        std::function<bool()> may_expire;
        std::function<UnixMillis()> now;
        /// Told of each removal under the shard's lock.
        KeyspaceObserver& observer;
        /// Told how long each look at the wheels took, without what it waited for its lane.
        std::function<void(std::chrono::microseconds)> took = [](std::chrono::microseconds) {};
        /// Evicts for a little while when memory is above its limit, though nobody writes (it may
        /// have been lowered, or the last write's time was up); true when there is more to do.
        /// Called inside the shared lane, with no shard locked.
        std::function<bool()> evict = [] { return false; };
        /// Removes what else is due, outside the lanes.
        std::function<void(GateFlag&)> sweep_others = [](GateFlag&) {};
    };
    /// Keys removed between two looks at the gate.
    static constexpr std::size_t kPiece = 64;
    /// How often the hook may evict in one turn.
    static constexpr int kEvictionsPerTurn = 16;
    /// How often the wheels are looked at. With the wheels' own tick, a key is gone within 50 ms.
    static constexpr std::int64_t kPeriodMs = 20;

    ActiveExpiry(Keyspace& keys, Gate& gate, Hooks hooks);
    ~ActiveExpiry();
    ActiveExpiry(const ActiveExpiry&) = delete;

    void start();
    void stop();

    /// Takes up to `budget` fragments from one shard's wheels; true when more are due now.
    /// Requires: the shard's lock and either lane.
    static bool expire_shard(Keyspace& keys, int shard, UnixMillis now, KeyspaceObserver& observer,
                             std::size_t budget);

    /// Builds wheels anew where fewer than half of the fragments can be true. Requires: the shared
    /// lane, no shard's lock.
    static void tidy_shard(Keyspace& keys, int shard, UnixMillis now);

private:
    class InLane;
    void run();
    void sweep(GateFlag& flag);
    void evict(GateFlag& flag);
    void tidy(GateFlag& flag);

    Keyspace& keys_;
    Gate& gate_;
    Hooks hooks_;
    std::mutex mutex_;
    std::condition_variable wake_;
    bool stop_ = false;
    int tidied_ = 0;
    std::chrono::steady_clock::duration worked_{};  ///< in the lane, in this turn
    std::thread thread_;
};

}  // namespace millpond::engine
