// SPDX-License-Identifier: Apache-2.0
//
// Makes room when more memory is used than maxmemory allows: removes keys that the policy names,
// the best of a sample from random shards at a time. Any thread in either lane
// that holds no shard's lock (in the exclusive lane nobody does).
#pragma once

#include <cstddef>
#include <cstdint>

#include "engine/keyspace/database.h"
#include "engine/keyspace/keyspace.h"

namespace millpond::engine {

enum class EvictionPolicy : std::uint8_t {
    volatile_lru,
    volatile_lfu,
    volatile_random,
    volatile_ttl,
    allkeys_lru,
    allkeys_lfu,
    allkeys_random,
    noeviction
};

struct EvictionLimits {
    std::size_t maxmemory = 0;  ///< 0: no limit
    EvictionPolicy policy = EvictionPolicy::noeviction;
    int samples = 5;              ///< keys looked at for each that goes
    std::size_t not_counted = 0;  ///< buffers of replicas and of the append-only file
};

enum class Room : std::uint8_t {
    enough,
    being_made,  ///< not enough yet; a write may go ahead, and the next one goes on
    none         ///< nothing can be evicted any more
};

/// Nothing has to go: a few loads, for every write.
bool has_room(const EvictionLimits& limits);

/// That there is none is known only after a look at every shard. A call works for about half a
/// millisecond at most, as Redis's does.
Room make_room(Keyspace& keys, const EvictionLimits& limits, UnixMillis now,
               KeyspaceObserver& observer);

/// What LRU and LFU clocks must do under that policy.
constexpr bool is_lfu(EvictionPolicy policy) {
    return policy == EvictionPolicy::volatile_lfu || policy == EvictionPolicy::allkeys_lfu;
}

}  // namespace millpond::engine
