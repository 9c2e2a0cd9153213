// SPDX-License-Identifier: Apache-2.0
//
// A counter that many threads add to and few read: each thread has a cache line of its own, so an
// addition is a plain load and store. Reading sums the lines and is exact once the writers rest.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace millpond::engine {

/// A small number that no other living thread has, or kSharedThreadSlot when too many threads live.
inline constexpr std::size_t kThreadSlots = 32;
inline constexpr std::size_t kSharedThreadSlot = kThreadSlots - 1;

extern constinit thread_local std::size_t current_thread_slot;
std::size_t claim_thread_slot() noexcept;
inline std::size_t thread_slot() noexcept {
    const std::size_t slot = current_thread_slot;
    return slot < kThreadSlots ? slot : claim_thread_slot();
}

class ThreadCounter {
public:
    void add(std::int64_t n) noexcept {
        const std::size_t slot = thread_slot();
        auto& value = lines_[slot].value;
        if (slot == kSharedThreadSlot) {
            value.fetch_add(n, std::memory_order_relaxed);
        } else {
            value.store(value.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
        }
    }
    std::int64_t sum() const noexcept {
        std::int64_t total = -base_.load(std::memory_order_relaxed);
        for (const auto& line : lines_) total += line.value.load(std::memory_order_relaxed);
        return total;
    }
    /// Counts from zero again, without touching other threads' lines.
    void reset() noexcept { base_.fetch_add(sum(), std::memory_order_relaxed); }

private:
    struct alignas(64) Line {
        std::atomic<std::int64_t> value{0};
    };
    std::array<Line, kThreadSlots> lines_{};
    std::atomic<std::int64_t> base_{0};
};

}  // namespace millpond::engine
