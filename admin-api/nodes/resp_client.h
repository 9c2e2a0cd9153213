// SPDX-License-Identifier: Apache-2.0
//
// A RESP connection over a unix socket: commands out, replies in order, pushes aside, descriptors
// both ways. Used on one io_context's thread. Destroying it closes the connection; callbacks never
// run after that.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "admin-api/nodes/descriptor.h"
#include "resp/reply_parser.h"

namespace millpond::admin {

class RespClient {
public:
    struct Reply {
        resp::Value value;
        std::vector<Descriptor> descriptors;  ///< that came with it
    };
    using OnReply = std::function<void(Reply)>;

    explicit RespClient(boost::asio::io_context& context);
    ~RespClient();
    RespClient(const RespClient&) = delete;
    RespClient& operator=(const RespClient&) = delete;

    /// 0, or errno: ENOENT and ECONNREFUSED say that nobody listens, EAGAIN that the backlog is
    /// full. Never waits.
    int connect(const std::filesystem::path& path);
    bool connected() const;
    int native_handle() const;

    /// `fd` is duplicated and travels with the command; -1: none. Replies are lost with the
    /// connection.
    void send(const std::vector<std::string>& args, OnReply on_reply, int fd = -1);
    void on_push(std::function<void(const resp::Value&)> handler);
    void on_closed(std::function<void()> handler);
    /// Bytes sent that the peer has not read.
    int unread_bytes() const;
    std::size_t outstanding() const;

private:
    struct State;
    std::shared_ptr<State> state_;  ///< shared with its own pending handlers
};

}  // namespace millpond::admin
