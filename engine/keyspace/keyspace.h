// SPDX-License-Identifier: Apache-2.0
//
// All keys of all databases: 1,024 shards, and what concerns them as a whole. Owned by the server.
// Functions say which lane they need; those that say nothing may be called from any thread.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "engine/keyspace/eviction_pool.h"
#include "engine/keyspace/hash.h"
#include "engine/keyspace/shard.h"
#include "engine/memory/slab.h"
#include "engine/memory/thread_counter.h"
#include "engine/types/collections.h"

namespace millpond::engine {

class BackgroundFree;

/// What INFO's keyspace and stats sections count.
struct KeyspaceCounters {
    ThreadCounter hits;
    ThreadCounter misses;
    ThreadCounter expired;
    ThreadCounter evicted;
};

/// How entries' clocks are kept: by last use, or by frequency when an LFU policy is set.
struct ClockSettings {
    std::atomic<bool> lfu{false};
    std::atomic<int> lfu_log_factor{10};
    std::atomic<int> lfu_decay_minutes{1};
};

class Keyspace {
public:
    static constexpr int kShards = 1 << KeyHash::kShardBits;
    static constexpr int kDatabases = Shard::kDatabases;

    /// Frees big values on `background`, which outlives this.
    explicit Keyspace(BackgroundFree& background, const KeyHasher& hasher = KeyHasher());
    ~Keyspace();
    Keyspace(const Keyspace&) = delete;

    KeyHash hash(Bytes key) const noexcept { return hasher_(key); }
    ShardId shard_of(Bytes key) const noexcept { return hash(key).shard(); }
    Shard& shard(ShardId id) noexcept { return shards_[id.value]; }
    Shard& shard(int index) noexcept { return shards_[static_cast<std::size_t>(index)]; }

    /// Loads what lookups of these keys will read, step by step for all of them at once, the
    /// entries included; tries the shards' locks for a moment. Requires: the calling thread's gate
    /// flag is set (it is in the shared lane).
    void prefetch(std::span<const KeyHash> keys, int db) noexcept;
    /// After that, the same for members of collections.
    struct MemberHint {
        KeyHash key;
        Bytes member;
    };
    void prefetch_members(std::span<const MemberHint> members, int db) noexcept;

    /// Keys of a database, expired ones that are still there included; and how many have a
    /// deadline.
    std::size_t size(int db) const noexcept;
    std::size_t volatile_size(int db) const noexcept;
    /// The mean time to live of a database's volatile keys in ms, estimated from a sample; 0 when
    /// none.
    std::int64_t average_ttl(int db, std::int64_t now);

    /// Every entry of a database. Requires: the exclusive lane.
    void for_each(int db, FunctionView<bool(Entry&)> visit);

    /// One SCAN step with Redis's guarantees: an entry that is there from the first to the last
    /// step is visited, here exactly once. Visits at least `count` entries when there are as many,
    /// and returns the next cursor, 0 at the end. Takes the shards' locks one at a time, so the
    /// caller holds none (shared lane), or holds the exclusive lane. `visit` changes no key.
    std::uint64_t scan(int db, std::uint64_t cursor, std::size_t count,
                       FunctionView<void(Entry&)> visit);

    /// A uniformly random entry, or nullptr when the database is empty. Requires: the exclusive
    /// lane.
    Entry* random(int db, std::uint64_t random);

    /// Empties a database: the tables go to the background thread, or with `wait` are freed here.
    /// Returns how many keys there were. Requires: the exclusive lane.
    std::size_t flush(int db, bool wait = false);
    std::size_t flush_all(bool wait = false);
    /// SWAPDB. Requires: the exclusive lane.
    void swap(int a, int b);

    /// Begins a snapshot's walk: the next epoch (1, 2, 3, 1 ...), which new entries carry from now
    /// on. A walk that is given up must still pass over what is left with a visit that does nothing
    /// (unless the tables were flushed), so that no stale mark can be taken for a later epoch's.
    /// Requires: the exclusive lane.
    std::uint8_t begin_walk();
    std::uint8_t walk_epoch() const noexcept { return walk_epoch_; }

    /// Frees directories that were outgrown. Requires: the exclusive lane.
    void reclaim();
    /// Is there enough of it? Requires: either lane.
    bool reclaim_wanted() const noexcept;

    /// What the keys of a database cost beyond their entries: directories, groups, deadline wheels.
    /// Takes the shards' locks one at a time. Requires: either lane.
    std::size_t overhead(int db);

    /// The shard's table of a database, made when absent. Under the shard's lock.
    Table& make_table(ShardId shard, int db);

    SlabPool& slabs() { return slabs_; }
    KeyspaceCounters& counters() { return counters_; }
    ClockSettings& clocks() { return clocks_; }
    BackgroundFree& background() { return background_; }
    EvictionPool& eviction_pool() { return eviction_pool_; }

private:
    friend class Database;

    static constexpr std::size_t kEntryArenas = 64;
    static constexpr std::size_t kReclaimBytes = 1024 * 1024;

    /// How many keys a database has. Which database a counter belongs to changes with SWAPDB.
    struct Counts {
        ThreadCounter keys;
        ThreadCounter volatile_keys;
    };
    Counts& counts(int db) const noexcept {
        return *counts_[static_cast<std::size_t>(db)].load(std::memory_order_relaxed);
    }
    std::unique_ptr<Table> new_table(int shard);

    BackgroundFree& background_;
    KeyHasher hasher_;
    SlabPool slabs_;
    std::array<SlabArena, kEntryArenas> entry_arenas_;
    /// One for all shards: groups are resized a hundred times less often than entries come and go,
    /// and each further arena would cost a part-filled page for each size.
    SlabArena group_arena_;
    KeyspaceCounters counters_;
    ClockSettings clocks_;
    EvictionPool eviction_pool_;
    std::uint8_t walk_epoch_ = 0;
    std::unique_ptr<Counts[]> all_counts_;
    std::array<std::atomic<Counts*>, kDatabases> counts_;
    std::unique_ptr<Shard[]> shards_;
};

}  // namespace millpond::engine
