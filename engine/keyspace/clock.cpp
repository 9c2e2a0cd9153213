// SPDX-License-Identifier: Apache-2.0
#include "engine/keyspace/clock.h"

#include <algorithm>
#include <random>

namespace millpond::engine {

namespace {

constexpr std::uint32_t kSecondsMask = 0xffffff;
constexpr std::uint32_t kMinutesMask = 0xffff;
/// New keys start here, so that they are not evicted before they had a chance.
constexpr std::uint8_t kInitialFrequency = 5;

std::uint32_t seconds_of(std::int64_t now_ms) {
    return static_cast<std::uint32_t>(now_ms / 1000) & kSecondsMask;
}
std::uint32_t minutes_of(std::int64_t now_ms) {
    return static_cast<std::uint32_t>(now_ms / 60'000) & kMinutesMask;
}

/// One more use counts with a probability that falls as the counter grows.
std::uint8_t counted_up(std::uint8_t counter, int log_factor) {
    if (counter == 255) return counter;
    const double above = std::max(0, counter - kInitialFrequency);
    const double chance = 1.0 / (above * log_factor + 1);
    const double drawn = static_cast<double>(thread_random() >> 11) * 0x1p-53;
    return drawn < chance ? static_cast<std::uint8_t>(counter + 1) : counter;
}

std::uint32_t packed(std::uint32_t minutes, std::uint8_t counter) {
    return minutes << 8 | counter;
}

/// The counter, less what it has lost since.
std::uint8_t decayed(std::uint32_t clock, const ClockSettings& settings, std::int64_t now_ms) {
    const auto counter = static_cast<std::uint8_t>(clock);
    const int period = settings.lfu_decay_minutes.load(std::memory_order_relaxed);
    if (period <= 0) return counter;
    const std::uint32_t elapsed = (minutes_of(now_ms) - (clock >> 8)) & kMinutesMask;
    const std::uint32_t lost = elapsed / static_cast<std::uint32_t>(period);
    return lost >= counter ? std::uint8_t{0} : static_cast<std::uint8_t>(counter - lost);
}

/// The clock after one more use.
std::uint32_t used(std::uint32_t clock, const ClockSettings& settings, std::int64_t now_ms) {
    if (!settings.lfu.load(std::memory_order_relaxed)) return seconds_of(now_ms);
    const int factor = settings.lfu_log_factor.load(std::memory_order_relaxed);
    return packed(minutes_of(now_ms), counted_up(decayed(clock, settings, now_ms), factor));
}

}  // namespace

std::uint64_t thread_random() noexcept {
    thread_local std::uint64_t state =
        std::uint64_t{std::random_device{}()} << 32 | std::random_device{}();
    // splitmix64 (Steele, Lea, Flood).
    std::uint64_t z = state += 0x9e3779b97f4a7c15ull;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ z >> 27) * 0x94d049bb133111ebull;
    return z ^ z >> 31;
}

std::uint32_t new_clock(const ClockSettings& settings, std::int64_t now_ms) noexcept {
    if (settings.lfu.load(std::memory_order_relaxed)) {
        return packed(minutes_of(now_ms), kInitialFrequency);
    }
    return seconds_of(now_ms);
}

std::uint32_t new_clock(const ClockSettings& settings, std::int64_t now_ms,
                        std::uint32_t old) noexcept {
    return used(old, settings, now_ms);
}

void touch_clock(Entry& entry, const ClockSettings& settings, std::int64_t now_ms) noexcept {
    const std::uint32_t clock = used(entry.clock(), settings, now_ms);
    // Reads of one key within a second leave its cache line clean.
    if (clock != entry.clock()) entry.set_clock(clock);
}

std::uint32_t idle_seconds(const Entry& entry, std::int64_t now_ms) noexcept {
    return (seconds_of(now_ms) - entry.clock()) & kSecondsMask;
}

std::uint8_t frequency(const Entry& entry, const ClockSettings& settings,
                       std::int64_t now_ms) noexcept {
    return decayed(entry.clock(), settings, now_ms);
}

void set_idle_seconds(Entry& entry, std::uint32_t seconds, std::int64_t now_ms) noexcept {
    entry.set_clock((seconds_of(now_ms) - seconds) & kSecondsMask);
}

void set_frequency(Entry& entry, std::uint8_t counter, std::int64_t now_ms) noexcept {
    entry.set_clock(packed(minutes_of(now_ms), counter));
}

}  // namespace millpond::engine
