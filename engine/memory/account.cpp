// SPDX-License-Identifier: Apache-2.0
#include "engine/memory/account.h"

#include <mimalloc.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdlib>
#include <new>

#include "engine/memory/deferred_frees.h"
#include "engine/memory/proc_file.h"
#include "engine/memory/thread_counter.h"

namespace millpond::engine {

namespace {

constexpr std::int64_t kDriftMax = static_cast<std::int64_t>(kUsedMemoryLag / kThreadSlots);

/// A thread's share of the count, and what of it the shared word does not know yet.
struct alignas(64) Line {
    std::atomic<std::int64_t> exact{0};
    std::atomic<std::int64_t> drift{0};
    std::atomic<std::int64_t> allocations{0};
};

constinit std::array<Line, kThreadSlots> lines{};
constinit std::atomic<std::int64_t> rough{0};
constinit std::atomic<std::size_t> peak{0};
constinit std::atomic<std::size_t> startup{0};

std::int64_t add(std::atomic<std::int64_t>& value, std::int64_t n, bool shared) noexcept {
    if (shared) return value.fetch_add(n, std::memory_order_relaxed) + n;
    const std::int64_t sum = value.load(std::memory_order_relaxed) + n;
    value.store(sum, std::memory_order_relaxed);
    return sum;
}

void raise_peak(std::size_t used) noexcept {
    std::size_t seen = peak.load(std::memory_order_relaxed);
    while (used > seen && !peak.compare_exchange_weak(seen, used, std::memory_order_relaxed)) {
    }
}

}  // namespace

void account_memory(std::int64_t bytes) noexcept {
    const std::size_t slot = thread_slot();
    const bool shared = slot == kSharedThreadSlot;
    Line& line = lines[slot];
    add(line.exact, bytes, shared);
    if (bytes > 0) add(line.allocations, 1, shared);
    const std::int64_t drift = add(line.drift, bytes, shared);
    if (drift > kDriftMax || drift < -kDriftMax) {
        add(line.drift, -drift, shared);
        rough.fetch_add(drift, std::memory_order_relaxed);
    }
}

std::size_t used_memory() noexcept {
    std::int64_t sum = 0;
    for (const Line& line : lines) sum += line.exact.load(std::memory_order_relaxed);
    const auto used = static_cast<std::size_t>(std::max<std::int64_t>(sum, 0));
    raise_peak(used);
    return used;
}

std::uint64_t allocations_made() noexcept {
    std::int64_t sum = 0;
    for (const Line& line : lines) sum += line.allocations.load(std::memory_order_relaxed);
    return static_cast<std::uint64_t>(sum);
}

std::size_t roughly_used_memory() noexcept {
    return static_cast<std::size_t>(
        std::max<std::int64_t>(rough.load(std::memory_order_relaxed), 0));
}

std::size_t peak_memory() noexcept {
    used_memory();
    return peak.load(std::memory_order_relaxed);
}

void reset_memory_peak() noexcept {
    peak.store(0, std::memory_order_relaxed);
    used_memory();
}

std::size_t startup_memory() noexcept {
    return startup.load(std::memory_order_relaxed);
}

void note_startup_memory() noexcept {
    startup.store(used_memory(), std::memory_order_relaxed);
}

std::size_t resident_memory() noexcept {
    std::array<char, 128> text;
    if (*read_proc("/proc/self/statm", text) == '\0') return 0;
    char* second = nullptr;
    std::strtoull(text.data(), &second, 10);
    return std::strtoull(second, nullptr, 10) * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

}  // namespace millpond::engine

// Every allocation of the engine goes through here. The sanitizers bring their own, so there only
// what is accounted by hand is counted.
#ifndef MILLPOND_SANITIZED

namespace {

void* counted(void* memory) {
    if (memory == nullptr) throw std::bad_alloc();
    millpond::engine::account_memory(static_cast<std::int64_t>(mi_usable_size(memory)));
    return memory;
}

void* counted_or_null(void* memory) noexcept {
    if (memory != nullptr) {
        millpond::engine::account_memory(static_cast<std::int64_t>(mi_usable_size(memory)));
    }
    return memory;
}

void release(void* memory) noexcept {
    if (memory == nullptr || millpond::engine::DeferredFrees::keeps(memory)) return;
    millpond::engine::account_memory(-static_cast<std::int64_t>(mi_usable_size(memory)));
    mi_free(memory);
}

}  // namespace

void* operator new(std::size_t size) {
    return counted(mi_malloc(size));
}
void* operator new[](std::size_t size) {
    return counted(mi_malloc(size));
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
    return counted_or_null(mi_malloc(size));
}
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept {
    return counted_or_null(mi_malloc(size));
}
void* operator new(std::size_t size, std::align_val_t align) {
    return counted(mi_malloc_aligned(size, static_cast<std::size_t>(align)));
}
void* operator new[](std::size_t size, std::align_val_t align) {
    return counted(mi_malloc_aligned(size, static_cast<std::size_t>(align)));
}
void* operator new(std::size_t size, std::align_val_t align, const std::nothrow_t&) noexcept {
    return counted_or_null(mi_malloc_aligned(size, static_cast<std::size_t>(align)));
}
void* operator new[](std::size_t size, std::align_val_t align, const std::nothrow_t&) noexcept {
    return counted_or_null(mi_malloc_aligned(size, static_cast<std::size_t>(align)));
}
void operator delete(void* memory) noexcept {
    release(memory);
}
void operator delete[](void* memory) noexcept {
    release(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
    release(memory);
}
void operator delete[](void* memory, std::size_t) noexcept {
    release(memory);
}
void operator delete(void* memory, const std::nothrow_t&) noexcept {
    release(memory);
}
void operator delete[](void* memory, const std::nothrow_t&) noexcept {
    release(memory);
}
void operator delete(void* memory, std::align_val_t) noexcept {
    release(memory);
}
void operator delete[](void* memory, std::align_val_t) noexcept {
    release(memory);
}
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
    release(memory);
}
void operator delete[](void* memory, std::size_t, std::align_val_t) noexcept {
    release(memory);
}

#endif
