// SPDX-License-Identifier: Apache-2.0
#include "engine/memory/pages.h"

#include <cstdint>
#include <new>

#include "engine/memory/account.h"
#include "engine/memory/deferred_frees.h"
#include "engine/memory/page_pool.h"

namespace millpond::engine {

namespace {

constexpr std::size_t kAhead = 64 * 1024;

/// Never destroyed: lists may be freed by a thread that outlives the static objects.
PagePool& pool() {
    static auto* const one = new PagePool(kPageBytes, kAhead);
    return *one;
}

}  // namespace

// The sanitizers are to see each page's life.
#ifdef MILLPOND_SANITIZED

void* allocate_page() {
    return ::operator new(kPageBytes);
}
void release_page(void* page) noexcept {
    ::operator delete(page);
}

#else

void* allocate_page() {
    void* page = pool().take();
    account_memory(static_cast<std::int64_t>(kPageBytes));
    return page;
}
void release_page(void* page) noexcept {
    account_memory(-static_cast<std::int64_t>(kPageBytes));
    pool().give_back(page);
    DeferredFrees::passes();
}

#endif

std::size_t trim_pages() {
    return pool().trim();
}

}  // namespace millpond::engine
