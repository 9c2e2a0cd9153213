// SPDX-License-Identifier: Apache-2.0
#include "engine/memory/background_free.h"

#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#include <utility>

#include "engine/memory/deferred_frees.h"

namespace millpond::engine {

namespace {

/// Freeing is never urgent: where it shares a core with an I/O thread, clients go first.
constexpr int kNiceness = 10;

}  // namespace

BackgroundFree::BackgroundFree() : thread_([this] { run(); }) {}

BackgroundFree::~BackgroundFree() {
    {
        const std::lock_guard lock(mutex_);
        stop_ = true;
    }
    wake_.notify_one();
    thread_.join();
}

void BackgroundFree::give(Free free, std::uintptr_t context, void* object, std::size_t objects) {
    {
        const std::lock_guard lock(mutex_);
        items_.push_back({free, context, object, {}, objects});
        pending_.fetch_add(objects, std::memory_order_relaxed);
    }
    wake_.notify_one();
}

void BackgroundFree::give(std::function<void()> work, std::size_t objects) {
    {
        const std::lock_guard lock(mutex_);
        items_.push_back({nullptr, 0, nullptr, std::move(work), objects});
        pending_.fetch_add(objects, std::memory_order_relaxed);
    }
    wake_.notify_one();
}

void BackgroundFree::drain() {
    std::unique_lock lock(mutex_);
    idle_.wait(lock, [this] { return items_.empty() && !busy_; });
}

void BackgroundFree::run() {
    ::pthread_setname_np(::pthread_self(), "freeing");
    ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), kNiceness);  // of this thread alone
    DeferredFrees frees;
    std::unique_lock lock(mutex_);
    for (;;) {
        wake_.wait(lock, [this] { return stop_ || !items_.empty(); });
        if (items_.empty()) return;
        Item item = std::move(items_.front());
        items_.pop_front();
        busy_ = true;
        lock.unlock();
        if (item.free != nullptr) {
            item.free(item.context, item.object);
        } else {
            item.work();
        }
        item.work = nullptr;
        frees.give_back();
        pending_.fetch_sub(item.objects, std::memory_order_relaxed);
        freed_.fetch_add(item.objects, std::memory_order_relaxed);
        lock.lock();
        busy_ = false;
        if (items_.empty()) idle_.notify_all();
    }
}

}  // namespace millpond::engine
