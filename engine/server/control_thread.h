// SPDX-License-Identifier: Apache-2.0
//
// The thread that does what others may not wait for: it runs posted work in order, and may wait for
// the lanes. Owned by the server.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <thread>

namespace millpond::engine {

class ControlThread {
public:
    ControlThread();
    ~ControlThread();
    ControlThread(const ControlThread&) = delete;
    ControlThread& operator=(const ControlThread&) = delete;

    /// `enter` runs first on the thread, `leave` last: what belongs to the thread is made and ended
    /// there.
    void start(std::function<void()> enter, std::function<void()> leave);
    /// Runs what has been posted, drops what is not yet due, and ends.
    void stop();
    void post(std::function<void()> work);
    void post_after(std::int64_t ms, std::function<void()> work);

private:
    void run();

    std::mutex mutex_;
    std::condition_variable changed_;
    bool stopping_ = false;
    std::deque<std::function<void()>> work_;
    std::multimap<std::int64_t, std::function<void()>> timed_;  ///< by due time, steady ms
    std::thread thread_;
};

}  // namespace millpond::engine
