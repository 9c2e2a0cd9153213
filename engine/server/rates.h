// SPDX-License-Identifier: Apache-2.0
//
// How much per second, over the last 1.6 s: sampled by the control thread, read by any.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>

namespace millpond::engine {

class Rates {
public:
    static constexpr std::int64_t kSampleMs = 100;

    struct Values {
        double commands = 0, input = 0, output = 0, repl_input = 0, repl_output = 0;
    };
    /// The counters as they stand now.
    void sample(std::int64_t steady_ms, const Values& totals);
    Values get() const;

private:
    static constexpr std::size_t kSamples = 16;
    struct Sample {
        std::int64_t ms = 0;
        Values totals;
    };
    mutable std::mutex mutex_;
    std::array<Sample, kSamples> samples_{};
    std::size_t taken_ = 0;
};

}  // namespace millpond::engine
