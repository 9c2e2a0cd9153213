// SPDX-License-Identifier: Apache-2.0
#include "engine/keyspace/eviction_pool.h"

#include <algorithm>
#include <numeric>

namespace millpond::engine {

EvictionPool::EvictionPool() {
    std::iota(order_.begin(), order_.end(), std::uint8_t{0});
}

/// `count_` when it is none of them.
std::size_t EvictionPool::rank_of(int db, Bytes key) const {
    std::size_t rank = 0;
    while (rank < count_ && (nth(rank).db != db || nth(rank).key != key)) ++rank;
    return rank;
}

void EvictionPool::offer(int kind, int shard, int db, Bytes key, std::uint64_t score) {
    if (kind_ != kind) count_ = 0;
    kind_ = kind;
    // If it is known by a better score, whoever takes it will see that this is out of date.
    if (count_ == kSize && score <= nth(0).score) return;
    std::size_t rank = rank_of(db, key);
    if (rank == kSize) {
        rank = 0;  // the worst goes
    } else if (rank == count_) {
        ++count_;
    }
    const auto begin = order_.begin(), last = begin + static_cast<std::ptrdiff_t>(count_) - 1;
    std::rotate(begin + static_cast<std::ptrdiff_t>(rank),
                begin + static_cast<std::ptrdiff_t>(rank) + 1, last + 1);
    Victim& fresh = victims_[*last];
    fresh.shard = shard;
    fresh.db = db;
    fresh.key.assign(key);
    fresh.score = score;
    const auto place = std::upper_bound(
        begin, last, score,
        [this](std::uint64_t mine, std::uint8_t one) { return mine < victims_[one].score; });
    std::rotate(place, last, last + 1);
}

bool EvictionPool::take(int kind, Victim& best) {
    if (kind_ != kind || count_ == 0) return false;
    const Victim& found = nth(--count_);
    best.shard = found.shard;
    best.db = found.db;
    best.key.assign(found.key);
    best.score = found.score;
    return true;
}

}  // namespace millpond::engine
