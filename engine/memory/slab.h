// SPDX-License-Identifier: Apache-2.0
//
// Memory for entries and table groups. A general allocator rounds a 56-byte entry to 64 bytes; here
// sizes come in steps of 8 bytes up to 128 and of 1/8 beyond, and a block costs nothing but its
// size.
//
// A SlabPool cuts 16 KiB pages from large mappings; a SlabArena fills pages with blocks of one
// class each. Any thread may call either: each has its own short lock, which is uncontended where
// arenas follow shards. Blocks over kSlabMax come from operator new. What is given out is
// accounted.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "engine/memory/futex_mutex.h"

namespace millpond::engine {

class SlabArena;

inline constexpr std::size_t kSlabPageSize = 16 * 1024;
inline constexpr std::size_t kSlabMax = 1408;

/// What a block of `size` bytes really occupies. A block may be used up to it.
std::size_t slab_size(std::size_t size) noexcept;

class SlabPool {
public:
    SlabPool() = default;
    ~SlabPool();
    SlabPool(const SlabPool&) = delete;

    /// Gives free pages back to the system, all but `keep` of them; returns the bytes given back.
    std::size_t trim(std::size_t keep = 0);
    /// Bytes of pages that hold blocks, and of free ones still resident.
    std::size_t used_bytes() const;
    std::size_t free_bytes() const;

private:
    friend class SlabArena;

    /// Pages that were freed and not yet given back to the system; more than this are.
    static constexpr std::size_t kKeptFreePages = 1024;
    static constexpr std::size_t kRegionSize = 64 * 1024 * 1024;

    void* take_page();
    void return_page(void* page);
    void map_region();
    std::size_t trim_locked(std::size_t keep);

    mutable FutexMutex mutex_;
    std::vector<void*> regions_;
    std::vector<void*> resident_;   ///< free pages, resident
    std::vector<void*> untouched_;  ///< free pages, given back to the system
    char* fresh_ = nullptr;         ///< the last region's part that was never used
    char* fresh_end_ = nullptr;
    std::size_t pages_used_ = 0;
};

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
