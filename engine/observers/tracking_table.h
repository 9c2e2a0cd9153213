// SPDX-License-Identifier: Apache-2.0
//
// Which sessions may have cached which keys: what CLIENT TRACKING's default mode remembers. Keys
// are names, whatever their database. A shard's part is touched under that shard's lock (or in the
// exclusive lane) only; the number of its keys is an atomic, so that a write passes by with one
// relaxed load.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/keyspace/keyspace.h"
#include "engine/observers/observation.h"

namespace millpond::engine {

class TrackingTable {
public:
    explicit TrackingTable(Keyspace& keys) : keys_(keys) {}

    bool any(ShardId shard) const noexcept {
        return counts_[shard.value].load(std::memory_order_relaxed) != 0;
    }
    std::size_t keys() const noexcept { return key_count_.load(std::memory_order_relaxed); }
    /// Pairs of a key and a session.
    std::size_t items() const noexcept { return item_count_.load(std::memory_order_relaxed); }

    /// Requires: the key's shard locked.
    void remember(Bytes key, std::uint64_t session);
    /// Forgets the key, and returns who had it. Requires: the key's shard locked.
    std::vector<std::uint64_t> take(Bytes key);

    struct Victim {
        std::string key;
        std::vector<std::uint64_t> sessions;
    };
    /// Forgets some key of some shard whose lock is free, `random` choosing; failing that one of
    /// `own`, which the caller has locked. False when there is nothing in either.
    bool evict(std::uint64_t random, ShardId own, Victim& victim);
    /// Requires: the exclusive lane.
    void clear();

private:
    using Sessions = std::vector<std::uint64_t>;
    using KeyMap = std::unordered_map<std::string, Sessions, BytesHash, std::equal_to<>>;

    void evict_from(ShardId id, std::uint64_t random, Victim& victim);
    void count(ShardId id, std::int64_t keys, std::int64_t items);

    Keyspace& keys_;
    std::array<std::atomic<std::uint32_t>, Keyspace::kShards> counts_{};
    std::array<std::unique_ptr<KeyMap>, Keyspace::kShards> shards_;  ///< made when first needed
    std::atomic<std::size_t> key_count_{0}, item_count_{0};
};

}  // namespace millpond::engine
