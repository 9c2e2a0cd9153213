// SPDX-License-Identifier: Apache-2.0
//
// One of the 1,024 parts of the key space: a lock, and a table of entries per database, made when
// first written to. Whoever calls anything but lock() and the counters holds the lock, or the
// exclusive lane.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "engine/keyspace/entry.h"
#include "engine/keyspace/hash.h"
#include "engine/memory/futex_mutex.h"
#include "engine/types/collections.h"

namespace millpond::engine {

class Table;

/// Where a walk over one database of one shard stands. Starts at the beginning.
struct WalkCursor {
    std::uint64_t position = 0;  ///< everything below it, in KeyHash::position(), has been passed
    bool done = false;
};

class alignas(64) Shard {
public:
    static constexpr int kDatabases = 16;

    Shard() = default;
    ~Shard();
    Shard(const Shard&) = delete;

    void lock() noexcept { mutex_.lock(); }
    void unlock() noexcept { mutex_.unlock(); }
    bool try_lock() noexcept { return mutex_.try_lock(); }

    /// The database's table here, or nullptr while it has never held a key.
    Table* table(int db) const noexcept {
        return tables_[static_cast<std::size_t>(db)].load(std::memory_order_acquire);
    }

    /// Loads the lock, and the place of the database's table.
    void prefetch(int db) const noexcept {
        __builtin_prefetch(&mutex_, 1);
        __builtin_prefetch(&tables_[static_cast<std::size_t>(db)]);
    }

    /// When the deadline wheels here have work next, in unix ms: lets the expiry thread pass by
    /// unlocked. Set under the lock; read without.
    std::int64_t next_due() const noexcept { return next_due_.load(std::memory_order_relaxed); }
    void set_next_due(std::int64_t at) noexcept { next_due_.store(at, std::memory_order_relaxed); }

    /// One piece of a walk in ascending hash order: visits whole groups (at most 128 entries each)
    /// until `budget` entries have been seen, then moves the cursor and returns. Entries that carry
    /// `epoch` are skipped; the others are given it after the visit. `visit` changes no key.
    /// Between two pieces the lock is let go.
    void walk(int db, WalkCursor& cursor, std::size_t budget, std::uint8_t epoch,
              FunctionView<void(Entry&)> visit);
    /// How far the walk of that database has come, in KeyHash::position(); all ones when it is done
    /// or the table is empty.
    std::uint64_t walk_position(int db) const noexcept;

private:
    friend class Keyspace;

    FutexMutex mutex_;
    std::array<std::atomic<Table*>, kDatabases> tables_{};
    std::atomic<std::int64_t> next_due_{INT64_MAX};
};

}  // namespace millpond::engine
