// SPDX-License-Identifier: Apache-2.0
//
// rdb-key-save-delay and key-load-delay: tests slow a snapshot or a load down by them, so as to
// meet it under way.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <random>
#include <thread>

namespace millpond::engine {

/// Waits for so many microseconds, or until `ended()` says so; negative: for one microsecond now
/// and then, once in so many calls. Requires: outside the lanes.
template <class Ended>
void debug_delay(std::int64_t us, Ended ended) {
    constexpr std::int64_t kSliceUs = 10'000;
    if (us < 0) {
        thread_local std::minstd_rand random{std::random_device{}()};
        us = random() % static_cast<std::uint64_t>(-us) == 0 ? 1 : 0;
    }
    for (; us > 0 && !ended(); us -= kSliceUs)
        std::this_thread::sleep_for(std::chrono::microseconds(std::min(us, kSliceUs)));
}

}  // namespace millpond::engine
