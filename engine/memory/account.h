// SPDX-License-Identifier: Apache-2.0
//
// How much memory the process has asked for: everything through operator new (mimalloc beneath) and
// the entries' slabs. Any thread; per-thread counters, so counting costs no shared cache line.
#pragma once

#include <cstddef>
#include <cstdint>

namespace millpond::engine {

/// Adds to (or takes from) the count; for memory that does not come from operator new.
void account_memory(std::int64_t bytes) noexcept;

/// Bytes in use now; INFO's used_memory.
std::size_t used_memory() noexcept;
/// The same from one shared word that lags behind by at most kUsedMemoryLag bytes: for every write.
std::size_t roughly_used_memory() noexcept;
inline constexpr std::size_t kUsedMemoryLag = 512 * 1024;
/// How many times memory has been asked for since the start.
std::uint64_t allocations_made() noexcept;
/// The highest value that used_memory() has seen.
std::size_t peak_memory() noexcept;
void reset_memory_peak() noexcept;
/// What was in use when the server was ready: MEMORY STATS' startup.allocated.
std::size_t startup_memory() noexcept;
void note_startup_memory() noexcept;

/// Resident set size of the process in bytes, from /proc/self/statm.
std::size_t resident_memory() noexcept;

}  // namespace millpond::engine
