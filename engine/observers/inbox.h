// SPDX-License-Identifier: Apache-2.0
//
// What others have for a connection: messages, invalidations, MONITOR's lines. Only the
// connection's own thread writes its output, so whoever has something for it puts it here (holding
// the bus lock, which makes the order one for all), and that thread takes it over to the output.
// Shared by the session and those who write to it; it outlives a session that somebody still knows.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

#include "engine/observers/message.h"

namespace millpond::engine {

class Config;
class Session;

/// The thread whose loop empties inboxes. Any thread calls it.
class InboxOwner {
public:
    virtual ~InboxOwner() = default;
    /// There is something for that session; true when wake() is due, which may wait until locks
    /// have been let go.
    virtual bool inbox_filled(std::uint64_t session) = 0;
    virtual void wake() = 0;
};

class Inbox {
public:
    using Protocol = resp::ReplyWriter::Protocol;
    /// Where no output limit is set, this is one.
    static constexpr std::size_t kBytesMax = std::size_t{1} << 30;

    Inbox(std::uint64_t session, InboxOwner& owner) : session_(session), owner_(owner) {}

    std::uint64_t session() const { return session_; }
    InboxOwner& owner() { return owner_; }

    // -- What writers must know of the session; set by its own thread, holding the bus lock where
    // -- it has observers' business
    std::atomic<Protocol> protocol{Protocol::resp2};
    std::atomic<bool> subscribed{false};  ///< to a channel or a pattern
    /// Output that its socket has not taken, as its thread last saw it.
    std::atomic<std::size_t> output_pending{0};

    /// Appends a message, unless the session has ended or its output limit forbids it: then the
    /// session will be closed. True when owner().wake() is due. Requires: the bus lock.
    bool put(const Message& message, const Config& config);

    /// A reply is on its way to the session's thread that comes behind what has been put so far:
    /// what is put from here on waits for it. Any thread.
    void await_reply();

    // -- The session's own thread, or whoever runs its command in the exclusive lane
    bool waiting() const { return waiting_.load(std::memory_order_relaxed); }
    /// Moves what there is to the session's output, but for what waits for a reply.
    void drain(Session& session);
    /// The reply has come, or will not come any more.
    void end_await();
    /// More was put than its output limit allows: it is to be closed.
    bool overflowed() const { return overflowed_.load(std::memory_order_relaxed); }
    /// Nothing is taken any more.
    void close();
    bool closed() const { return closed_.load(std::memory_order_relaxed); }

private:
    struct Shared {
        std::size_t at;
        BufferRef buffer;
    };
    void clear();

    const std::uint64_t session_;
    InboxOwner& owner_;
    std::atomic<bool> waiting_{false}, overflowed_{false}, closed_{false};
    std::mutex mutex_;
    std::string text_;
    std::vector<Shared> payloads_;
    std::size_t payload_bytes_ = 0;
    /// Places between two messages: how many bytes of text were put before, since the beginning.
    std::uint64_t begin_ = 0;             ///< of text_
    std::uint64_t awaited_ = UINT64_MAX;  ///< of the reply that is awaited
};

}  // namespace millpond::engine
