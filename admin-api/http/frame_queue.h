// SPDX-License-Identifier: Apache-2.0
//
// What waits to be written to one reader of an event stream. Bounded: a reader that is too slow
// loses what waited and is told so by one frame in its place. Any thread may push; one session
// takes.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

namespace millpond::admin::http {

class FrameQueue {
public:
    using Frame = std::shared_ptr<const std::string>;

    static constexpr std::size_t frames_max = 1024;
    static constexpr std::size_t bytes_max = 4 << 20;

    /// `overflow` makes the frame that stands for what was lost, `heartbeat` the one of a quiet
    /// time. Both are called on the session's thread.
    FrameQueue(std::function<Frame()> overflow, std::function<Frame()> heartbeat)
        : overflow_(std::move(overflow)), heartbeat_(std::move(heartbeat)) {}

    void push(const Frame& frame);
    /// Everything that waits, in order, as one string; empty when there is nothing.
    std::string take();
    std::string heartbeat() const { return *heartbeat_(); }
    /// `wake` is called (on any thread) after a push into an empty queue; it must only post.
    void on_ready(std::function<void()> wake);
    /// Whatever must live as long as the reader does.
    void keep(std::shared_ptr<void> owner) { owner_ = std::move(owner); }

private:
    const std::function<Frame()> overflow_;
    const std::function<Frame()> heartbeat_;
    std::shared_ptr<void> owner_;

    std::mutex mutex_;
    std::deque<Frame> frames_;
    std::size_t bytes_ = 0;
    bool overflowed_ = false;
    std::function<void()> wake_;
};

}  // namespace millpond::admin::http
