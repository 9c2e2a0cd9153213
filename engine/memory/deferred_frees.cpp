// SPDX-License-Identifier: Apache-2.0
#include "engine/memory/deferred_frees.h"

#include <sched.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <new>

#include "engine/memory/account.h"
#include "engine/memory/memory_owner.h"

namespace millpond::engine {

namespace {

/// 32 MB of notes; an object of more blocks is given back in several goes.
constexpr std::size_t kKeptMax = 4 << 20;

/// A portion takes its owner some 50 us.
constexpr std::size_t kPortionBlocks = 1024;
constexpr std::size_t kPortionBytes = 1 << 20;

/// Of mimalloc's small pages. A portion ends with a page, so that the page comes back whole.
constexpr int kPageBits = 16;

/// On one core with an I/O thread, a low priority alone lets this thread end its slice of the core
/// first, which is milliseconds; so it asks again and again whether somebody else wants to run.
class Courtesy {
public:
    explicit Courtesy(std::size_t steps) : steps_(steps) {}
    void step() noexcept {
        if (++done_ % steps_ == 0) ::sched_yield();
    }

private:
    const std::size_t steps_;
    std::size_t done_ = 0;
};

/// Steps that take some 50 us.
constexpr std::size_t kBlocksAtOnce = 512;
constexpr std::size_t kComparisonsAtOnce = 8192;
constexpr std::size_t kPagesAtOnce = 64;

std::uintptr_t page_of(const void* block) {
    return reinterpret_cast<std::uintptr_t>(block) >> kPageBits;
}

}  // namespace

DeferredFrees::~DeferredFrees() {
    give_back();
    current_ = nullptr;
}

bool DeferredFrees::keep(void* block) noexcept {
    if (kept_.size() >= kKeptMax) give_back();
    try {
        kept_.push_back(block);
    } catch (const std::bad_alloc&) {
        return false;
    }
    if (kept_.size() % kBlocksAtOnce == 0) ::sched_yield();
    return true;
}

void DeferredFrees::pass() noexcept {
    thread_local Courtesy passing(kPagesAtOnce);
    passing.step();
}

void DeferredFrees::give_back() {
    current_ = nullptr;  // what is freed from here on is freed
    Courtesy sorting(kComparisonsAtOnce), freeing(kBlocksAtOnce);
    std::sort(kept_.begin(), kept_.end(), [&sorting](const void* a, const void* b) {
        sorting.step();
        return std::less<>()(a, b);
    });
    std::uintptr_t page = 0;
    for (void* block : kept_) {
        freeing.step();
        const bool enough = blocks_ >= kPortionBlocks || bytes_ >= kPortionBytes;
        if (enough && page_of(block) != page) {
            MemoryOwner::ask_all();
            blocks_ = bytes_ = 0;
        }
        page = page_of(block);
        const std::size_t bytes = mi_usable_size(block);
        blocks_ += 1;
        bytes_ += bytes;
        account_memory(-static_cast<std::int64_t>(bytes));
        mi_free(block);
    }
    const bool many = kept_.size() >= kPortionBlocks;
    kept_.clear();
    if (many) {
        kept_.shrink_to_fit();
        MemoryOwner::ask_all();
        blocks_ = bytes_ = 0;
    }
    current_ = this;
}

}  // namespace millpond::engine
