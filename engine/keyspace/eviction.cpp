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
    std::string key;
    std::uint64_t score = 0;
    bool found = false;
};

class Evictor {
public:
    Evictor(Keyspace& keys, const EvictionLimits& limits, UnixMillis now,
            KeyspaceObserver& observer)
        : keys_(keys), limits_(limits), now_(now), observer_(observer) {}

    /// Removes one key, which a few random shards should offer; false when they did not.
    bool evict_sampled() {
        constexpr int kTries = 32;
        for (int i = 0; i < kTries; ++i) {
            const int db = random_database();
            if (db < 0) return false;
            if (evict_from(random_index(), db, false)) return true;
        }
        return false;
    }

    /// Removes one key, if there is any at all that may go.
    bool evict_any() {
        const int first = random_index();
        for (int i = 0; i < Keyspace::kShards; ++i) {
            for (int db = 0; db < Keyspace::kDatabases; ++db) {
                if (evict_from((first + i) % Keyspace::kShards, db, true)) return true;
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

    void consider(const Entry& entry, Victim& victim) const {
        if (is_volatile_only(limits_.policy) && !entry.has_expiry()) return;
        const std::uint64_t mine = score(entry);
        if (victim.found && mine <= victim.score) return;
        victim.found = true;
        victim.score = mine;
        victim.key.assign(entry.key());
    }

    void sample(const Table& table, Victim& victim) const {
        const int samples = std::max(limits_.samples, 1);
        if (!is_volatile_only(limits_.policy)) {
            for (int i = 0; i < samples; ++i) {
                if (const Entry* entry = table.random(thread_random())) consider(*entry, victim);
            }
            return;
        }
        // Volatile keys may be rare: whole groups are looked through, until enough were met.
        constexpr int kGroupsMax = 8;
        int met = 0;
        std::uint64_t position = thread_random();
        for (int i = 0; i < kGroupsMax && met < samples; ++i) {
            position = table.visit_group(position, [&](Entry& entry) {
                met += entry.has_expiry();
                consider(entry, victim);
            });
        }
    }

    void consider_all(const Table& table, Victim& victim) const {
        std::uint64_t position = 0;
        do {
            position = table.visit_group(position, [&](Entry& entry) { consider(entry, victim); });
        } while (position != 0 && !victim.found);
    }

    bool evict_from(int index, int db, bool look_at_all) {
        Shard& shard = keys_.shard(index);
        if (shard.table(db) == nullptr) return false;
        const std::lock_guard lock(shard);
        const Table* table = shard.table(db);
        const std::size_t here =
            is_volatile_only(limits_.policy) ? table->volatile_size() : table->size();
        if (here == 0) return false;
        Victim victim;
        if (look_at_all) {
            consider_all(*table, victim);
        } else {
            sample(*table, victim);
        }
        // Under one lock all the while: what was chosen is still there.
        return victim.found && Database(keys_, db, {.now = now_}, observer_).evict(victim.key);
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
