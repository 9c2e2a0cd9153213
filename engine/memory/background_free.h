// SPDX-License-Identifier: Apache-2.0
//
// A thread that frees what is too big to be freed under a shard lock. Any thread may hand work
// over; it is a push under a short lock. What is pending when this is destroyed is freed then.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace millpond::engine {

class BackgroundFree {
public:
    BackgroundFree();
    ~BackgroundFree();
    BackgroundFree(const BackgroundFree&) = delete;

    /// Frees `object` with `free(context, object)` on the thread. `objects` is what it counts for
    /// in INFO's lazyfree_pending_objects and lazyfreed_objects.
    using Free = void (*)(std::uintptr_t context, void* object);
    void give(Free free, std::uintptr_t context, void* object, std::size_t objects = 1);
    void give(std::function<void()> work, std::size_t objects);

    std::size_t pending() const noexcept { return pending_.load(std::memory_order_relaxed); }
    std::size_t freed() const noexcept { return freed_.load(std::memory_order_relaxed); }
    void reset_freed() noexcept { freed_.store(0, std::memory_order_relaxed); }
    /// Waits until everything that was given before has been freed.
    void drain();

private:
    struct Item {
        Free free;
        std::uintptr_t context;
        void* object;
        std::function<void()> work;
        std::size_t objects;
    };
    void run();

    std::mutex mutex_;
    std::condition_variable wake_;
    std::condition_variable idle_;
    std::deque<Item> items_;
    bool busy_ = false;
    bool stop_ = false;
    std::atomic<std::size_t> pending_{0};
    std::atomic<std::size_t> freed_{0};
    std::thread thread_;
};

}  // namespace millpond::engine
