// SPDX-License-Identifier: Apache-2.0
//
// A session with its socket. Made, used and destroyed by one I/O thread.
#pragma once

#include <cstdint>

#include "engine/net/input_buffer.h"
#include "engine/server/session.h"
#include "resp/request_parser.h"

namespace millpond::engine {

/// What the acceptor hands to an I/O thread.
struct Accepted {
    int fd = -1;
    Session::Via via = Session::Via::tcp;
    NetworkControl::Kind kind = NetworkControl::Kind::node;
    std::string listener, peer, local, peer_address;
};

class Connection final : public Session {
public:
    Connection(Server& server, std::uint64_t id, Accepted accepted);
    ~Connection() override;

    enum class Sent : std::uint8_t { all, blocked, broken };
    /// Sends what the socket takes of the output.
    Sent send();
    std::size_t pending() const;
    bool has_output() const { return !output_sent(); }

    void set_open() { state_.store(State::open, std::memory_order_relaxed); }
    bool resumes(std::uint64_t serial) const {
        return state() == State::suspended && suspension_ == serial;
    }
    std::uint64_t suspension() const { return suspension_; }
    /// What CLIENT UNBLOCK makes of the suspension; may be empty.
    std::function<std::string(bool)> take_unblocked() { return std::exchange(unblocked_, nullptr); }
    /// Gives the socket away.
    DetachedConnection release();
    std::function<void(DetachedConnection)> take_taker() { return std::exchange(taker_, nullptr); }

    InputBuffer input;
    resp::RequestParser parser;
    std::size_t big_request = 0;       ///< the size of the last command, if it was big
    std::uint32_t events = 0;          ///< what epoll watches
    bool choked = false;               ///< nothing more is run until the output has been sent
    std::int64_t deadline_ms = 0;      ///< under which its thread has noted its suspension
    bool tied = false;                 ///< its command runs, while others are looked after
    bool dead = false;                 ///< destroyed at the end of the loop's turn
    std::int64_t linger_until_ms = 0;  ///< our side is closed; what still comes is read and dropped
    std::int64_t soft_limit_since_ms = 0;

private:
    bool output_sent() const;
    void advance(std::size_t bytes);
    void reset_output();

    std::size_t sent_ = 0;         ///< of out()
    std::size_t splice_ = 0;       ///< the first one that has not been sent whole
    std::size_t splice_sent_ = 0;  ///< of that one
};

}  // namespace millpond::engine
