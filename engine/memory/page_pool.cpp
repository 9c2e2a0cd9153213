// SPDX-License-Identifier: Apache-2.0
#include "engine/memory/page_pool.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <mutex>
#include <new>

namespace millpond::engine {

PagePool::~PagePool() {
    for (void* region : regions_) munmap(region, kRegionBytes);
}

void PagePool::map_region() {
    // Aligned to huge pages: fewer TLB misses, and a dying process is torn down sooner.
    constexpr std::size_t kHuge = 2 * 1024 * 1024;
    void* raw = mmap(nullptr, kRegionBytes + kHuge, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (raw == MAP_FAILED) throw std::bad_alloc();
    const auto address = reinterpret_cast<std::uintptr_t>(raw);
    const std::uintptr_t aligned = (address + kHuge - 1) / kHuge * kHuge;
    if (aligned > address) munmap(raw, aligned - address);
    if (aligned - address < kHuge) {
        munmap(reinterpret_cast<void*>(aligned + kRegionBytes), kHuge - (aligned - address));
    }
    void* region = reinterpret_cast<void*>(aligned);
    regions_.push_back(region);
    fresh_ = populated_ = static_cast<char*>(region);
    fresh_end_ = fresh_ + kRegionBytes;
}

void* PagePool::take_fresh() {
    if (fresh_ == fresh_end_) map_region();
    if (fresh_ == populated_ && ahead_ != 0) {
        const std::size_t bytes =
            std::min(ahead_, static_cast<std::size_t>(fresh_end_ - populated_));
        // Where it is not possible (before Linux 5.14, or no memory) the first touch does it.
        if (madvise(populated_, bytes, MADV_POPULATE_WRITE) == 0) {
            populated_ += bytes;
        } else {
            ahead_ = 0;
        }
    }
    void* page = fresh_;
    fresh_ += page_bytes_;
    return page;
}

void* PagePool::take() {
    const std::lock_guard lock(mutex_);
    void* page;
    if (!resident_.empty()) {
        page = resident_.back();
        resident_.pop_back();
    } else if (!untouched_.empty()) {
        page = untouched_.back();
        untouched_.pop_back();
    } else {
        page = take_fresh();
    }
    ++pages_used_;
    return page;
}

void PagePool::give_back(void* page) {
    const std::lock_guard lock(mutex_);
    --pages_used_;
    resident_.push_back(page);
    if (resident_.size() > kKeptBytes / page_bytes_) trim_some();
}

std::size_t PagePool::trim() {
    std::size_t freed = 0;
    for (;;) {
        const std::lock_guard lock(mutex_);
        if (resident_.empty()) return freed;
        freed += trim_some();
    }
}

/// The pages that came back last, which often lie side by side.
std::size_t PagePool::trim_some() {
    const auto count = static_cast<std::ptrdiff_t>(std::min(kTrimmedAtOnce, resident_.size()));
    const auto first = resident_.end() - count;
    std::sort(first, resident_.end(), std::less<>());
    for (auto at = first; at != resident_.end();) {
        char* const start = static_cast<char*>(*at);
        std::size_t bytes = 0;
        for (; at != resident_.end() && *at == start + bytes; ++at) bytes += page_bytes_;
        madvise(start, bytes, MADV_DONTNEED);
    }
    untouched_.insert(untouched_.end(), first, resident_.end());
    resident_.erase(first, resident_.end());
    return static_cast<std::size_t>(count) * page_bytes_;
}

std::size_t PagePool::used_bytes() const {
    const std::lock_guard lock(mutex_);
    return pages_used_ * page_bytes_;
}

std::size_t PagePool::free_bytes() const {
    const std::lock_guard lock(mutex_);
    return resident_.size() * page_bytes_;
}

}  // namespace millpond::engine
