// SPDX-License-Identifier: Apache-2.0
#include "engine/memory/thread_counter.h"

namespace millpond::engine {

namespace {

constexpr std::size_t kUnclaimed = kThreadSlots;
static_assert(kThreadSlots <= 32);

constinit std::atomic<std::uint32_t> slots_taken{0};

/// Gives the thread's slot back when the thread ends; what still counts after that uses the shared
/// one.
struct SlotReturn {
    bool claimed = false;
    ~SlotReturn() {
        const std::size_t slot = current_thread_slot;
        current_thread_slot = kSharedThreadSlot;
        if (claimed && slot < kSharedThreadSlot) {
            slots_taken.fetch_and(~(1u << slot), std::memory_order_release);
        }
    }
};

thread_local SlotReturn slot_return;

}  // namespace

constinit thread_local std::size_t current_thread_slot = kUnclaimed;

std::size_t claim_thread_slot() noexcept {
    // Set first: registering the destructor below may allocate, which counts, which comes back
    // here.
    current_thread_slot = kSharedThreadSlot;
    std::uint32_t taken = slots_taken.load(std::memory_order_relaxed);
    std::size_t slot;
    do {
        slot = static_cast<std::size_t>(__builtin_ctz(~taken | 1u << kSharedThreadSlot));
        if (slot == kSharedThreadSlot) return slot;
    } while (
        !slots_taken.compare_exchange_weak(taken, taken | 1u << slot, std::memory_order_acquire));
    slot_return.claimed = true;
    current_thread_slot = slot;
    return slot;
}

}  // namespace millpond::engine
