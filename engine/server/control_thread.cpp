// SPDX-License-Identifier: Apache-2.0
#include "engine/server/control_thread.h"

#include <pthread.h>

#include <chrono>

#include "engine/server/clock.h"

namespace millpond::engine {

ControlThread::ControlThread() = default;

ControlThread::~ControlThread() {
    stop();
}

void ControlThread::start(std::function<void()> enter, std::function<void()> leave) {
    thread_ = std::thread([this, enter = std::move(enter), leave = std::move(leave)] {
        ::pthread_setname_np(::pthread_self(), "control");
        enter();
        run();
        leave();
    });
}

void ControlThread::stop() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
        changed_.notify_all();
    }
    if (thread_.joinable()) thread_.join();
}

void ControlThread::post(std::function<void()> work) {
    const std::lock_guard lock(mutex_);
    work_.push_back(std::move(work));
    changed_.notify_one();
}

void ControlThread::post_after(std::int64_t ms, std::function<void()> work) {
    const std::lock_guard lock(mutex_);
    timed_.emplace(steady_ms() + ms, std::move(work));
    changed_.notify_one();
}

void ControlThread::run() {
    std::unique_lock lock(mutex_);
    for (;;) {
        while (!timed_.empty() && timed_.begin()->first <= steady_ms()) {
            work_.push_back(std::move(timed_.begin()->second));
            timed_.erase(timed_.begin());
        }
        if (!work_.empty()) {
            const std::function<void()> work = std::move(work_.front());
            work_.pop_front();
            lock.unlock();
            work();
            lock.lock();
            continue;
        }
        if (stopping_) return;
        if (timed_.empty()) {
            changed_.wait(lock);
        } else {
            const std::int64_t wait_ms = timed_.begin()->first - steady_ms();
            changed_.wait_for(lock, std::chrono::milliseconds(wait_ms > 0 ? wait_ms : 0));
        }
    }
}

}  // namespace millpond::engine
