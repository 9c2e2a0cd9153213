// SPDX-License-Identifier: Apache-2.0
//
// Time. Unix and steady milliseconds from the kernel, and ticks: a counter of the processor that is
// so cheap to read that every command is timed by it. Any thread.
#pragma once

#include <chrono>
#include <cstdint>
#if defined(__x86_64__)
#include <x86intrin.h>
#endif

namespace millpond::engine {

inline std::int64_t unix_us() {
    return std::chrono::duration_cast<std::chrono::microseconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
}
inline std::int64_t unix_ms() {
    return unix_us() / 1000;
}

inline std::int64_t steady_ns() {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(
               std::chrono::steady_clock::now().time_since_epoch())
        .count();
}
inline std::int64_t steady_ms() {
    return steady_ns() / 1'000'000;
}

inline std::uint64_t ticks() {
#if defined(__x86_64__)
    return __rdtsc();
#else
    return static_cast<std::uint64_t>(steady_ns());
#endif
}

/// Nanoseconds per tick, measured once at the first call (0.2 ms).
double ns_per_tick();

}  // namespace millpond::engine
