// SPDX-License-Identifier: Apache-2.0
//
// The log of slow commands (SLOWLOG). Any thread; the mutex is taken for slow commands only.
#pragma once

#include <cstdint>
#include <deque>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace millpond::engine {

class SlowLog {
public:
    static constexpr std::size_t kArgumentsMax = 32;
    static constexpr std::size_t kArgumentBytesMax = 128;

    struct Entry {
        std::uint64_t id;
        std::int64_t unix_seconds;
        std::int64_t duration_us;
        std::vector<std::string> arguments;
        std::string peer, name;
    };

    void add(std::span<const std::string_view> args, std::int64_t duration_us, std::string peer,
             std::string name, std::size_t length_max);
    /// The newest first.
    std::vector<Entry> newest(std::size_t count) const;
    std::size_t size() const;
    void clear();

private:
    mutable std::mutex mutex_;
    std::uint64_t next_id_ = 0;
    std::deque<Entry> entries_;
};

}  // namespace millpond::engine
