// SPDX-License-Identifier: Apache-2.0
#include "admin-api/http/frame_queue.h"

#include <utility>

namespace millpond::admin::http {

void FrameQueue::push(const Frame& frame) {
    std::function<void()> wake;
    {
        std::lock_guard lock(mutex_);
        if (overflowed_) return;  // the reader reads the lists again anyway, later than this
        frames_.push_back(frame);
        bytes_ += frame->size();
        if (frames_.size() > frames_max || bytes_ > bytes_max) {
            frames_.clear();
            bytes_ = 0;
            overflowed_ = true;
        }
        if (frames_.size() <= 1) wake = wake_;
    }
    if (wake) wake();
}

std::string FrameQueue::take() {
    std::string out;
    bool overflowed = false;
    {
        std::lock_guard lock(mutex_);
        for (const auto& frame : frames_) out += *frame;
        frames_.clear();
        bytes_ = 0;
        overflowed = std::exchange(overflowed_, false);
    }
    // Outside the lock, for it asks the feed, which may be pushing to us at this moment.
    if (overflowed) out = *overflow_();
    return out;
}

void FrameQueue::on_ready(std::function<void()> wake) {
    std::lock_guard lock(mutex_);
    wake_ = std::move(wake);
}

}  // namespace millpond::admin::http
