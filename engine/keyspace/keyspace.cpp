// SPDX-License-Identifier: Apache-2.0
#include "engine/keyspace/keyspace.h"

#include <algorithm>
#include <mutex>
#include <utility>

#include "engine/keyspace/table.h"
#include "engine/memory/background_free.h"

namespace millpond::engine {

namespace {

constexpr std::uint64_t kPrefixCursors = std::uint64_t{1}
                                         << (64 - KeyHash::kCursorShift - KeyHash::kShardBits);

}  // namespace

Keyspace::Keyspace(BackgroundFree& background, const KeyHasher& hasher)
    : background_(background),
      hasher_(hasher),
      all_counts_(new Counts[kDatabases]),
      shards_(new Shard[kShards]) {
    for (std::size_t db = 0; db < kDatabases; ++db) counts_[db] = &all_counts_[db];
    for (SlabArena& arena : entry_arenas_) arena.set_pool(slabs_);
    group_arena_.set_pool(slabs_);
}

Keyspace::~Keyspace() {
    // Tables handed over by a flush live in our arenas.
    background_.drain();
}

std::unique_ptr<Table> Keyspace::new_table(int shard) {
    const auto index = static_cast<std::size_t>(shard);
    return std::make_unique<Table>(
        Table::Resources{entry_arenas_[index % kEntryArenas], group_arena_, hasher_});
}

Table& Keyspace::make_table(ShardId shard, int db) {
    auto& place = shards_[shard.value].tables_[static_cast<std::size_t>(db)];
    Table* table = place.load(std::memory_order_relaxed);
    if (table == nullptr) {
        table = new_table(shard.value).release();
        place.store(table, std::memory_order_release);
    }
    return *table;
}

void Keyspace::prefetch(std::span<const KeyHash> keys, int db) noexcept {
    const auto each = [&](auto&& step) {
        for (const KeyHash key : keys) {
            Shard& shard = this->shard(key.shard());
            if (const Table* table = shard.table(db)) step(key, shard, *table);
        }
    };
    for (const KeyHash key : keys) shard(key.shard()).prefetch(db);
    each([](KeyHash, Shard&, const Table& table) { __builtin_prefetch(&table); });
    each([](KeyHash key, Shard&, const Table& table) { table.prefetch_directory(key); });
    each([](KeyHash key, Shard&, const Table& table) { table.prefetch_bucket(key); });
    each([](KeyHash key, Shard& shard, const Table& table) {
        if (!shard.try_lock()) return;
        table.prefetch_entry(key);
        shard.unlock();
    });
}

void Keyspace::prefetch_members(std::span<const MemberHint> members, int db) noexcept {
    for (std::size_t i = 0; i < members.size();) {
        const KeyHash key = members[i].key;
        Shard& shard = this->shard(key.shard());
        const Table* table = shard.table(db);
        const bool locked = table != nullptr && shard.try_lock();
        const Entry* entry = locked ? table->likely(key) : nullptr;
        const bool collection = entry != nullptr && !entry->is_string();
        for (; i < members.size() && members[i].key == key; ++i) {
            if (collection) prefetch_member(entry->type(), entry->object(), members[i].member);
        }
        if (locked) shard.unlock();
    }
}

std::size_t Keyspace::size(int db) const noexcept {
    return static_cast<std::size_t>(std::max<std::int64_t>(counts(db).keys.sum(), 0));
}

std::size_t Keyspace::volatile_size(int db) const noexcept {
    return static_cast<std::size_t>(std::max<std::int64_t>(counts(db).volatile_keys.sum(), 0));
}

std::int64_t Keyspace::average_ttl(int db, std::int64_t now) {
    constexpr int kSampledShards = 16;
    if (volatile_size(db) == 0) return 0;
    std::int64_t sum = 0;
    std::int64_t count = 0;
    for (int i = 0; i < kShards && count<1000; i += count> 0 ? kShards / kSampledShards : 1) {
        Shard& shard = this->shard(i);
        const Table* table = shard.table(db);
        if (table == nullptr) continue;
        const std::lock_guard lock(shard);
        table->visit_group(0, [&](Entry& entry) {
            if (!entry.has_expiry()) return;
            sum += std::max<std::int64_t>(0, entry.expiry() - now);
            ++count;
        });
    }
    return count == 0 ? 0 : sum / count;
}

void Keyspace::for_each(int db, FunctionView<bool(Entry&)> visit) {
    bool go_on = true;
    for (int i = 0; i < kShards && go_on; ++i) {
        const Table* table = shard(i).table(db);
        if (table == nullptr || table->size() == 0) continue;
        std::uint64_t position = 0;
        do {
            position =
                table->visit_group(position, [&](Entry& entry) { go_on = go_on && visit(entry); });
        } while (position != 0 && go_on);
    }
}

std::uint64_t Keyspace::scan(int db, std::uint64_t cursor, std::size_t count,
                             FunctionView<void(Entry&)> visit) {
    std::size_t seen = 0;
    std::vector<std::pair<std::uint64_t, Entry*>> found;
    for (auto index = static_cast<int>(std::min<std::uint64_t>(cursor / kPrefixCursors, kShards));
         index < kShards; ++index, cursor = static_cast<std::uint64_t>(index) * kPrefixCursors) {
        Shard& shard = this->shard(index);
        const Table* table = shard.table(db);
        if (table == nullptr || table->size() == 0) continue;
        const std::lock_guard lock(shard);
        std::uint64_t position = cursor << KeyHash::kCursorShift << KeyHash::kShardBits;
        do {
            found.clear();
            position = table->visit_group(position, [&](Entry& entry) {
                const std::uint64_t at = hash(entry.key()).scan_position();
                if (at >= cursor) found.emplace_back(at, &entry);
            });
            std::sort(found.begin(), found.end());
            for (std::size_t i = 0; i < found.size(); ++i) {
                // Entries of equal prefix are never parted.
                if (seen >= count && found[i].first != cursor) return found[i].first;
                visit(*found[i].second);
                cursor = found[i].first;
                ++seen;
            }
            if (seen >= count && position != 0) {
                return static_cast<std::uint64_t>(index) * kPrefixCursors +
                       (position >> KeyHash::kShardBits >> KeyHash::kCursorShift);
            }
        } while (position != 0);
        if (seen >= count && index + 1 < kShards) {
            return static_cast<std::uint64_t>(index + 1) * kPrefixCursors;
        }
    }
    return 0;
}

Entry* Keyspace::random(int db, std::uint64_t random) {
    const std::size_t total = size(db);
    if (total == 0) return nullptr;
    std::size_t nth = static_cast<std::size_t>(random % total);
    for (int i = 0; i < kShards; ++i) {
        const Table* table = shard(i).table(db);
        if (table == nullptr) continue;
        if (nth < table->size()) return table->random(random * 0x9e3779b97f4a7c15ull);
        nth -= table->size();
    }
    return nullptr;
}

std::size_t Keyspace::flush(int db, bool wait) {
    std::vector<std::unique_ptr<Table>> tables;
    std::size_t keys = 0;
    for (int i = 0; i < kShards; ++i) {
        auto& place = shard(i).tables_[static_cast<std::size_t>(db)];
        std::unique_ptr<Table> table(place.exchange(nullptr, std::memory_order_relaxed));
        if (!table) continue;
        keys += table->size();
        tables.push_back(std::move(table));
    }
    counts(db).keys.reset();
    counts(db).volatile_keys.reset();
    if (wait || tables.empty()) return keys;
    // A std::function must be copyable, so the tables go as one plain pointer.
    background_.give(
        [](std::uintptr_t, void* object) {
            delete static_cast<std::vector<std::unique_ptr<Table>>*>(object);
        },
        0, new std::vector<std::unique_ptr<Table>>(std::move(tables)), keys);
    return keys;
}

std::size_t Keyspace::flush_all(bool wait) {
    std::size_t keys = 0;
    for (int db = 0; db < kDatabases; ++db) keys += flush(db, wait);
    return keys;
}

void Keyspace::swap(int a, int b) {
    if (a == b) return;
    auto& first_counts = counts_[static_cast<std::size_t>(a)];
    auto& second_counts = counts_[static_cast<std::size_t>(b)];
    first_counts.store(second_counts.exchange(first_counts.load()));
    for (int i = 0; i < kShards; ++i) {
        auto& tables = shard(i).tables_;
        auto& first = tables[static_cast<std::size_t>(a)];
        auto& second = tables[static_cast<std::size_t>(b)];
        first.store(second.exchange(first.load(std::memory_order_relaxed)),
                    std::memory_order_release);
    }
}

std::uint8_t Keyspace::begin_walk() {
    walk_epoch_ = static_cast<std::uint8_t>(walk_epoch_ % 3 + 1);
    for (int i = 0; i < kShards; ++i) {
        for (int db = 0; db < kDatabases; ++db) {
            if (Table* table = shard(i).table(db)) table->walk_position = 0;
        }
    }
    return walk_epoch_;
}

bool Keyspace::reclaim_wanted() const noexcept {
    std::size_t bytes = 0;
    for (int i = 0; i < kShards; ++i) {
        for (int db = 0; db < kDatabases; ++db) {
            if (const Table* table = shards_[static_cast<std::size_t>(i)].table(db)) {
                bytes += table->retired_bytes();
            }
        }
    }
    return bytes > kReclaimBytes;
}

void Keyspace::reclaim() {
    for (int i = 0; i < kShards; ++i) {
        for (int db = 0; db < kDatabases; ++db) {
            if (Table* table = shard(i).table(db)) table->reclaim();
        }
    }
}

std::size_t Keyspace::overhead(int db) {
    std::size_t sum = 0;
    for (int i = 0; i < kShards; ++i) {
        Shard& shard = this->shard(i);
        if (shard.table(db) == nullptr) continue;
        const std::lock_guard lock(shard);
        if (const Table* table = shard.table(db)) sum += table->overhead();
    }
    return sum;
}

}  // namespace millpond::engine
