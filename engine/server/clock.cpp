// SPDX-License-Identifier: Apache-2.0
#include "engine/server/clock.h"

namespace millpond::engine {

double ns_per_tick() {
    static const double measured = [] {
        constexpr std::int64_t kMeasuredNs = 2'000'000;
        const std::int64_t begin_ns = steady_ns();
        const std::uint64_t begin = ticks();
        std::int64_t end_ns = begin_ns;
        while (end_ns - begin_ns < kMeasuredNs) end_ns = steady_ns();
        const std::uint64_t passed = ticks() - begin;
        return passed == 0 ? 1.0
                           : static_cast<double>(end_ns - begin_ns) / static_cast<double>(passed);
    }();
    return measured;
}

}  // namespace millpond::engine
