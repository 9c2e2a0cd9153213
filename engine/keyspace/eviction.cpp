// SPDX-License-Identifier: Apache-2.0
#include "engine/keyspace/eviction.h"

#include <algorithm>
#include <chrono>
#include <mutex>
#include <optional>
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

constexpr bool is_random(EvictionPolicy policy) {
    return policy == EvictionPolicy::volatile_random || policy == EvictionPolicy::allkeys_random;
}

using Victim = EvictionPool::Victim;

class Evictor {
public:
    Evictor(Keyspace& keys, const EvictionLimits& limits, UnixMillis now,
            KeyspaceObserver& observer)
        : keys_(keys), limits_(limits), now_(now), observer_(observer) {}

    /// Removes the best of a sample and of what earlier ones have left; false when there was none.
    bool evict_sampled() {
        constexpr int kShardsMax = 64;
        // Of keys that are all alike, one is as good as many.
        int wanted = is_random(limits_.policy) ? 1 : std::max(limits_.samples, 1);
        for (int i = 0; i < kShardsMax && wanted > 0; ++i) {
            const int db = random_database();
            const int index = db < 0 ? -1 : shard_with_candidates(random_index(), db);
            if (index < 0) break;
            wanted -= sample(index, db, wanted);
        }
        Victim victim;
        while (keys_.eviction_pool().take(kind(), victim)) {
            if (evict(victim)) return true;
        }
        return false;
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

    /// The first from this one on that has some: most shards have none where keys are few. -1 when
    /// no shard has.
    int shard_with_candidates(int from, int db) const {
        for (int i = 0; i < Keyspace::kShards; ++i) {
            const int index = (from + i) % Keyspace::kShards;
            const Table* table = keys_.shard(index).table(db);
            if (table == nullptr) continue;
            const std::size_t here =
                is_volatile_only(limits_.policy) ? table->volatile_size() : table->size();
            if (here > 0) return index;
        }
        return -1;
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

    int kind() const { return static_cast<int>(limits_.policy); }

    void consider(int shard, int db, const Entry& entry) const {
        if (may_go(entry))
            keys_.eviction_pool().offer(kind(), shard, db, entry.key(), score(entry));
    }

    /// Looks at up to about `wanted` keys of one shard, and returns how many there were. A shard
    /// with few keys is asked for few of them: its best is not the best of many.
    int sample(int index, int db, int wanted) const {
        Shard& shard = keys_.shard(index);
        if (shard.table(db) == nullptr) return 0;
        const std::lock_guard lock(shard);
        const Table& table = *shard.table(db);
        constexpr std::size_t kShare = 4;
        int met = 0;
        if (!is_volatile_only(limits_.policy)) {
            if (table.size() == 0) return 0;
            const auto draws = static_cast<int>(std::clamp<std::size_t>(
                table.size() / kShare, 1, static_cast<std::size_t>(wanted)));
            for (; met < draws; ++met) {
                if (const Entry* entry = table.random(thread_random())) consider(index, db, *entry);
            }
        } else if (table.volatile_size() > 0) {
            // Volatile keys may be rare: a whole group is looked through.
            table.visit_group(thread_random(), [&](Entry& entry) {
                met += entry.has_expiry();
                consider(index, db, entry);
            });
        }
        return met;
    }

    /// The key may be gone meanwhile, or may not go any more, or was used since it was met.
    bool evict(const Victim& victim) {
        Shard& shard = keys_.shard(victim.shard);
        const std::lock_guard lock(shard);
        const Table* table = shard.table(victim.db);
        const Entry* entry = table ? table->find(keys_.hash(victim.key), victim.key) : nullptr;
        return entry != nullptr && may_go(*entry) && score(*entry) >= victim.score &&
               remove(victim.db, victim.key);
    }

    /// Requires: the shard locked, and a key that is no view of the entry.
    bool remove(int db, const std::string& key) {
        return Database(keys_, db, {.now = now_}, observer_).evict(key);
    }

    /// Removes the first key of the shard that may go.
    bool evict_first(int index, int db) {
        Shard& shard = keys_.shard(index);
        if (shard.table(db) == nullptr) return false;
        const std::lock_guard lock(shard);
        const Table& table = *shard.table(db);
        std::optional<std::string> first;
        std::uint64_t position = 0;
        do {
            position = table.visit_group(position, [&](Entry& entry) {
                if (!first && may_go(entry)) first = entry.key();
            });
        } while (position != 0 && !first);
        return first && remove(db, *first);
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
