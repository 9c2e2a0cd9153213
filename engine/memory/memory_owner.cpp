// SPDX-License-Identifier: Apache-2.0
#include "engine/memory/memory_owner.h"

#include <mimalloc.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <utility>
#include <vector>

namespace millpond::engine {

namespace {

constexpr auto kPatience = std::chrono::milliseconds(2);

/// mimalloc looks for blocks that came back when it is asked for more than this (its "small").
constexpr std::size_t kBeyondSmall = 2 * MI_SMALL_SIZE_MAX;

struct Registry {
    std::mutex mutex;
    std::condition_variable taken;
    std::vector<MemoryOwner*> owners;
};

Registry& registry() {
    static Registry one;
    return one;
}

}  // namespace

MemoryOwner::MemoryOwner(std::function<void()> wake) : wake_(std::move(wake)) {
    const std::lock_guard lock(registry().mutex);
    registry().owners.push_back(this);
}

MemoryOwner::~MemoryOwner() {
    const std::lock_guard lock(registry().mutex);
    std::erase(registry().owners, this);
    registry().taken.notify_all();
}

void MemoryOwner::take_back() noexcept {
    mi_free(mi_malloc(kBeyondSmall));
    const std::lock_guard lock(registry().mutex);
    asked_.store(false, std::memory_order_relaxed);
    registry().taken.notify_all();
}

void MemoryOwner::ask_all() {
    std::unique_lock lock(registry().mutex);
    const auto& owners = registry().owners;
    for (MemoryOwner* owner : owners) {
        owner->asked_.store(true, std::memory_order_relaxed);
        owner->wake_();
    }
    registry().taken.wait_for(lock, kPatience, [&owners] {
        return std::none_of(owners.begin(), owners.end(), [](const MemoryOwner* owner) {
            return owner->asked_.load(std::memory_order_relaxed);
        });
    });
}

}  // namespace millpond::engine
