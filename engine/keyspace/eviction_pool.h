// SPDX-License-Identifier: Apache-2.0
//
// The best victims that eviction has met and not yet taken, kept from one sample to the next: a few
// keys looked at for each that goes then come close to having looked at them all (Redis's way since
// version 3). Any thread; taken under a shard's lock, it takes none itself.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>

#include "engine/keyspace/entry.h"

namespace millpond::engine {

class EvictionPool {
public:
    struct Victim {
        int shard = 0, db = 0;
        std::string key;
        std::uint64_t score = 0;  ///< the more, the sooner it goes
    };

    /// Keeps the key if it is among the best. Scores of another `kind` (the policy) are forgotten.
    void offer(int kind, int shard, int db, Bytes key, std::uint64_t score);
    /// The best, which leaves the pool; false when there is none of this kind.
    bool take(int kind, Victim& best);

private:
    static constexpr std::size_t kSize = 16;

    std::mutex mutex_;
    int kind_ = -1;
    std::size_t count_ = 0;
    std::array<Victim, kSize> victims_;  ///< by score, the best last
};

}  // namespace millpond::engine
