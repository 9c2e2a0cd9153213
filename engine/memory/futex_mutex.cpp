// SPDX-License-Identifier: Apache-2.0
#include "engine/memory/futex_mutex.h"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace millpond::engine {

namespace {

/// About 2 us of pauses on the machines we have seen; a shard lock is held for less than 1 us.
constexpr int kSpins = 60;

long futex(std::atomic<std::uint32_t>* word, int operation, std::uint32_t value) {
    return syscall(SYS_futex, reinterpret_cast<std::uint32_t*>(word), operation, value, nullptr,
                   nullptr, 0);
}

void pause_processor() {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    asm volatile("yield");
#endif
}

}  // namespace

void FutexMutex::lock_slow() noexcept {
    for (int i = 0; i < kSpins; ++i) {
        if (state_.load(std::memory_order_relaxed) == kFree && try_lock()) return;
        pause_processor();
    }
    // From here on the lock is taken as contended, since others may sleep behind us.
    while (state_.exchange(kContended, std::memory_order_acquire) != kFree) {
        futex(&state_, FUTEX_WAIT_PRIVATE, kContended);
    }
}

void FutexMutex::wake() noexcept {
    futex(&state_, FUTEX_WAKE_PRIVATE, 1);
}

}  // namespace millpond::engine
