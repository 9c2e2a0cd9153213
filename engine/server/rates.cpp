// SPDX-License-Identifier: Apache-2.0
#include "engine/server/rates.h"

namespace millpond::engine {

void Rates::sample(std::int64_t steady_ms, const Values& totals) {
    const std::lock_guard lock(mutex_);
    samples_[taken_++ % kSamples] = {steady_ms, totals};
}

Rates::Values Rates::get() const {
    const std::lock_guard lock(mutex_);
    if (taken_ < 2) return {};
    const Sample& last = samples_[(taken_ - 1) % kSamples];
    const Sample& first = samples_[taken_ > kSamples ? taken_ % kSamples : 0];
    const double seconds = static_cast<double>(last.ms - first.ms) / 1000;
    if (seconds <= 0) return {};
    // A RESETSTAT between the two makes a difference negative once.
    const auto per_second = [&](double a, double b) { return b > a ? (b - a) / seconds : 0; };
    return {per_second(first.totals.commands, last.totals.commands),
            per_second(first.totals.input, last.totals.input),
            per_second(first.totals.output, last.totals.output),
            per_second(first.totals.repl_input, last.totals.repl_input),
            per_second(first.totals.repl_output, last.totals.repl_output)};
}

}  // namespace millpond::engine
