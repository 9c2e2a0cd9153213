// SPDX-License-Identifier: Apache-2.0
//
// Pages of one size, cut from large mappings. Any thread; a short lock.
#pragma once

#include <cstddef>
#include <vector>

#include "engine/memory/futex_mutex.h"

namespace millpond::engine {

class PagePool {
public:
    /// Pages are aligned to `page_bytes`, a power of two of at least 4096. The first touch of
    /// memory traps into the kernel, which costs more than the page's zeros: `ahead` bytes of
    /// fresh memory are asked for at once (0: none), which is for pages that are filled whole.
    explicit PagePool(std::size_t page_bytes, std::size_t ahead = 0)
        : page_bytes_(page_bytes), ahead_(ahead) {}
    ~PagePool();
    PagePool(const PagePool&) = delete;

    /// Throws bad_alloc.
    void* take();
    void give_back(void* page);

    /// Gives all free pages back to the system; returns their bytes.
    std::size_t trim();
    /// Bytes of pages that are taken, and of free ones still resident.
    std::size_t used_bytes() const;
    std::size_t free_bytes() const;

private:
    /// Of free pages no more than this stay resident.
    static constexpr std::size_t kKeptBytes = 32 * 1024 * 1024;
    /// What goes to the system at once: others wait for it.
    static constexpr std::size_t kTrimmedAtOnce = 64;
    static constexpr std::size_t kRegionBytes = 64 * 1024 * 1024;

    void map_region();
    void* take_fresh();
    std::size_t trim_some();

    const std::size_t page_bytes_;
    std::size_t ahead_;
    mutable FutexMutex mutex_;
    std::vector<void*> regions_;
    std::vector<void*> resident_;   ///< free pages, resident
    std::vector<void*> untouched_;  ///< free pages, given back to the system
    char* fresh_ = nullptr;         ///< the last region's part that was never used
    char* populated_ = nullptr;     ///< the end of what has been asked for ahead
    char* fresh_end_ = nullptr;
    std::size_t pages_used_ = 0;
};

}  // namespace millpond::engine
