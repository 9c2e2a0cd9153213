// SPDX-License-Identifier: Apache-2.0
//
// What the kernel says of this process where asking takes longer than an INFO should: sampled by
// the control thread every 100 ms, as Redis does, and read by any.
#pragma once

#include <atomic>
#include <cstddef>

namespace millpond::engine {

class ProcessUsage {
public:
    void sample();

    std::size_t resident_bytes() const { return resident_bytes_.load(std::memory_order_relaxed); }
    /// CPU time of the thread that the process began with, in seconds.
    double main_thread_user() const { return main_user_.load(std::memory_order_relaxed); }
    double main_thread_system() const { return main_system_.load(std::memory_order_relaxed); }

private:
    void sample_main_thread();

    std::atomic<std::size_t> resident_bytes_{0};
    std::atomic<double> main_user_{0}, main_system_{0};
};

}  // namespace millpond::engine
