// SPDX-License-Identifier: Apache-2.0
#include "engine/server/latency_monitor.h"

#include <algorithm>

#include "engine/server/clock.h"
#include "engine/server/config.h"
#include "engine/server/server.h"

namespace millpond::engine {

void LatencyMonitor::note(Server& server, std::string_view event, std::int64_t ms) {
    const std::int64_t watched_ms =
        server.config().latency_monitor_threshold.load(std::memory_order_relaxed);
    if (watched_ms > 0 && ms >= watched_ms) server.latency_monitor().add(event, ms);
}

void LatencyMonitor::add(std::string_view event, std::int64_t ms) {
    const std::int64_t now = unix_ms() / 1000;
    const std::lock_guard lock(mutex_);
    auto found = events_.find(event);
    if (found == events_.end()) {
        if (events_.size() == kEventsMax) return;
        found = events_.emplace(event, Series{}).first;
    }
    Series& series = found->second;
    series.highest_ms = std::max(series.highest_ms, ms);
    // One second has one sample: the longest.
    Sample& last = series.ring[(series.next + kSamplesMax - 1) % kSamplesMax];
    if (series.filled > 0 && last.unix_seconds == now) {
        last.ms = std::max(last.ms, ms);
        return;
    }
    series.ring[series.next] = {now, ms};
    series.next = (series.next + 1) % kSamplesMax;
    series.filled = std::min(series.filled + 1, kSamplesMax);
}

LatencyMonitor::Event LatencyMonitor::copy(const std::string& name, const Series& series) {
    Event event{name, {}, series.highest_ms};
    const std::size_t first = series.next + kSamplesMax - series.filled;
    for (std::size_t i = 0; i < series.filled; ++i)
        event.samples.push_back(series.ring[(first + i) % kSamplesMax]);
    return event;
}

std::vector<LatencyMonitor::Event> LatencyMonitor::events() const {
    const std::lock_guard lock(mutex_);
    std::vector<Event> found;
    for (const auto& [name, series] : events_) found.push_back(copy(name, series));
    return found;
}

std::optional<LatencyMonitor::Event> LatencyMonitor::event(std::string_view name) const {
    const std::lock_guard lock(mutex_);
    const auto found = events_.find(name);
    if (found == events_.end()) return std::nullopt;
    return copy(found->first, found->second);
}

std::size_t LatencyMonitor::reset(std::string_view name) {
    const std::lock_guard lock(mutex_);
    if (name.empty()) {
        const std::size_t count = events_.size();
        events_.clear();
        return count;
    }
    const auto found = events_.find(name);
    if (found == events_.end()) return 0;
    events_.erase(found);
    return 1;
}

}  // namespace millpond::engine
