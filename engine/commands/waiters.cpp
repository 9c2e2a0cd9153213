// SPDX-License-Identifier: Apache-2.0
#include "engine/commands/waiters.h"

#include <algorithm>
#include <cassert>

namespace millpond::engine {

/// Who waits for a key of this name, in any database, in the order of their coming.
struct Waiter::Queue {
    std::list<std::shared_ptr<Waiter>> waiters;
    std::size_t minding = 0;  ///< how many mind the key's absence
};

namespace {

struct Hasher {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
        return std::hash<std::string_view>()(text);
    }
};

}  // namespace

struct WaiterRegistry::Shard {
    std::unordered_map<std::string, Waiter::Queue, Hasher, std::equal_to<>> queues;
};

WaiterRegistry::WaiterRegistry(Keyspace& keys) : keys_(keys) {}
WaiterRegistry::~WaiterRegistry() = default;

const Waiter::Queue* WaiterRegistry::queue_of(Bytes key) const {
    const auto& shard = shards_[keys_.shard_of(key).value];
    if (!shard) return nullptr;
    const auto found = shard->queues.find(key);
    return found == shard->queues.end() ? nullptr : &found->second;
}

bool WaiterRegistry::waits_for(Bytes key) const {
    return queue_of(key) != nullptr;
}

void WaiterRegistry::add(const std::shared_ptr<Waiter>& waiter) {
    assert(waiter->places_.empty());
    for (const std::string& key : waiter->keys) {
        const ShardId id = keys_.shard_of(key);
        auto& shard = shards_[id.value];
        if (!shard) shard = std::make_unique<Shard>();
        const auto [entry, fresh] = shard->queues.try_emplace(key);
        Waiter::Queue& queue = entry->second;
        const auto at = queue.waiters.insert(queue.waiters.end(), waiter);
        if (waiter->minds_absence) ++queue.minding;
        waiter->places_.push_back({id, &entry->first, &queue, at});
        counts_[id.value].fetch_add(1, std::memory_order_relaxed);
    }
    types_[static_cast<std::size_t>(waiter->type)].fetch_add(1, std::memory_order_relaxed);
    const std::lock_guard lock(mutex_);
    by_session_[waiter->session.id()] = waiter;
}

bool WaiterRegistry::remove(Waiter& waiter, bool locked) {
    if (waiter.places_.empty()) return false;
    for (const Waiter::Place& place : waiter.places_) {
        engine::Shard& lock = keys_.shard(place.shard);
        if (!locked) lock.lock();
        if (waiter.minds_absence) --place.queue->minding;
        place.queue->waiters.erase(place.at);
        if (place.queue->waiters.empty()) {
            auto& queues = shards_[place.shard.value]->queues;
            queues.erase(queues.find(*place.key));
        }
        counts_[place.shard.value].fetch_sub(1, std::memory_order_relaxed);
        if (!locked) lock.unlock();
    }
    waiter.places_.clear();
    types_[static_cast<std::size_t>(waiter.type)].fetch_sub(1, std::memory_order_relaxed);
    const std::lock_guard lock(mutex_);
    by_session_.erase(waiter.session.id());
    return true;
}

void WaiterRegistry::serve(int db, Bytes key, const TypeOf& type_of, const Offer& offer) {
    const auto& shard = shards_[keys_.shard_of(key).value];
    if (!shard) return;
    const auto found = shard->queues.find(key);
    if (found == shard->queues.end()) return;
    Waiter::Queue& queue = found->second;
    auto at = queue.waiters.begin();
    for (bool last = false; !last;) {
        const std::shared_ptr<Waiter> waiter = *at++;
        // With the last waiter the queue itself may go.
        last = at == queue.waiters.end();
        if (waiter->db != db) continue;
        const Type* type = type_of();
        const bool fits = type && *type == waiter->type;
        if (!fits && queue.minding == 0 && !type) return;
        if (fits || waiter->minds_absence) offer(waiter);
    }
}

std::vector<std::pair<int, std::string>> WaiterRegistry::keys_of(int db) const {
    std::vector<std::pair<int, std::string>> keys;
    for (const auto& waiter : all()) {
        if (db >= 0 && waiter->db != db) continue;
        for (const std::string& key : waiter->keys) keys.emplace_back(waiter->db, key);
    }
    return keys;
}

std::shared_ptr<Waiter> WaiterRegistry::find(std::uint64_t session) const {
    const std::lock_guard lock(mutex_);
    const auto found = by_session_.find(session);
    return found == by_session_.end() ? nullptr : found->second;
}

std::vector<std::shared_ptr<Waiter>> WaiterRegistry::all() const {
    std::vector<std::shared_ptr<Waiter>> waiters;
    {
        const std::lock_guard lock(mutex_);
        for (const auto& [id, waiter] : by_session_) waiters.push_back(waiter);
    }
    std::ranges::sort(waiters, {}, [](const auto& waiter) { return waiter->session.id(); });
    return waiters;
}

}  // namespace millpond::engine
