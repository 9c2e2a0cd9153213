// SPDX-License-Identifier: Apache-2.0
//
// One thread that runs what it is handed, in order. post() may come from any thread, the worker's
// own included, and never waits for work to be done.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace millpond::admin {

class Worker {
public:
    Worker() : thread_([this] { run(); }) {}
    ~Worker() { stop(); }
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;

    void post(std::function<void()> task);
    /// Runs what is queued, then ends the thread; what is posted afterwards is dropped. Requires:
    /// not called on the worker's own thread.
    void stop();

private:
    void run();

    std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<std::function<void()>> tasks_;
    bool stopping_ = false;
    std::thread thread_;
};

}  // namespace millpond::admin
