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
constexpr int kEvictionsPerLook = 8;  ///< at the clock

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
        std::size_t wanted =
            is_random(limits_.policy) ? 1 : static_cast<std::size_t>(std::max(limits_.samples, 1));
        for (int i = 0; i < kShardsMax && wanted > 0; ++i) {
            const Place place = place_with_candidates(random_index());
            if (place.shard < 0) break;
            wanted -= sample(place, wanted);
        }
        thread_local Victim victim;  // its string is used again
        while (take(victim)) {
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

    struct Place {
        int shard = -1, db = 0;
    };

    std::size_t candidates(const Table* table) const {
        if (table == nullptr) return 0;
        return is_volatile_only(limits_.policy) ? table->volatile_size() : table->size();
    }

    /// The first shard from this one on that has some, since most have none where keys are few, and
    /// a database there by its share of them. A shard of -1 when there are none at all.
    Place place_with_candidates(int from) const {
        for (int i = 0; i < Keyspace::kShards; ++i) {
            const int index = (from + i) % Keyspace::kShards;
            const Shard& shard = keys_.shard(index);
            std::size_t all = 0;
            for (int db = 0; db < Keyspace::kDatabases; ++db) all += candidates(shard.table(db));
            if (all == 0) continue;
            std::size_t nth = thread_random() % all;
            int db = 0;
            for (; db < Keyspace::kDatabases - 1; ++db) {
                const std::size_t here = candidates(shard.table(db));
                if (nth < here) break;
                nth -= here;
            }
            return {index, db};
        }
        return {};
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

    bool take(Victim& victim) const {
        EvictionPool& pool = keys_.eviction_pool();
        const std::lock_guard lock(pool);
        return pool.take(kind(), victim);
    }

    /// Looks at `wanted` keys of one shard at most, and returns how many there were. A shard with
    /// few keys is asked for few of them: its best is not the best of many. (Volatile ones may be
    /// rare, so a whole group is gone through for them.)
    std::size_t sample(Place place, std::size_t wanted) const {
        constexpr std::size_t kShare = 4;
        Shard& shard = keys_.shard(place.shard);
        EvictionPool& pool = keys_.eviction_pool();
        const std::lock_guard lock(shard);
        const Table* table = shard.table(place.db);
        const std::size_t all = candidates(table);
        if (all == 0) return 0;
        const std::size_t most = std::clamp<std::size_t>(all / kShare, 1, wanted);
        const std::lock_guard pool_lock(pool);
        return table->sample(thread_random(), most, [&](const Entry& entry) {
            if (!may_go(entry)) return false;
            pool.offer(kind(), place.shard, place.db, entry.key(), score(entry));
            return true;
        });
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

bool has_room(const EvictionLimits& limits) {
    if (limits.maxmemory == 0) return true;
    if (roughly_used_memory() + kUsedMemoryLag <= limits.maxmemory) return true;
    return used_memory() <= limits.maxmemory + limits.not_counted;
}

Room make_room(Keyspace& keys, const EvictionLimits& limits, UnixMillis now,
               KeyspaceObserver& observer) {
    if (has_room(limits)) return Room::enough;
    if (limits.policy == EvictionPolicy::noeviction) return Room::none;

    Evictor evictor(keys, limits, now, observer);
    std::optional<Clock::time_point> until;
    for (int evicted = 0;; ++evicted) {
        if (!evictor.evict_sampled() && !evictor.evict_any()) {
            // What was unlinked and is not yet freed will make room.
            return keys.background().pending() > 0 ? Room::being_made : Room::none;
        }
        if (has_room(limits)) return Room::enough;
        if (evicted % kEvictionsPerLook != 0) continue;  // mostly one is enough
        const auto time = Clock::now();
        if (!until) until = time + kWorkMax;
        if (time >= *until) return Room::being_made;
    }
}

}  // namespace millpond::engine
