// SPDX-License-Identifier: Apache-2.0
#include "engine/memory/slab.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <mutex>
#include <new>

#include "engine/memory/account.h"

namespace millpond::engine {

namespace {

constexpr std::size_t kSmallMax = 128;
constexpr std::size_t kSmallest = 16;
constexpr std::size_t kPageHeader = 64;

constexpr std::size_t round_up(std::size_t size, std::size_t step) {
    return (size + step - 1) / step * step;
}

}  // namespace

std::size_t slab_size(std::size_t size) noexcept {
    if (size <= kSmallMax) return std::max(round_up(size, 8), kSmallest);
    // Eight steps for each doubling: the step is an eighth of the power of two below.
    return round_up(size, std::bit_floor(size - 1) / 8);
}

/// Stands at the start of each page; the blocks follow.
struct SlabArena::Page {
    static constexpr std::uint16_t kNone = 0xffff;

    Page* previous;
    Page* next;
    std::uint32_t size;
    std::uint16_t capacity;
    std::uint16_t used;
    std::uint16_t fresh;  ///< blocks from here on were never used
    std::uint16_t freed;  ///< the first of a chain of freed blocks, each naming the next

    char* block(std::uint16_t index) {
        return reinterpret_cast<char*>(this) + kPageHeader + std::size_t{index} * size;
    }
    /// With so many blocks in use it counts as dense; at least one, at most all.
    std::uint16_t dense_from() const { return static_cast<std::uint16_t>((capacity + 1) / 2); }
    static Page* of(void* block) {
        return reinterpret_cast<Page*>(reinterpret_cast<std::uintptr_t>(block) &
                                       ~(kSlabPageSize - 1));
    }
};

std::size_t SlabArena::class_of(std::size_t rounded) noexcept {
    constexpr std::size_t kSmallClasses = (kSmallMax - kSmallest) / 8 + 1;
    if (rounded <= kSmallMax) return (rounded - kSmallest) / 8;
    const std::size_t below = std::bit_floor(rounded - 1);
    const auto doublings = static_cast<std::size_t>(std::countr_zero(below / kSmallMax));
    const std::size_t step = below / 8;
    assert(step >= kSmallMax / 8);
    return kSmallClasses + doublings * 8 + (rounded - below) / step - 1;
}

void SlabArena::link(Page* page, Page*& list) noexcept {
    page->previous = nullptr;
    page->next = list;
    if (page->next != nullptr) page->next->previous = page;
    list = page;
}

void SlabArena::unlink(Page* page, Page*& list) noexcept {
    if (page->previous != nullptr) {
        page->previous->next = page->next;
    } else {
        list = page->next;
    }
    if (page->next != nullptr) page->next->previous = page->previous;
}

SlabArena::Page* SlabArena::add_page(std::size_t size) {
    auto* page = static_cast<Page*>(pool_->take());
    page->size = static_cast<std::uint32_t>(size);
    page->capacity = static_cast<std::uint16_t>((kSlabPageSize - kPageHeader) / size);
    page->used = 0;
    page->fresh = 0;
    page->freed = Page::kNone;
    return page;
}

void* SlabArena::allocate(std::size_t size) {
    const std::size_t rounded = slab_size(size);
#ifdef MILLPOND_SANITIZED
    // Each block by itself, so that the sanitizers see its bounds and its life; and counted here,
    // so that they see eviction too, though what else asks for memory is not.
    account_memory(static_cast<std::int64_t>(rounded));
    return ::operator new(rounded, std::align_val_t(64));
#else
    if (rounded > kSlabMax) return ::operator new(rounded);
    account_memory(static_cast<std::int64_t>(rounded));
    const std::size_t index = class_of(rounded);
    const std::lock_guard lock(mutex_);
    Partial& partial = partial_[index];
    if (partial.dense == nullptr && partial.sparse == nullptr) {
        link(add_page(rounded), partial.sparse);
    }
    Page* page = partial.dense != nullptr ? partial.dense : partial.sparse;
    char* block;
    if (page->freed != Page::kNone) {
        block = page->block(page->freed);
        page->freed = *reinterpret_cast<std::uint16_t*>(block);
    } else {
        block = page->block(page->fresh++);
    }
    ++page->used;
    if (page->used == page->dense_from()) {
        unlink(page, partial.sparse);
        link(page, partial.dense);
    }
    if (page->used == page->capacity) unlink(page, partial.dense);
    return block;
#endif
}

void SlabArena::release(void* block, std::size_t size) noexcept {
    [[maybe_unused]] const std::size_t rounded = slab_size(size);
#ifdef MILLPOND_SANITIZED
    account_memory(-static_cast<std::int64_t>(rounded));
    ::operator delete(block, std::align_val_t(64));
#else
    if (rounded > kSlabMax) return ::operator delete(block);
    account_memory(-static_cast<std::int64_t>(rounded));
    const std::size_t index = class_of(rounded);
    const std::lock_guard lock(mutex_);
    Page* page = Page::of(block);
    assert(page->size == rounded && page->used > 0);
    const auto offset = static_cast<std::size_t>(static_cast<char*>(block) - page->block(0));
    *static_cast<std::uint16_t*>(block) = page->freed;
    page->freed = static_cast<std::uint16_t>(offset / rounded);
    Partial& partial = partial_[index];
    if (page->used == page->capacity) link(page, partial.dense);
    if (page->used-- == page->dense_from()) {
        unlink(page, partial.dense);
        link(page, partial.sparse);
    }
    // One empty page per class stays when it is the only one, or a key set and deleted would cost a
    // page each time.
    if (page->used == 0 && (partial.dense != nullptr || partial.sparse->next != nullptr)) {
        unlink(page, partial.sparse);
        pool_->give_back(page);
    }
#endif
}

}  // namespace millpond::engine
