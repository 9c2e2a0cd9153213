// SPDX-License-Identifier: Apache-2.0
#include "engine/net/source_table.h"

#include <algorithm>

#include "engine/server/clock.h"

namespace millpond::engine {

NetworkControl::Source& SourceTable::at(const std::string& address) {
    const auto found = sources_.find(address);
    if (found == sources_.end() && sources_.size() >= kSourcesMax) {
        sources_.erase(std::ranges::min_element(
            sources_, {}, [](const auto& s) { return s.second.last_seen_ms; }));
    }
    NetworkControl::Source& source = sources_[address];
    source.address = address;
    source.last_seen_ms = unix_ms();
    return source;
}

void SourceTable::accepted(const std::string& address) {
    const std::lock_guard lock(mutex_);
    ++at(address).accepted;
}

void SourceTable::refused(const std::string& address, std::string_view reason) {
    const std::lock_guard lock(mutex_);
    NetworkControl::Source& source = at(address);
    ++source.refused;
    source.reason = reason;
}

void SourceTable::owner(const std::string& address, std::int64_t uid,
                        std::optional<std::string> process) {
    const std::lock_guard lock(mutex_);
    const auto found = sources_.find(address);
    if (found == sources_.end()) return;
    found->second.uid = uid;
    if (process) found->second.process = std::move(process);
}

std::vector<NetworkControl::Source> SourceTable::all() const {
    const std::lock_guard lock(mutex_);
    std::vector<NetworkControl::Source> out;
    for (const auto& [address, source] : sources_) out.push_back(source);
    return out;
}

}  // namespace millpond::engine
