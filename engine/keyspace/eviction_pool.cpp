// SPDX-License-Identifier: Apache-2.0
#include "engine/keyspace/eviction_pool.h"

#include <algorithm>
#include <utility>

namespace millpond::engine {

void EvictionPool::offer(int kind, int shard, int db, Bytes key, std::uint64_t score) {
    const std::lock_guard lock(mutex_);
    if (kind_ != kind) count_ = 0;
    kind_ = kind;
    const auto begin = victims_.begin();
    auto end = begin + static_cast<std::ptrdiff_t>(count_);
    const auto known =
        std::find_if(begin, end, [&](const Victim& one) { return one.db == db && one.key == key; });
    if (known != end) {
        std::rotate(known, known + 1, end);  // to be put in its new place
    } else if (count_ < kSize) {
        ++count_;
        ++end;
    } else if (score > begin->score) {
        std::rotate(begin, begin + 1, end);  // the worst goes; its string is used again
    } else {
        return;
    }
    Victim& fresh = *(end - 1);
    fresh.shard = shard;
    fresh.db = db;
    fresh.key.assign(key);
    fresh.score = score;
    const auto place =
        std::upper_bound(begin, end - 1, score,
                         [](std::uint64_t mine, const Victim& one) { return mine < one.score; });
    std::rotate(place, end - 1, end);
}

bool EvictionPool::take(int kind, Victim& best) {
    const std::lock_guard lock(mutex_);
    if (kind_ != kind || count_ == 0) return false;
    std::swap(best, victims_[--count_]);
    return true;
}

}  // namespace millpond::engine
