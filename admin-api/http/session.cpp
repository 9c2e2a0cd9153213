// SPDX-License-Identifier: Apache-2.0
#include "admin-api/http/session.h"

#include <boost/asio/async_result.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <ctime>

namespace millpond::admin::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace bhttp = boost::beast::http;
using Stream = beast::basic_stream<asio::generic::stream_protocol>;
using Parser = bhttp::request_parser<bhttp::string_body>;
using asio::use_awaitable;

auto into(beast::error_code& error) {
    return asio::redirect_error(use_awaitable, error);
}

std::string http_date() {
    const auto now = std::time(nullptr);
    std::tm parts{};
    gmtime_r(&now, &parts);
    char text[64];
    const auto size = std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts);
    return {text, size};
}

template <class Body>
void set_headers(bhttp::response<Body>& out, const Response& response) {
    out.set(bhttp::field::date, http_date());
    out.set(bhttp::field::server, "millpond-admin");
    out.set(bhttp::field::cache_control, "no-store");
    out.set("X-Content-Type-Options", "nosniff");
    if (!response.content_type.empty()) out.set(bhttp::field::content_type, response.content_type);
    for (const auto& [name, value] : response.headers) out.set(name, value);
}

Request plain(Parser& parser, bool over_tcp, const std::string& caller) {
    auto message = parser.release();
    Request request;
    request.method = message.method_string();
    request.target = message.target();
    for (const auto& field : message)
        request.headers.emplace_back(field.name_string(), field.value());
    request.body = std::move(message.body());
    request.over_tcp = over_tcp;
    request.caller = caller;
    return request;
}

Response malformed(const beast::error_code& error) {
    if (error == bhttp::error::header_limit)
        return error_response(431, "HeaderTooLarge",
                              "The header is longer than this server takes.");
    if (error == bhttp::error::body_limit)
        return error_response(413, "RequestTooLarge", "The body is longer than this server takes.");
    return error_response(400, "MalformedRequest",
                          "The request is not HTTP: " + error.message() + ".");
}

// Whether the failure is the client's way of writing, rather than the connection's end.
bool is_malformed(const beast::error_code& error) {
    return error.category() == bhttp::make_error_code(bhttp::error::bad_method).category() &&
           error != bhttp::error::end_of_stream && error != bhttp::error::partial_message;
}

// Awaits the handler, whose answer may come on any thread.
asio::awaitable<Response> answer(Handler& handler, Request request) {
    co_return co_await asio::async_initiate<decltype(use_awaitable), void(Response)>(
        [&handler](auto completion, Request asked) {
            using Completion = decltype(completion);
            const auto shared = std::make_shared<Completion>(std::move(completion));
            handler.handle(std::move(asked), [shared](Response response) {
                asio::post(asio::get_associated_executor(*shared),
                           [shared, response = std::move(response)]() mutable {
                               (*shared)(std::move(response));
                           });
            });
        },
        use_awaitable, std::move(request));
}

class Session {
public:
    Session(asio::generic::stream_protocol::socket socket, SessionContext context, bool over_tcp,
            std::string caller)
        : stream_(std::move(socket)),
          context_(context),
          over_tcp_(over_tcp),
          caller_(std::move(caller)) {}

    asio::awaitable<void> run() {
        while (co_await one_request()) {
        }
        beast::error_code ignored;  // the peer may have gone first
        stream_.socket().shutdown(asio::socket_base::shutdown_both, ignored);
    }

private:
    // True when the connection goes on.
    asio::awaitable<bool> one_request() {
        Parser parser;
        parser.header_limit(context_.limits.header_bytes_max);
        parser.body_limit(context_.limits.body_bytes_max);
        beast::error_code error;
        if (buffer_.size() == 0 && !co_await first_bytes()) co_return false;
        stream_.expires_after(context_.limits.request);
        co_await bhttp::async_read_header(stream_, buffer_, parser, into(error));
        if (!error) co_await expect_continue(parser);
        if (!error) co_await bhttp::async_read(stream_, buffer_, parser, into(error));
        if (error) {
            if (is_malformed(error)) co_await write(malformed(error), false, 11, false);
            co_return false;
        }
        const bool keep_alive = parser.get().keep_alive();
        const auto version = parser.get().version();
        auto request = plain(parser, over_tcp_, caller_);
        const bool head = request.method == "HEAD";
        stream_.expires_never();
        auto response = co_await respond(std::move(request));
        if (response.stream) {
            co_await write_stream(response);
            co_return false;
        }
        co_return co_await write(response, keep_alive, version, head);
    }

    // An idle connection may wait longer than a request may take, so its first bytes are read by
    // themselves.
    asio::awaitable<bool> first_bytes() {
        beast::error_code error;
        stream_.expires_after(context_.limits.idle);
        const auto size = co_await stream_.async_read_some(buffer_.prepare(4096), into(error));
        buffer_.commit(size);
        co_return !error;
    }

    asio::awaitable<void> expect_continue(Parser& parser) {
        if (!beast::iequals(parser.get()[bhttp::field::expect], "100-continue")) co_return;
        bhttp::response<bhttp::empty_body> out{bhttp::status::continue_, parser.get().version()};
        beast::error_code ignored;  // the read that follows meets the same failure
        co_await bhttp::async_write(stream_, out, into(ignored));
    }

    asio::awaitable<Response> respond(Request request) {
        if (!split_target(request))
            co_return error_response(400, "MalformedRequest",
                                     "The query holds a malformed %-escape.");
        if (auto refused = refusal(request, context_.guard)) co_return std::move(*refused);
        co_return co_await answer(context_.handler, std::move(request));
    }

    asio::awaitable<bool> write(const Response& response, bool keep_alive, unsigned version,
                                bool head) {
        bhttp::response<bhttp::string_body> out{static_cast<bhttp::status>(response.status),
                                                version};
        set_headers(out, response);
        out.keep_alive(keep_alive);
        out.body() = response.body;
        out.prepare_payload();
        beast::error_code error;
        stream_.expires_after(context_.limits.write);
        if (head) {
            bhttp::response_serializer<bhttp::string_body> serializer{out};
            co_await bhttp::async_write_header(stream_, serializer, into(error));
        } else {
            co_await bhttp::async_write(stream_, out, into(error));
        }
        co_return !error && keep_alive;
    }

    asio::awaitable<bool> write_text(std::string_view text) {
        beast::error_code error;
        stream_.expires_after(context_.limits.write);
        co_await asio::async_write(stream_, asio::buffer(text), into(error));
        stream_.expires_never();
        co_return !error;
    }

    // The end of the stream is the end of the connection, so it needs neither a length nor chunks.
    asio::awaitable<bool> write_stream_header(const Response& response) {
        bhttp::response<bhttp::empty_body> out{bhttp::status::ok, 11};
        set_headers(out, response);
        out.keep_alive(false);
        bhttp::response_serializer<bhttp::empty_body> serializer{out};
        beast::error_code error;
        stream_.expires_after(context_.limits.write);
        co_await bhttp::async_write_header(stream_, serializer, into(error));
        co_return !error;
    }

    asio::awaitable<void> write_stream(const Response& response) {
        if (!co_await write_stream_header(response)) co_return;
        const auto executor = co_await asio::this_coro::executor;
        const auto timer = std::make_shared<asio::steady_timer>(executor);
        // The queue may outlive this session for a moment: it holds the timer weakly.
        response.stream->on_ready([executor, weak = std::weak_ptr(timer)] {
            asio::post(executor, [weak] {
                if (const auto waiting = weak.lock()) waiting->cancel();
            });
        });
        auto beat_at = std::chrono::steady_clock::now() + context_.limits.heartbeat;
        for (;;) {
            auto text = response.stream->take();
            if (std::chrono::steady_clock::now() >= beat_at) {
                text += response.stream->heartbeat();
                beat_at = std::chrono::steady_clock::now() + context_.limits.heartbeat;
            }
            if (text.empty()) {
                beast::error_code cancelled;  // by a push: there is something to take
                timer->expires_at(beat_at);
                co_await timer->async_wait(into(cancelled));
                continue;
            }
            if (!co_await write_text(text)) co_return;
        }
    }

    Stream stream_;
    beast::flat_buffer buffer_;
    SessionContext context_;
    const bool over_tcp_;
    const std::string caller_;
};

}  // namespace

asio::awaitable<void> run_session(asio::generic::stream_protocol::socket socket,
                                  SessionContext context, bool over_tcp, std::string caller) {
    Session session(std::move(socket), context, over_tcp, std::move(caller));
    co_await session.run();
}

}  // namespace millpond::admin::http
