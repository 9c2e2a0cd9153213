// SPDX-License-Identifier: Apache-2.0
#include "engine/observers/inbox.h"

#include "engine/server/config.h"
#include "engine/server/session.h"

namespace millpond::engine {

namespace {
constexpr std::size_t kTextKept = 4 << 10;  ///< capacity that an empty inbox holds on to
}

void Inbox::clear() {
    if (text_.capacity() > kTextKept) {
        std::string().swap(text_);
    } else {
        text_.clear();
    }
    payloads_.clear();
    bytes_ = 0;
}

bool Inbox::put(const Message& message, const Config& config) {
    const std::lock_guard lock(mutex_);
    if (closed() || overflowed()) return false;
    const Config::OutputLimit& limit =
        subscribed.load(std::memory_order_relaxed) ? config.output_pubsub : config.output_normal;
    const auto hard = static_cast<std::size_t>(limit.hard.load(std::memory_order_relaxed));
    const std::size_t all =
        bytes_ + message.size() + output_pending.load(std::memory_order_relaxed);
    const bool was_waiting = waiting();
    if ((hard > 0 && all > hard) || bytes_ + message.size() > kBytesMax) {
        overflowed_.store(true, std::memory_order_relaxed);
        clear();
    } else {
        text_.append(message.text);
        bytes_ += message.size();
        if (message.payload) {
            payloads_.push_back({text_.size(), message.payload.share()});
            text_.append("\r\n", 2);
        }
    }
    waiting_.store(true, std::memory_order_relaxed);
    return !was_waiting && owner_.inbox_filled(session_);
}

void Inbox::drain(Session& session) {
    const std::lock_guard lock(mutex_);
    waiting_.store(false, std::memory_order_relaxed);
    const std::size_t start = session.out().size();
    session.out().append(text_);
    for (Shared& one : payloads_) {
        session.splices().push_back({start + one.at, std::move(one.buffer)});
    }
    clear();
}

void Inbox::close() {
    const std::lock_guard lock(mutex_);
    closed_.store(true, std::memory_order_relaxed);
    waiting_.store(false, std::memory_order_relaxed);
    clear();
}

}  // namespace millpond::engine
