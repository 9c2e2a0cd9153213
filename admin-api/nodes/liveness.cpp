// SPDX-License-Identifier: Apache-2.0
#include "admin-api/nodes/liveness.h"

#include <linux/futex.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <climits>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>

namespace millpond::admin {

namespace {

constexpr std::size_t kPageBytes = 4096;

void* map_page(int fd) {
    void* page = ::mmap(nullptr, kPageBytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    return page == MAP_FAILED ? nullptr : page;
}

}  // namespace

Descriptor make_liveness_page() {
    Descriptor fd(::memfd_create("millpond-liveness", MFD_CLOEXEC));
    if (!fd.valid() || ::ftruncate(fd.get(), kPageBytes) != 0) return {};
    void* page = map_page(fd.get());
    if (!page) return {};
    pthread_mutexattr_t attributes;
    ::pthread_mutexattr_init(&attributes);
    ::pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    ::pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
    ::pthread_mutex_init(static_cast<pthread_mutex_t*>(page), &attributes);
    ::pthread_mutexattr_destroy(&attributes);
    ::munmap(page, kPageBytes);
    return fd;
}

/// The lock word is waited on as a futex instead of locking the mutex: a waiter that took the lock
/// would have to be undone, and one that waits in pthread_mutex_lock() cannot be stopped while the
/// node lives.
struct LivenessWatch::State {
    Descriptor fd;
    std::atomic<std::uint32_t>* word = nullptr;
    std::function<void()> died;
    std::atomic<bool> stopping{false};
    std::mutex mutex;
    std::condition_variable ended_changed;
    bool ended = false;
    std::thread thread;

    void watch() {
        while (!stopping) {
            std::uint32_t seen = word->load();
            if (seen & FUTEX_OWNER_DIED) {
                died();
                break;
            }
            if ((seen & FUTEX_TID_MASK) == 0) break;  // never locked: the pidfd is all there is
            // The kernel wakes only where it finds this bit.
            if (!(seen & FUTEX_WAITERS)) {
                if (!word->compare_exchange_strong(seen, seen | FUTEX_WAITERS)) continue;
                seen |= FUTEX_WAITERS;
            }
            ::syscall(SYS_futex, word, FUTEX_WAIT, seen, nullptr, nullptr, 0);
        }
        const std::lock_guard lock(mutex);
        ended = true;
        ended_changed.notify_all();
    }

    /// A wake that comes before the thread has gone to sleep is lost, so it is repeated.
    void stop() {
        stopping = true;
        std::unique_lock lock(mutex);
        while (!ended) {
            ::syscall(SYS_futex, word, FUTEX_WAKE, INT_MAX, nullptr, nullptr, 0);
            ended_changed.wait_for(lock, std::chrono::milliseconds(1));
        }
    }
};

LivenessWatch::LivenessWatch(Descriptor page, std::function<void()> died)
    : state_(std::make_unique<State>()) {
    void* mapped = page.valid() ? map_page(page.get()) : nullptr;
    if (!mapped) return;
    state_->fd = std::move(page);
    // glibc's lock word is the first int of the mutex, by the robust futex protocol's own layout.
    state_->word = static_cast<std::atomic<std::uint32_t>*>(mapped);
    state_->died = std::move(died);
    state_->thread = std::thread([state = state_.get()] {
        ::pthread_setname_np(::pthread_self(), "liveness");
        state->watch();
    });
}

LivenessWatch::~LivenessWatch() {
    if (!state_->thread.joinable()) return;
    state_->stop();
    state_->thread.join();
    ::munmap(state_->word, kPageBytes);
}

}  // namespace millpond::admin
