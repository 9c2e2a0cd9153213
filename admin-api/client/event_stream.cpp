// SPDX-License-Identifier: Apache-2.0
#include "admin-api/client/event_stream.h"

#include <algorithm>
#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/json/parse.hpp>
#include <charconv>

#include "admin-api/client/sse.h"

namespace millpond::admin {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using boost::system::error_code;
using transport::Awaitable;
using transport::Stream;
using Parser = http::response_parser<http::buffer_body>;

constexpr asio::as_tuple_t<asio::use_awaitable_t<transport::Executor>> tuple_awaitable{};

std::optional<schema::Revision> parse_revision(std::string_view text) {
    schema::Revision value = 0;
    const auto [end, why] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (why != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
    return value;
}

std::optional<schema::Revision> revision_in(const boost::json::value& data) {
    const auto* object = data.if_object();
    const auto* revision = object ? object->if_contains("revision") : nullptr;
    if (!revision || !revision->is_int64()) return std::nullopt;
    return revision->get_int64();
}

/// One run of the stream, over as many connections as it takes.
class Follower {
public:
    Follower(ClientOptions options, std::optional<schema::Revision> after, StreamHandlers handlers)
        : options_(std::move(options)), after_(after), handlers_(std::move(handlers)) {}

    Awaitable<void> run() {
        asio::basic_waitable_timer<std::chrono::steady_clock,
                                   asio::wait_traits<std::chrono::steady_clock>,
                                   transport::Executor>
            timer(co_await asio::this_coro::executor);
        for (;;) {
            const auto ended = co_await one_connection();
            say(false, ended.message);
            timer.expires_after(pause_);
            co_await timer.async_wait(tuple_awaitable);
            pause_ = std::min(pause_ * 2, reconnect_pause_max);
        }
    }

private:
    /// Ends with the reason why the connection ended.
    Awaitable<Error> one_connection() {
        Stream stream(co_await asio::this_coro::executor);
        const auto connected = co_await transport::connect(stream, options_);
        if (!connected) co_return connected.error();
        auto request = transport::make_request(options_, "GET", target());
        request.set(http::field::accept, "text/event-stream");
        stream.expires_after(stream_silence_max);
        auto [write_error, written] = co_await http::async_write(stream, request, tuple_awaitable);
        if (write_error) co_return transport::broken(options_, write_error);
        boost::beast::flat_buffer buffer;
        Parser parser;
        parser.body_limit(boost::none);
        auto [why, got] = co_await http::async_read_header(stream, buffer, parser, tuple_awaitable);
        if (why) co_return transport::broken(options_, why);
        if (parser.get().result() != http::status::ok)
            co_return co_await refused(stream, buffer, parser);
        co_return co_await read_events(stream, buffer, parser);
    }

    Awaitable<Error> read_events(Stream& stream, boost::beast::flat_buffer& buffer,
                                 Parser& parser) {
        SseParser events;
        std::vector<SseMessage> messages;
        say(true, "");
        while (!parser.is_done()) {
            stream.expires_after(stream_silence_max);
            auto [why, bytes] = co_await read_some(stream, buffer, parser);
            if (why) co_return transport::broken(options_, why);
            messages.clear();
            if (!events.feed({chunk_.data(), bytes}, messages))
                co_return Error{std::string(daemon_bad_answer), "An event is too long.", "", 0};
            for (const auto& message : messages) deliver(message);
        }
        co_return transport::broken(options_, http::error::end_of_stream);
    }

    Awaitable<std::pair<error_code, std::size_t>> read_some(Stream& stream,
                                                            boost::beast::flat_buffer& buffer,
                                                            Parser& parser) {
        auto& body = parser.get().body();
        body.data = chunk_.data();
        body.size = chunk_.size();
        auto [why, got] = co_await http::async_read_some(stream, buffer, parser, tuple_awaitable);
        if (why == http::error::need_buffer) why = {};
        const std::pair<error_code, std::size_t> result(why, chunk_.size() - body.size);
        co_return result;
    }

    Awaitable<Error> refused(Stream& stream, boost::beast::flat_buffer& buffer, Parser& parser) {
        std::string text;
        while (!parser.is_done() && text.size() < chunk_.size()) {
            auto [why, bytes] = co_await read_some(stream, buffer, parser);
            if (why) break;
            text.append(chunk_.data(), bytes);
        }
        co_return transport::error_of(parser.get().result_int(), text);
    }

    std::string target() const {
        return after_ ? "/v1/stream?after=" + std::to_string(*after_) : std::string("/v1/stream");
    }

    void deliver(const SseMessage& message) {
        StreamEvent event{message.event, parse_revision(message.id), nullptr};
        error_code bad;
        if (!message.data.empty()) event.data = boost::json::parse(message.data, bad);
        if (bad) return;  // nothing that can be understood is in it; the next revision covers it
        if (event.type == "hello" || event.type == "reset")
            event.revision = revision_in(event.data);
        if (event.type == "reset") after_.reset();
        if (event.revision) after_ = event.revision;
        pause_ = reconnect_pause_min;
        if (handlers_.on_event) handlers_.on_event(event);
    }

    void say(bool connected, const std::string& reason) {
        if (said_ && *said_ == connected && reason == reason_) return;
        if (!said_ || *said_ != connected) since_ = std::chrono::system_clock::now();
        said_ = connected;
        reason_ = reason;
        if (handlers_.on_state) handlers_.on_state({connected, since_, reason});
    }

    const ClientOptions options_;
    std::optional<schema::Revision> after_;
    const StreamHandlers handlers_;
    std::chrono::milliseconds pause_ = reconnect_pause_min;
    std::array<char, 64 << 10> chunk_;
    std::optional<bool> said_;
    std::string reason_;
    std::chrono::system_clock::time_point since_;
};

}  // namespace

Awaitable<void> follow_stream(ClientOptions options, std::optional<schema::Revision> after,
                              StreamHandlers handlers) {
    const auto follower =
        std::make_unique<Follower>(std::move(options), after, std::move(handlers));
    co_await follower->run();
}

}  // namespace millpond::admin
