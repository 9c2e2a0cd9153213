// SPDX-License-Identifier: Apache-2.0
#include "engine/commands/watch.h"

#include <algorithm>

#include "engine/keyspace/table.h"

namespace millpond::engine {

WatchRegistry::Shard& WatchRegistry::of(Bytes key, ShardId& id) {
    id = keys_.shard_of(key);
    auto& shard = shards_[id.value];
    if (!shard) shard = std::make_unique<Shard>();
    return *shard;
}

void WatchRegistry::add(int db, Bytes key, const std::shared_ptr<WatchMark>& mark,
                        bool was_expired) {
    ShardId id;
    of(key, id)[{db, std::string(key)}].push_back({mark, was_expired});
    counts_[id.value].fetch_add(1, std::memory_order_relaxed);
}

void WatchRegistry::remove(int db, Bytes key, const WatchMark* mark) {
    ShardId id;
    Shard& shard = of(key, id);
    const auto found = shard.find({db, std::string(key)});
    if (found == shard.end()) return;
    auto& watches = found->second;
    const auto at = std::ranges::find(watches, mark, [](const Watch& w) { return w.mark.get(); });
    if (at == watches.end()) return;
    watches.erase(at);
    if (watches.empty()) shard.erase(found);
    counts_[id.value].fetch_sub(1, std::memory_order_relaxed);
}

void WatchRegistry::touch(int db, Bytes key) {
    ShardId id;
    Shard& shard = of(key, id);
    const auto found = shard.find({db, std::string(key)});
    if (found == shard.end()) return;
    for (Watch& watch : found->second) touch(watch, watch.was_expired && is_there(db, key));
}

void WatchRegistry::touch(Watch& watch, bool stays) {
    if (watch.was_expired && !stays) {
        watch.was_expired = false;
    } else {
        watch.mark->touched.store(true, std::memory_order_relaxed);
    }
}

const Entry* WatchRegistry::find(int db, Bytes key) const {
    const KeyHash hash = keys_.hash(key);
    const Table* table = keys_.shard(hash.shard()).table(db);
    return table ? table->find(hash, key) : nullptr;
}

bool WatchRegistry::was_expired(int db, Bytes key, const WatchMark& mark) {
    ShardId id;
    Shard& shard = of(key, id);
    const auto found = shard.find({db, std::string(key)});
    if (found == shard.end()) return false;
    return std::ranges::any_of(found->second, [&](const Watch& watch) {
        return watch.mark.get() == &mark && watch.was_expired;
    });
}

void WatchRegistry::touch_flushed(int db) {
    for (const auto& shard : shards_) {
        if (!shard) continue;
        for (auto& [key, watches] : *shard) {
            if ((db >= 0 && key.db != db) || !is_there(key.db, key.name)) continue;
            for (Watch& watch : watches) touch(watch, false);
        }
    }
}

void WatchRegistry::touch_swapped(int a, int b, UnixMillis now) {
    for (const auto& shard : shards_) {
        if (!shard) continue;
        for (auto& [key, watches] : *shard) {
            if (key.db != a && key.db != b) continue;
            const bool is = is_there(key.db, key.name);
            const Entry* comes = find(key.db == a ? b : a, key.name);
            if (!is && !comes) continue;
            const bool comes_expired = comes && comes->has_expiry() && comes->expiry() <= now;
            for (Watch& watch : watches) {
                if (!is && comes_expired) {
                    watch.was_expired = true;
                } else if (!watch.was_expired || !comes_expired) {
                    touch(watch, comes != nullptr);
                }
            }
        }
    }
}

}  // namespace millpond::engine
