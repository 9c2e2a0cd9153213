// SPDX-License-Identifier: Apache-2.0
//
// A thread whose memory other threads free. mimalloc hands a block that is freed by another thread
// to the one that had asked for it, which takes such blocks back when it next asks for memory of a
// larger size or finds a page full: all of them at once, however many they are. A thread that
// serves clients has an owner, so that whoever frees much can have it take back a little at a time.
#pragma once

#include <atomic>
#include <functional>

namespace millpond::engine {

class MemoryOwner {
public:
    /// `wake` makes the thread call look() soon; it is called from any thread.
    explicit MemoryOwner(std::function<void()> wake);
    ~MemoryOwner();
    MemoryOwner(const MemoryOwner&) = delete;

    /// By the thread itself, again and again: takes back when it has been asked to.
    void look() noexcept {
        if (asked_.load(std::memory_order_relaxed)) [[unlikely]]
            take_back();
    }

    /// Has every owner take back what has been freed until now, and waits for it, but not for an
    /// owner that is busy with something else for more than a few milliseconds.
    static void ask_all();

private:
    void take_back() noexcept;

    std::function<void()> wake_;
    std::atomic<bool> asked_{false};
};

}  // namespace millpond::engine
