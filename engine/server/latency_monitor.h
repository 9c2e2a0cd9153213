// SPDX-License-Identifier: Apache-2.0
//
// What took longer than latency-monitor-threshold, by kind of event, for LATENCY. Any thread; the
// mutex is taken for slow events and by those who ask.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace millpond::engine {

class Server;

class LatencyMonitor {
public:
    static constexpr std::size_t kSamplesMax = 160;
    static constexpr std::size_t kEventsMax = 64;

    struct Sample {
        std::int64_t unix_seconds = 0;
        std::int64_t ms = 0;
    };
    struct Event {
        std::string name;
        std::vector<Sample> samples;  ///< the oldest first, one for each second
        std::int64_t highest_ms = 0;  ///< since it was reset
    };

    /// `event` took that long.
    void add(std::string_view event, std::int64_t ms);
    /// The same if that is as long as the server's latency-monitor-threshold, and that is set.
    static void note(Server& server, std::string_view event, std::int64_t ms);
    /// By name.
    std::vector<Event> events() const;
    std::optional<Event> event(std::string_view name) const;
    /// Forgets the event, or all when the name is empty; returns how many there were.
    std::size_t reset(std::string_view name);

private:
    struct Series {
        std::array<Sample, kSamplesMax> ring{};
        std::size_t next = 0, filled = 0;
        std::int64_t highest_ms = 0;
    };
    static Event copy(const std::string& name, const Series& series);

    mutable std::mutex mutex_;
    std::map<std::string, Series, std::less<>> events_;
};

}  // namespace millpond::engine
