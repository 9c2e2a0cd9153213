// SPDX-License-Identifier: Apache-2.0
#include "engine/keyspace/local_deadlines.h"

#include "engine/keyspace/keyspace.h"
#include "engine/lanes/gate.h"

namespace millpond::engine {

void LocalDeadlines::note(int db, Bytes key, UnixMillis deadline) {
    const std::lock_guard lock(mutex_);
    const auto [place, added] = deadlines_.try_emplace({db, std::string(key)}, deadline);
    if (!added) order_.erase({place->second, place->first});
    place->second = deadline;
    order_.emplace(deadline, place->first);
    size_.store(deadlines_.size(), std::memory_order_relaxed);
}

void LocalDeadlines::forget() {
    const std::lock_guard lock(mutex_);
    deadlines_.clear();
    order_.clear();
    size_.store(0, std::memory_order_relaxed);
}

std::vector<LocalDeadlines::Name> LocalDeadlines::take_due(UnixMillis now) {
    constexpr std::size_t kAtOnce = 1024;
    std::vector<Name> due;
    const std::lock_guard lock(mutex_);
    while (!order_.empty() && order_.begin()->first <= now && due.size() < kAtOnce) {
        auto first = order_.extract(order_.begin());
        deadlines_.erase(first.value().second);
        due.push_back(std::move(first.value().second));
    }
    size_.store(deadlines_.size(), std::memory_order_relaxed);
    return due;
}

void LocalDeadlines::sweep(Keyspace& keys, Gate& gate, GateFlag& flag, UnixMillis now,
                           KeyspaceObserver& observer, const std::function<bool()>& still_ours) {
    if (size() == 0) return;
    for (Name& name : take_due(now)) {
        const SharedLane lane(gate, flag);
        if (!still_ours()) return forget();
        Shard& shard = keys.shard(keys.shard_of(name.second));
        const std::lock_guard lock(shard);
        Database database(keys, name.first, {.now = now}, observer);
        if (database.expire(name.second)) continue;
        const Entry* entry = database.peek(name.second);
        if (entry != nullptr && entry->has_expiry()) note(name.first, name.second, entry->expiry());
    }
}

}  // namespace millpond::engine
