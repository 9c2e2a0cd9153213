// SPDX-License-Identifier: Apache-2.0
//
// Who watches which key. The registry of a shard is touched under that shard's lock (or in the
// exclusive lane) only; the number of watches per shard is an atomic, so that a write passes by an
// unwatched shard with one relaxed load. A change marks the watching transactions; EXEC reads its
// own mark.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/keyspace/database.h"
#include "engine/keyspace/keyspace.h"

namespace millpond::engine {

/// What a watching session shares with the registry: set by whoever changes a watched key.
struct WatchMark {
    std::atomic<bool> touched{false};
};

class WatchRegistry {
public:
    explicit WatchRegistry(Keyspace& keys) : keys_(keys) {}

    bool any(ShardId shard) const noexcept {
        return counts_[shard.value].load(std::memory_order_relaxed) != 0;
    }
    /// `was_expired`: the key is past its deadline already, so its going is no change. Requires:
    /// the key's shard locked, here and below.
    void add(int db, Bytes key, const std::shared_ptr<WatchMark>& mark, bool was_expired);
    void remove(int db, Bytes key, const WatchMark* mark);
    /// Has what is there now been past its deadline all the time that it was watched?
    bool was_expired(int db, Bytes key, const WatchMark& mark);
    /// The key has changed, or has gone.
    void touch(int db, Bytes key);
    /// All keys are about to go, of one database or (-1) of each: a change for who watches one
    /// that is there. Requires: the exclusive lane.
    void touch_flushed(int db);
    /// Two databases are about to be swapped: a change for who watches a key that is in either, but
    /// for one that was not there, or past its deadline, and still is so. Requires: the exclusive
    /// lane.
    void touch_swapped(int a, int b, UnixMillis now);

    Keyspace& keyspace() { return keys_; }

private:
    struct Key {
        int db;
        std::string name;
        bool operator==(const Key&) const = default;
    };
    struct Hasher {
        std::size_t operator()(const Key& key) const {
            return std::hash<std::string>()(key.name) * 31 + static_cast<std::size_t>(key.db);
        }
    };
    struct Watch {
        std::shared_ptr<WatchMark> mark;
        bool was_expired;  ///< and is still there
    };
    using Shard = std::unordered_map<Key, std::vector<Watch>, Hasher>;

    Shard& of(Bytes key, ShardId& id);
    const Entry* find(int db, Bytes key) const;
    bool is_there(int db, Bytes key) const { return find(db, key) != nullptr; }
    static void touch(Watch& watch, bool stays);

    Keyspace& keys_;
    std::array<std::atomic<std::uint32_t>, Keyspace::kShards> counts_{};
    std::array<std::unique_ptr<Shard>, Keyspace::kShards> shards_;  ///< made when first watched
};

}  // namespace millpond::engine
