// SPDX-License-Identifier: Apache-2.0
#include "engine/server/clock.h"

namespace millpond::engine {

namespace {

/// Both clocks at one moment.
struct Moment {
    std::int64_t ns = 0;
    std::uint64_t ticks = 0;
};

/// Of some tries the one that was interrupted least.
Moment moment() {
    constexpr int kTries = 8;
    Moment best;
    std::uint64_t shortest = UINT64_MAX;
    for (int i = 0; i < kTries; ++i) {
        const std::uint64_t before = ticks();
        const std::int64_t ns = steady_ns();
        const std::uint64_t gap = ticks() - before;
        if (gap >= shortest) continue;
        shortest = gap;
        best = {ns, before + gap / 2};
    }
    return best;
}

}  // namespace

double ns_per_tick() {
    static const double measured = [] {
        // Long enough for a few parts in ten thousand; a start waits for it.
        constexpr std::int64_t kMeasuredNs = 200'000;
        const Moment begin = moment();
        while (steady_ns() - begin.ns < kMeasuredNs) {
        }
        const Moment end = moment();
        return end.ticks == begin.ticks ? 1.0
                                        : static_cast<double>(end.ns - begin.ns) /
                                              static_cast<double>(end.ticks - begin.ticks);
    }();
    return measured;
}

}  // namespace millpond::engine
