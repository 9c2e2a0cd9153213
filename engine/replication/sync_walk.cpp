// SPDX-License-Identifier: Apache-2.0
#include "engine/replication/sync_walk.h"

#include <cstring>
#include <ctime>

#include "engine/memory/account.h"
#include "engine/snapshot/crc64.h"

namespace millpond::engine {

SyncWalk::SyncWalk(std::string folder, TakeCut take_cut, std::function<void()> ready,
                   std::function<void()> progress)
    : spool_(std::move(folder)), take_cut_(std::move(take_cut)), ready_(std::move(ready)) {
    spool_.on_progress(std::move(progress));
}

void SyncWalk::at_cut() {
    cut_ = take_cut_();
}

std::vector<std::pair<std::string, std::string>> SyncWalk::aux() {
    // The feeds may set out: their log positions are pinned.
    ready_();
    return {{"redis-ver", "7.0.15"},
            {"redis-bits", "64"},
            {"ctime", std::to_string(std::time(nullptr))},
            {"used-mem", std::to_string(used_memory())},
            {"repl-stream-db", std::to_string(cut_.stream_db)},
            {"repl-id", cut_.replid},
            {"repl-offset", std::to_string(cut_.offset)},
            {"aof-base", "0"}};
}

bool SyncWalk::write(Bytes bytes) {
    if (abandoned_.load(std::memory_order_relaxed)) return false;
    crc_ = crc64(crc_, bytes);
    return spool_.append(bytes);
}

std::string SyncWalk::error() const {
    return abandoned_.load() ? "no replica is left" : spool_.error();
}

void SyncWalk::done(const std::string& error) {
    if (!error.empty()) return spool_.fail(error);
    char raw[8];
    std::memcpy(raw, &crc_, sizeof raw);
    if (spool_.append({raw, sizeof raw})) spool_.finish();
}

}  // namespace millpond::engine
