// SPDX-License-Identifier: Apache-2.0
//
// The 24-bit clock of an entry, by which OBJECT IDLETIME and FREQ answer and eviction chooses:
// seconds of the last use, or, under an LFU policy, the minute of the last decay and a logarithmic
// counter, as Redis's documentation of LFU describes it. Under the lock of the entry's shard.
#pragma once

#include <cstdint>

#include "engine/keyspace/entry.h"
#include "engine/keyspace/keyspace.h"

namespace millpond::engine {

/// A fast generator of the calling thread's own; for sampling, never for secrets.
std::uint64_t thread_random() noexcept;

/// For a new entry, and for one whose value is replaced (a frequency outlives that).
std::uint32_t new_clock(const ClockSettings& settings, std::int64_t now_ms) noexcept;
std::uint32_t new_clock(const ClockSettings& settings, std::int64_t now_ms,
                        std::uint32_t old) noexcept;
void touch_clock(Entry& entry, const ClockSettings& settings, std::int64_t now_ms) noexcept;

/// Seconds since the last use.
std::uint32_t idle_seconds(const Entry& entry, std::int64_t now_ms) noexcept;
/// The use counter, 0 to 255, decayed up to now.
std::uint8_t frequency(const Entry& entry, const ClockSettings& settings,
                       std::int64_t now_ms) noexcept;
/// RESTORE's IDLETIME and FREQ.
void set_idle_seconds(Entry& entry, std::uint32_t seconds, std::int64_t now_ms) noexcept;
void set_frequency(Entry& entry, std::uint8_t counter, std::int64_t now_ms) noexcept;

}  // namespace millpond::engine
