// SPDX-License-Identifier: Apache-2.0
//
// One connection's conversation, from its first request to its end. Runs on the strand that its
// socket was made for.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <string>

#include "admin-api/http/guard.h"
#include "admin-api/http/server.h"

namespace millpond::admin::http {

struct SessionContext {
    Handler& handler;
    const GuardOptions& guard;
    const Limits& limits;
};

boost::asio::awaitable<void> run_session(boost::asio::generic::stream_protocol::socket socket,
                                         SessionContext context, bool over_tcp, std::string caller);

}  // namespace millpond::admin::http
