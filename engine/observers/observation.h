// SPDX-License-Identifier: Apache-2.0
//
// What a session observes, and how. The sets belong to whoever runs the session's commands, and
// change under the bus lock; the numbers are atomics for those who list clients.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace millpond::engine {

/// A hash that takes views, so that looking up copies nothing.
struct BytesHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view bytes) const noexcept {
        return std::hash<std::string_view>()(bytes);
    }
};
using NameSet = std::unordered_set<std::string, BytesHash, std::equal_to<>>;

/// Three spaces of names.
enum class ChannelKind : std::uint8_t { channel, pattern, shard };
constexpr std::size_t kChannelKinds = 3;

enum TrackingFlag : std::uint32_t {
    kTracking = 1 << 0,
    kTrackingBroadcast = 1 << 1,
    kTrackingOptIn = 1 << 2,
    kTrackingOptOut = 1 << 3,
    kTrackingNoLoop = 1 << 4,
    kTrackingCaching = 1 << 5,  ///< CLIENT CACHING: the next command is the exception
    kTrackingBrokenRedirect = 1 << 6,
};

struct Observation {
    std::atomic<std::uint32_t> counts[kChannelKinds] = {};  ///< subscriptions, by ChannelKind
    std::atomic<bool> monitor{false};
    std::atomic<std::uint32_t> tracking{0};  ///< TrackingFlag
    std::atomic<std::uint64_t> redirect{0};  ///< the session that gets the invalidations; 0: itself

    std::uint32_t count(ChannelKind kind) const {
        return counts[static_cast<std::size_t>(kind)].load(std::memory_order_relaxed);
    }
    bool subscribed() const {
        return count(ChannelKind::channel) + count(ChannelKind::pattern) +
                   count(ChannelKind::shard) >
               0;
    }
    bool tracks() const { return (tracking.load(std::memory_order_relaxed) & kTracking) != 0; }

    NameSet names[kChannelKinds];         ///< what it is subscribed to
    std::vector<std::string> prefixes;    ///< of a broadcasting session
    std::atomic<std::uint64_t> bytes{0};  ///< what all that takes, roughly
};

}  // namespace millpond::engine
