// SPDX-License-Identifier: Apache-2.0
#include "engine/snapshot/load_progress.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <ctime>

namespace millpond::engine {

void LoadProgress::begin() {
    started_s_.store(std::time(nullptr));
    total_.store(0);
    used_.store(0);
    loaded_.store(0);
    keys_.store(0);
}

void LoadProgress::info(std::string& out) const {
    const auto started = started_s_.load();
    const auto total = total_.load(), used = used_.load(), loaded = loaded_.load();
    double percent = 0;
    std::uint64_t left = 1;
    if (total > 0) {
        percent = 100.0 * static_cast<double>(loaded) / static_cast<double>(total);
        left = total - std::min(total, loaded);
    } else if (used > 0) {
        // What it took in memory says little of its length: it may be passed.
        percent = std::min(99.99, 100.0 * static_cast<double>(loaded) / static_cast<double>(used));
        left = std::max<std::uint64_t>(1, used - std::min(used, loaded));
    }
    const auto elapsed = static_cast<std::uint64_t>(std::time(nullptr) - started);
    out += fmt::format(
        "loading_start_time:{}\r\nloading_total_bytes:{}\r\nloading_rdb_used_mem:{}\r\n"
        "loading_loaded_bytes:{}\r\nloading_loaded_perc:{:.2f}\r\nloading_eta_seconds:{}\r\n",
        started, total, used, loaded, percent,
        elapsed == 0 ? 1 : elapsed * left / (loaded + 1));  // 1: nothing is known yet
}

}  // namespace millpond::engine
