// SPDX-License-Identifier: Apache-2.0
#include "engine/keyspace/eviction.h"

#include <algorithm>
#include <chrono>
#include <mutex>
#include <string>

#include "engine/keyspace/clock.h"
#include "engine/keyspace/table.h"
#include "engine/memory/account.h"
#include "engine/memory/background_free.h"

namespace millpond::engine {

namespace {

using Clock = std::chrono::steady_clock;
constexpr auto kWorkMax = std::chrono::microseconds(500);

constexpr bool is_volatile_only(EvictionPolicy policy) {
    return policy <= EvictionPolicy::volatile_ttl;
}

/// The best victim seen so far.
struct Victim {
    int shard = 0, db = 0;
    std::string key;
    std::uint64_t score = 0;
    bool found = false;
};

class Evictor {
public:
    Evictor(Keyspace& keys, const EvictionLimits& limits, UnixMillis now,
            KeyspaceObserver& observer)
        : keys_(keys), limits_(limits), now_(now), observer_(observer) {}

    /// Removes the best of a sample; false when a few random shards had none to offer.
    bool evict_sampled() {
        constexpr int kShardsMax = 32;
        Victim victim;
        int wanted = std::max(limits_.samples, 1);
        for (int i = 0; i < kShardsMax && wanted > 0; ++i) {
            const int db = random_database();
            if (db < 0) break;
            wanted -= sample(random_index(), db, wanted, victim);
        }
        return victim.found && evict(victim);
    }

    /// Removes one key, if there is any at all that may go.
    bool evict_any() {
        const int first = random_index();
        for (int i = 0; i < Keyspace::kShards; ++i) {
            for (int db = 0; db < Keyspace::kDatabases; ++db) {
                if (evict_first((first + i) % Keyspace::kShards, db)) return true;
            }
        }
        return false;
    }

private:
    static int random_index() {
        return static_cast<int>(thread_random() % static_cast<std::uint64_t>(Keyspace::kShards));
    }

    std::size_t candidates(int db) const {
        return is_volatile_only(limits_.policy) ? keys_.volatile_size(db) : keys_.size(db);
    }

    /// A database by its share of the candidates; -1 when there are none.
    int random_database() const {
        std::size_t all = 0;
        for (int db = 0; db < Keyspace::kDatabases; ++db) all += candidates(db);
        if (all == 0) return -1;
        std::size_t nth = thread_random() % all;
        for (int db = 0; db < Keyspace::kDatabases; ++db) {
            const std::size_t here = candidates(db);
            if (nth < here) return db;
            nth -= here;
        }
        return -1;
    }

    /// The more, the sooner it goes.
    std::uint64_t score(const Entry& entry) const {
        switch (limits_.policy) {
            case EvictionPolicy::volatile_lru:
            case EvictionPolicy::allkeys_lru:
                return idle_seconds(entry, now_);
            case EvictionPolicy::volatile_lfu:
            case EvictionPolicy::allkeys_lfu:
                return 255u - frequency(entry, keys_.clocks(), now_);
            case EvictionPolicy::volatile_ttl:
                return ~static_cast<std::uint64_t>(entry.expiry());
            default:
                return 0;
        }
    }

    bool may_go(const Entry& entry) const {
        return !is_volatile_only(limits_.policy) || entry.has_expiry();
    }

    void consider(int shard, int db, const Entry& entry, Victim& victim) const {
        if (!may_go(entry)) return;
        const std::uint64_t mine = score(entry);
        if (victim.found && mine <= victim.score) return;
        victim.found = true;
        victim.shard = shard;
        victim.db = db;
        victim.score = mine;
        victim.key.assign(entry.key());
    }

    /// Looks at up to about `wanted` keys of one shard, and returns how many there were. A shard
    /// with few keys is asked for few of them: its best is not the best of many.
    int sample(int index, int db, int wanted, Victim& victim) const {
        Shard& shard = keys_.shard(index);
        if (shard.table(db) == nullptr) return 0;
        const std::lock_guard lock(shard);
        const Table& table = *shard.table(db);
        constexpr std::size_t kShare = 4;
        if (!is_volatile_only(limits_.policy)) {
            if (table.size() == 0) return 0;
            const auto draws = static_cast<int>(std::clamp<std::size_t>(
                table.size() / kShare, 1, static_cast<std::size_t>(wanted)));
            for (int i = 0; i < draws; ++i) {
                if (const Entry* entry = table.random(thread_random()))
                    consider(index, db, *entry, victim);
            }
            return draws;
        }
        // Volatile keys may be rare: whole groups are looked through, until enough were met.
        constexpr int kGroupsMax = 8;
        if (table.volatile_size() == 0) return 0;
        int met = 0;
        std::uint64_t position = thread_random();
        for (int i = 0; i < kGroupsMax && met < wanted; ++i) {
            position = table.visit_group(position, [&](Entry& entry) {
                met += entry.has_expiry();
                consider(index, db, entry, victim);
            });
        }
        return met;
    }

    /// The shard was let go meanwhile: the key may be gone, or may not go any more.
    bool evict(const Victim& victim) {
        Shard& shard = keys_.shard(victim.shard);
        const std::lock_guard lock(shard);
        const Table* table = shard.table(victim.db);
        const Entry* entry = table ? table->find(keys_.hash(victim.key), victim.key) : nullptr;
        return entry != nullptr && may_go(*entry) && remove(victim);
    }

    /// Requires: the shard locked.
    bool remove(const Victim& victim) {
        return Database(keys_, victim.db, {.now = now_}, observer_).evict(victim.key);
    }

    /// Removes the first key of the shard that may go.
    bool evict_first(int index, int db) {
        Shard& shard = keys_.shard(index);
        if (shard.table(db) == nullptr) return false;
        const std::lock_guard lock(shard);
        const Table& table = *shard.table(db);
        Victim victim;
        std::uint64_t position = 0;
        do {
            position = table.visit_group(position,
                                         [&](Entry& entry) { consider(index, db, entry, victim); });
        } while (position != 0 && !victim.found);
        return victim.found && remove(victim);
    }

    Keyspace& keys_;
    const EvictionLimits& limits_;
    const UnixMillis now_;
    KeyspaceObserver& observer_;
};

}  // namespace

Room make_room(Keyspace& keys, const EvictionLimits& limits, UnixMillis now,
               KeyspaceObserver& observer) {
    if (limits.maxmemory == 0) return Room::enough;
    if (roughly_used_memory() + kUsedMemoryLag <= limits.maxmemory) return Room::enough;
    const auto enough = [&] { return used_memory() <= limits.maxmemory + limits.not_counted; };
    if (enough()) return Room::enough;
    if (limits.policy == EvictionPolicy::noeviction) return Room::none;

    Evictor evictor(keys, limits, now, observer);
    const auto until = Clock::now() + kWorkMax;
    do {
        if (!evictor.evict_sampled() && !evictor.evict_any()) {
            // What was unlinked and is not yet freed will make room.
            return keys.background().pending() > 0 ? Room::being_made : Room::none;
        }
        if (enough()) return Room::enough;
    } while (Clock::now() < until);
    return Room::being_made;
}

}  // namespace millpond::engine
