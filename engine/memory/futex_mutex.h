// SPDX-License-Identifier: Apache-2.0
//
// A mutex of four bytes: spins for about 2 us, then sleeps on a futex. Satisfies Lockable.
#pragma once

#include <atomic>
#include <cstdint>

namespace millpond::engine {

class FutexMutex {
public:
    bool try_lock() noexcept {
        std::uint32_t expected = kFree;
        return state_.compare_exchange_strong(expected, kHeld, std::memory_order_acquire,
                                              std::memory_order_relaxed);
    }
    void lock() noexcept {
        if (!try_lock()) lock_slow();
    }
    void unlock() noexcept {
        if (state_.exchange(kFree, std::memory_order_release) == kContended) wake();
    }

private:
    static constexpr std::uint32_t kFree = 0, kHeld = 1, kContended = 2;

    void lock_slow() noexcept;
    void wake() noexcept;

    std::atomic<std::uint32_t> state_{kFree};
};

}  // namespace millpond::engine
