// SPDX-License-Identifier: Apache-2.0
#include "engine/server/slow_log.h"

#include <algorithm>

#include "engine/server/clock.h"

namespace millpond::engine {

void SlowLog::add(std::span<const std::string_view> args, std::int64_t duration_us,
                  std::string peer, std::string name, std::size_t length_max) {
    Entry entry{0, unix_ms() / 1000, duration_us, {}, std::move(peer), std::move(name)};
    for (std::size_t i = 0; i < args.size(); ++i) {
        if (i == kArgumentsMax - 1 && args.size() > kArgumentsMax) {
            entry.arguments.push_back("... (" + std::to_string(args.size() - i) +
                                      " more arguments)");
            break;
        }
        std::string text(args[i].substr(0, kArgumentBytesMax));
        if (args[i].size() > kArgumentBytesMax) {
            text += "... (" + std::to_string(args[i].size() - kArgumentBytesMax) + " more bytes)";
        }
        entry.arguments.push_back(std::move(text));
    }
    const std::lock_guard lock(mutex_);
    entry.id = next_id_++;
    entries_.push_front(std::move(entry));
    while (entries_.size() > length_max) entries_.pop_back();
}

std::vector<SlowLog::Entry> SlowLog::newest(std::size_t count) const {
    const std::lock_guard lock(mutex_);
    const std::size_t n = std::min(count, entries_.size());
    return {entries_.begin(), entries_.begin() + static_cast<std::ptrdiff_t>(n)};
}

std::size_t SlowLog::size() const {
    const std::lock_guard lock(mutex_);
    return entries_.size();
}

void SlowLog::clear() {
    const std::lock_guard lock(mutex_);
    entries_.clear();
}

}  // namespace millpond::engine
