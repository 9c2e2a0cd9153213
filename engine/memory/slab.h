// SPDX-License-Identifier: Apache-2.0
//
// Memory for entries and table groups. A general allocator rounds a 56-byte entry to 64 bytes; here
// sizes come in steps of 8 bytes up to 128 and of 1/8 beyond, and a block costs nothing but its
// size.
//
// A SlabArena fills pages of a pool with blocks of one class each. Any thread may call it: it has a
// short lock, which is uncontended where arenas follow shards. Blocks over kSlabMax come from
// operator new. What is given out is accounted.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "engine/memory/futex_mutex.h"
#include "engine/memory/page_pool.h"

namespace millpond::engine {

inline constexpr std::size_t kSlabPageSize = 16 * 1024;
inline constexpr std::size_t kSlabMax = 1408;

/// Where arenas get their pages.
class SlabPool : public PagePool {
public:
    SlabPool() : PagePool(kSlabPageSize) {}
};

/// What a block of `size` bytes really occupies. A block may be used up to it.
std::size_t slab_size(std::size_t size) noexcept;

class SlabArena {
public:
    /// Blocks whose size is a multiple of 64 are aligned to cache lines.
    SlabArena() = default;
    void set_pool(SlabPool& pool) { pool_ = &pool; }
    SlabArena(const SlabArena&) = delete;

    void* allocate(std::size_t size);
    /// Requires: the size that it was allocated with (or another of the same slab_size).
    void release(void* block, std::size_t size) noexcept;

private:
    struct Page;
    static constexpr std::size_t kClasses = 48;

    static std::size_t class_of(std::size_t rounded) noexcept;
    Page* add_page(std::size_t size);
    static void unlink(Page* page, Page*& list) noexcept;
    static void link(Page* page, Page*& list) noexcept;

    FutexMutex mutex_;
    SlabPool* pool_ = nullptr;
    /// Pages with free blocks, those at least half full before the others: blocks are taken from
    /// the former, so that the latter run empty and go back.
    struct Partial {
        Page* dense = nullptr;
        Page* sparse = nullptr;
    };
    std::array<Partial, kClasses> partial_{};
};

}  // namespace millpond::engine
