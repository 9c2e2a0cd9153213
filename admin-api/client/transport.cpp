// SPDX-License-Identifier: Apache-2.0
#include "admin-api/client/transport.h"

#include <sys/un.h>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/json/parse.hpp>
#include <cctype>

namespace millpond::admin::transport {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using boost::system::error_code;
using Generic = asio::generic::stream_protocol;

constexpr asio::as_tuple_t<asio::use_awaitable_t<Executor>> tuple_awaitable{};

std::string where(const ClientOptions& options) {
    if (!options.socket_path.empty()) return options.socket_path;
    return options.host + ":" + std::to_string(options.port);
}

Error local_error(std::string_view code, std::string message) {
    return Error{std::string(code), std::move(message), "", 0};
}

bool nobody_listens(const error_code& why) {
    return why == asio::error::connection_refused ||
           why == boost::system::errc::no_such_file_or_directory;
}

Error connect_error(const ClientOptions& options, const error_code& why) {
    if (nobody_listens(why))
        return local_error(daemon_not_running, "millpond-admin is not running: nobody answers at " +
                                                   where(options) +
                                                   ". Start it with: millpond-admin");
    if (why == boost::system::errc::permission_denied)
        return local_error(daemon_unreachable,
                           "You may not use " + where(options) + ": it belongs to another user.");
    return broken(options, why);
}

// A generic endpoint can be made from anything, errors included, so it cannot live in a Result.
Result<void> unix_endpoint(const ClientOptions& options, Generic::endpoint& out) {
    if (options.socket_path.size() >= sizeof(sockaddr_un::sun_path))
        return local_error(
            daemon_unreachable,
            "The socket's path is too long for Linux (107 bytes): " + options.socket_path);
    out = Generic::endpoint(asio::local::stream_protocol::endpoint(options.socket_path));
    return boost::outcome_v2::success();
}

Awaitable<Result<void>> tcp_endpoint(const ClientOptions& options, Generic::endpoint& out) {
    asio::ip::basic_resolver<asio::ip::tcp, Executor> resolver(co_await asio::this_coro::executor);
    auto [why, found] = co_await resolver.async_resolve(options.host, std::to_string(options.port),
                                                        tuple_awaitable);
    if (why || found.empty())
        co_return local_error(
            daemon_unreachable,
            "The host name " + options.host + " cannot be resolved: " + why.message() + ".");
    for (const auto& entry : found)
        if (!entry.endpoint().address().is_loopback())
            co_return local_error(daemon_unreachable,
                                  options.host +
                                      " is not this machine, and the token is not sent over plain "
                                      "HTTP to another one. "
                                      "Forward the port instead: ssh -L 4566:127.0.0.1:4566 " +
                                      options.host);
    out = Generic::endpoint(found.begin()->endpoint());
    co_return boost::outcome_v2::success();
}

bool is_success(int status) {
    return status >= 200 && status < 300;
}

Result<Reply> read_reply(http::response<http::string_body>& answer) {
    const int status = answer.result_int();
    if (!is_success(status)) return error_of(status, answer.body());
    Reply reply;
    reply.status = status;
    for (const auto& header : answer) {
        std::string name(header.name_string());
        for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
        reply.headers[name] = std::string(header.value());
    }
    if (answer.body().empty()) return reply;
    error_code bad;
    reply.json = boost::json::parse(answer.body(), bad);
    if (bad)
        return local_error(daemon_bad_answer,
                           "The daemon's answer is not JSON: " + bad.message() + ".");
    return reply;
}

}  // namespace

Error broken(const ClientOptions& options, const error_code& why) {
    if (why == boost::beast::error::timeout)
        return local_error(daemon_timeout,
                           "millpond-admin at " + where(options) + " did not answer in time.");
    if (why == http::error::end_of_stream || why == http::error::partial_message)
        return local_error(daemon_unreachable,
                           "millpond-admin at " + where(options) + " closed the connection.");
    return local_error(daemon_unreachable, "The connection to millpond-admin at " + where(options) +
                                               " broke: " + why.message() + ".");
}

Error error_of(int status, std::string_view body) {
    error_code bad;
    const auto json = boost::json::parse(body, bad);
    const auto* root = bad ? nullptr : json.if_object();
    const auto* error = root ? root->if_contains("error") : nullptr;
    const auto* members = error ? error->if_object() : nullptr;
    if (!members)
        return Error{
            std::string(daemon_bad_answer),
            "The server answered HTTP " + std::to_string(status) + "; is it millpond-admin?", "",
            status};
    const auto text = [&](const char* name) -> std::string {
        const auto* value = members->if_contains(name);
        return value && value->is_string() ? std::string(value->get_string()) : std::string();
    };
    return Error{text("code"), text("message"), text("field"), status};
}

Request make_request(const ClientOptions& options, std::string_view method,
                     std::string_view target) {
    Request request;
    request.version(11);
    request.method_string({method.data(), method.size()});
    request.target({target.data(), target.size()});
    request.set(http::field::host, options.socket_path.empty()
                                       ? options.host + ":" + std::to_string(options.port)
                                       : std::string("localhost"));
    request.set(http::field::user_agent, options.program + "/" MILLPOND_VERSION);
    if (options.socket_path.empty())
        request.set(http::field::authorization, "Bearer " + options.token);
    return request;
}

Awaitable<Result<void>> connect(Stream& stream, const ClientOptions& options) {
    Generic::endpoint endpoint;
    Result<void> found = boost::outcome_v2::success();
    if (options.socket_path.empty()) {
        found = co_await tcp_endpoint(options, endpoint);
    } else {
        found = unix_endpoint(options, endpoint);
    }
    if (!found) co_return found.error();
    stream.expires_after(connect_timeout);
    auto [why] = co_await stream.async_connect(endpoint, tuple_awaitable);
    if (why) co_return connect_error(options, why);
    co_return boost::outcome_v2::success();
}

Awaitable<Result<Reply>> exchange(const ClientOptions& options, const Request& request,
                                  bool& sent) {
    Stream stream(co_await asio::this_coro::executor);
    const auto connected = co_await connect(stream, options);
    if (!connected) co_return connected.error();
    stream.expires_after(answer_timeout);
    sent = true;
    auto [write_error, written] = co_await http::async_write(stream, request, tuple_awaitable);
    // A server that refuses a body early may close its side: its answer can still be read.
    boost::beast::flat_buffer buffer;
    http::response_parser<http::string_body> parser;
    parser.body_limit(answer_bytes_max);
    auto [read_error, got] = co_await http::async_read(stream, buffer, parser, tuple_awaitable);
    if (read_error) co_return broken(options, write_error ? write_error : read_error);
    co_return read_reply(parser.get());
}

}  // namespace millpond::admin::transport
