// SPDX-License-Identifier: Apache-2.0
#include "engine/acl/denial_log.h"

#include <algorithm>
#include <cstdlib>

namespace millpond::engine::acl {

namespace {

bool is_same(const DenialLog::Entry& a, const DenialLog::Entry& b) {
    return a.reason == b.reason && a.context == b.context && a.object == b.object &&
           a.user == b.user && std::abs(a.unix_ms - b.unix_ms) <= DenialLog::kGroupedMs;
}

}  // namespace

void DenialLog::add(Entry entry, std::size_t length_max) {
    counts_[static_cast<std::size_t>(entry.reason)].fetch_add(1, std::memory_order_relaxed);
    const std::lock_guard lock(mutex_);
    const auto end = entries_.begin() +
                     static_cast<std::ptrdiff_t>(std::min(entries_.size(), kGroupedEntriesMax));
    const auto known =
        std::find_if(entries_.begin(), end, [&](const Entry& one) { return is_same(one, entry); });
    if (known != end) {
        entry.count += known->count;
        entries_.erase(known);
        entries_.push_front(std::move(entry));
        return;
    }
    entries_.push_front(std::move(entry));
    if (entries_.size() > length_max) entries_.resize(length_max);
}

std::vector<DenialLog::Entry> DenialLog::newest(std::size_t count) const {
    const std::lock_guard lock(mutex_);
    const auto end =
        entries_.begin() + static_cast<std::ptrdiff_t>(std::min(count, entries_.size()));
    return {entries_.begin(), end};
}

void DenialLog::clear() {
    const std::lock_guard lock(mutex_);
    entries_.clear();
}

}  // namespace millpond::engine::acl
