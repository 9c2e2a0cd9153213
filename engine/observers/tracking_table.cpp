// SPDX-License-Identifier: Apache-2.0
#include "engine/observers/tracking_table.h"

#include <algorithm>

namespace millpond::engine {

void TrackingTable::count(ShardId id, std::int64_t keys, std::int64_t items) {
    counts_[id.value].fetch_add(static_cast<std::uint32_t>(keys), std::memory_order_relaxed);
    key_count_.fetch_add(static_cast<std::size_t>(keys), std::memory_order_relaxed);
    item_count_.fetch_add(static_cast<std::size_t>(items), std::memory_order_relaxed);
}

void TrackingTable::remember(Bytes key, std::uint64_t session) {
    const ShardId id = keys_.shard_of(key);
    auto& shard = shards_[id.value];
    if (!shard) shard = std::make_unique<KeyMap>();
    auto found = shard->find(key);
    const bool fresh = found == shard->end();
    if (fresh) found = shard->emplace(std::string(key), Sessions()).first;
    if (std::ranges::find(found->second, session) != found->second.end()) return;
    found->second.push_back(session);
    count(id, fresh ? 1 : 0, 1);
}

std::vector<std::uint64_t> TrackingTable::take(Bytes key) {
    const ShardId id = keys_.shard_of(key);
    const auto& shard = shards_[id.value];
    if (!shard) return {};
    const auto found = shard->find(key);
    if (found == shard->end()) return {};
    Sessions sessions = std::move(found->second);
    shard->erase(found);
    count(id, -1, -static_cast<std::int64_t>(sessions.size()));
    return sessions;
}

void TrackingTable::evict_from(ShardId id, std::uint64_t random, Victim& victim) {
    KeyMap& shard = *shards_[id.value];
    std::size_t bucket = random % shard.bucket_count();
    while (shard.bucket_size(bucket) == 0) bucket = (bucket + 1) % shard.bucket_count();
    victim.key = shard.begin(bucket)->first;
    victim.sessions = take(victim.key);
}

bool TrackingTable::evict(std::uint64_t random, ShardId own, Victim& victim) {
    for (std::size_t i = 0; i < Keyspace::kShards; ++i) {
        const ShardId id{static_cast<std::uint16_t>((random + i) % Keyspace::kShards)};
        if (!any(id)) continue;
        Shard& shard = keys_.shard(id);
        // Not waited for: the caller holds locks, in any order.
        if (!shard.try_lock()) continue;
        const bool there = any(id);
        if (there) evict_from(id, random >> 10, victim);
        shard.unlock();
        if (there) return true;
    }
    if (!any(own)) return false;
    evict_from(own, random >> 10, victim);
    return true;
}

void TrackingTable::clear() {
    for (auto& shard : shards_) shard.reset();
    for (auto& one : counts_) one.store(0, std::memory_order_relaxed);
    key_count_.store(0, std::memory_order_relaxed);
    item_count_.store(0, std::memory_order_relaxed);
}

}  // namespace millpond::engine
