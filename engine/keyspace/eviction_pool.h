// SPDX-License-Identifier: Apache-2.0
//
// The best victims that eviction has met and not yet taken, kept from one sample to the next: a few
// keys looked at for each that goes then come close to having looked at them all (Redis's way since
// version 3). Any thread that has locked it; that may be done under a shard's lock.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include "engine/keyspace/entry.h"
#include "engine/memory/futex_mutex.h"

namespace millpond::engine {

class EvictionPool {
public:
    struct Victim {
        int shard = 0, db = 0;
        std::string key;
        std::uint64_t score = 0;  ///< the more, the sooner it goes
    };

    EvictionPool();

    void lock() noexcept { mutex_.lock(); }
    void unlock() noexcept { mutex_.unlock(); }

    /// Keeps the key if it is among the best. Scores of another `kind` (the policy) are forgotten.
    void offer(int kind, int shard, int db, Bytes key, std::uint64_t score);
    /// The best, which leaves the pool; false when there is none of this kind. (Copied: both keep
    /// the memory of their strings.)
    bool take(int kind, Victim& best);

private:
    static constexpr std::size_t kSize = 16;

    const Victim& nth(std::size_t rank) const { return victims_[order_[rank]]; }
    std::size_t rank_of(int db, Bytes key) const;

    FutexMutex mutex_;
    int kind_ = -1;
    std::size_t count_ = 0;
    /// Which of the victims is the nth by score, the best last; behind them those that are free.
    std::array<std::uint8_t, kSize> order_;
    std::array<Victim, kSize> victims_;  ///< where they are they stay: their strings are used again
};

}  // namespace millpond::engine
