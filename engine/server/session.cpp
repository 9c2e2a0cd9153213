// SPDX-License-Identifier: Apache-2.0
#include "engine/server/session.h"

#include "engine/commands/transaction.h"
#include "engine/commands/waiters.h"
#include "engine/server/server.h"

namespace millpond::engine {

Session::Session(Server& server, std::uint64_t id) : server_(server), id_(id) {}

Session::~Session() = default;

BlockToken Session::suspend(std::function<std::string(bool)> unblocked, std::int64_t deadline_ms) {
    unblocked_ = std::move(unblocked);
    wait_until_ms.store(deadline_ms, std::memory_order_relaxed);
    state_.store(State::suspended, std::memory_order_relaxed);
    return {id_, ++suspension_};
}

void Session::detach(std::function<void(DetachedConnection)> taker) {
    taker_ = std::move(taker);
    state_.store(State::detaching, std::memory_order_relaxed);
}

const Config::OutputLimit& Session::output_limit() const {
    const Config& config = server_.config();
    return observing.subscribed() ? config.output_pubsub : config.output_normal;
}

bool Session::is_too_much(std::size_t pending_bytes) const {
    constexpr std::size_t kFixedReplyBytes = 16 << 10;  // Redis's PROTO_REPLY_CHUNK_BYTES
    const auto hard = static_cast<std::size_t>(output_limit().hard.load());
    return broken_off || (hard > 0 && pending_bytes > hard + kFixedReplyBytes);
}

Session::Text Session::text() const {
    const std::lock_guard lock(text_mutex_);
    return text_;
}

void Session::edit_text(const std::function<void(Text&)>& edit) {
    const std::lock_guard lock(text_mutex_);
    edit(text_);
}

void Session::end_transaction() {
    transaction.reset();
    in_multi = false;
    queued = 0;
    queued_bytes = 0;
}

std::uint64_t Session::memory_bytes() const {
    return sizeof(Session) + input_capacity.load(std::memory_order_relaxed) +
           output_pending.load(std::memory_order_relaxed) +
           queued_bytes.load(std::memory_order_relaxed) +
           watched_bytes.load(std::memory_order_relaxed) +
           observing.bytes.load(std::memory_order_relaxed);
}

}  // namespace millpond::engine
