// SPDX-License-Identifier: Apache-2.0
#include "engine/observers/inbox.h"

#include <algorithm>

#include "engine/server/config.h"
#include "engine/server/session.h"

namespace millpond::engine {

namespace {
constexpr std::size_t kTextKept = 4 << 10;  ///< capacity that an empty inbox holds on to
}

void Inbox::clear() {
    begin_ += text_.size();
    if (text_.capacity() > kTextKept) {
        std::string().swap(text_);
    } else {
        text_.clear();
    }
    payloads_.clear();
    payload_bytes_ = 0;
}

bool Inbox::put(const Message& message, const Config& config) {
    const std::lock_guard lock(mutex_);
    if (closed() || overflowed()) return false;
    const Config::OutputLimit& limit =
        subscribed.load(std::memory_order_relaxed) ? config.output_pubsub : config.output_normal;
    const auto hard = static_cast<std::size_t>(limit.hard.load(std::memory_order_relaxed));
    const std::size_t here = text_.size() + payload_bytes_ + message.size();
    const std::size_t all = here + output_pending.load(std::memory_order_relaxed);
    const bool was_waiting = waiting();
    if ((hard > 0 && all > hard) || here > kBytesMax) {
        overflowed_.store(true, std::memory_order_relaxed);
        clear();
    } else {
        text_.append(message.text);
        if (message.payload) {
            payload_bytes_ += message.payload.bytes().size();
            payloads_.push_back({text_.size(), message.payload.share()});
            text_.append("\r\n", 2);
        }
    }
    waiting_.store(true, std::memory_order_relaxed);
    return !was_waiting && owner_.inbox_filled(session_);
}

void Inbox::await_reply() {
    const std::lock_guard lock(mutex_);
    awaited_ = begin_ + text_.size();
}

void Inbox::end_await() {
    const std::lock_guard lock(mutex_);
    awaited_ = UINT64_MAX;
}

void Inbox::drain(Session& session) {
    const std::lock_guard lock(mutex_);
    const std::size_t size = awaited_ > begin_ ? std::min(awaited_ - begin_, text_.size()) : 0;
    const std::size_t start = session.out().size();
    session.out().append(text_, 0, size);
    auto rest = payloads_.begin();
    for (; rest != payloads_.end() && rest->at < size; ++rest) {
        payload_bytes_ -= rest->buffer.bytes().size();
        session.splices().push_back({start + rest->at, std::move(rest->buffer)});
    }
    if (size == text_.size()) {
        waiting_.store(false, std::memory_order_relaxed);
        return clear();
    }
    payloads_.erase(payloads_.begin(), rest);
    for (Shared& one : payloads_) one.at -= size;
    text_.erase(0, size);
    begin_ += size;
}

void Inbox::close() {
    const std::lock_guard lock(mutex_);
    closed_.store(true, std::memory_order_relaxed);
    waiting_.store(false, std::memory_order_relaxed);
    clear();
}

}  // namespace millpond::engine
