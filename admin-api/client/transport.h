// SPDX-License-Identifier: Apache-2.0
//
// One HTTP connection to the daemon, unix or TCP: the coroutines under Client. They run on the
// client's io_context; the stream belongs to the coroutine that opened it.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>
#include <chrono>
#include <string>

#include "admin-api/client/client.h"

namespace millpond::admin::transport {

inline constexpr std::chrono::seconds connect_timeout{3};
/// From the last byte of the request to the last byte of the answer. Requests that reach a node
/// wait as long as the daemon does, and that is bounded there.
inline constexpr std::chrono::seconds answer_timeout{60};
inline constexpr std::size_t answer_bytes_max = 256 << 20;

using Executor = boost::asio::io_context::executor_type;
using Stream = boost::beast::basic_stream<boost::asio::generic::stream_protocol, Executor>;
using Request = boost::beast::http::request<boost::beast::http::string_body>;
template <class T>
using Awaitable = boost::asio::awaitable<T, Executor>;

/// The request line and the headers that every request carries, the token included.
Request make_request(const ClientOptions& options, std::string_view method,
                     std::string_view target);

/// Connects. The token is never carried off this machine in the clear: over TCP the host must
/// resolve to loopback addresses.
Awaitable<Result<void>> connect(Stream& stream, const ClientOptions& options);

/// One request and its answer on a connection of its own. `sent` turns true once the daemon may
/// have seen the request.
Awaitable<Result<Reply>> exchange(const ClientOptions& options, const Request& request, bool& sent);

/// An answer that is not 2xx, as the Error that it carries.
Error error_of(int status, std::string_view body);

/// Words for what went wrong between here and the daemon.
Error broken(const ClientOptions& options, const boost::system::error_code& why);

}  // namespace millpond::admin::transport
