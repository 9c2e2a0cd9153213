// SPDX-License-Identifier: Apache-2.0
#include "engine/replication/history.h"

#include <sys/random.h>

#include <array>

namespace millpond::engine {

HistoryIds::HistoryIds() {
    ids_.replid = random_id();
}

HistoryIds::Ids HistoryIds::get() const {
    std::lock_guard lock(mutex_);
    return ids_;
}

void HistoryIds::start_anew() {
    Ids fresh;
    fresh.replid = random_id();
    std::lock_guard lock(mutex_);
    ids_ = std::move(fresh);
}

void HistoryIds::branch(LogOffset end) {
    renamed(random_id(), end);
}

void HistoryIds::adopt(std::string replid) {
    Ids fresh;
    fresh.replid = std::move(replid);
    std::lock_guard lock(mutex_);
    ids_ = std::move(fresh);
}

void HistoryIds::renamed(std::string replid, LogOffset end) {
    std::lock_guard lock(mutex_);
    ids_.replid2 = std::move(ids_.replid);
    ids_.second_offset = static_cast<std::int64_t>(end) + 1;
    ids_.replid = std::move(replid);
}

std::string HistoryIds::random_id() {
    std::array<unsigned char, 20> raw{};
    std::size_t got = 0;
    while (got < raw.size()) {
        const ssize_t n = ::getrandom(raw.data() + got, raw.size() - got, 0);
        if (n > 0) got += static_cast<std::size_t>(n);
    }
    std::string id;
    for (unsigned char byte : raw) {
        id += "0123456789abcdef"[byte >> 4];
        id += "0123456789abcdef"[byte & 15];
    }
    return id;
}

}  // namespace millpond::engine
