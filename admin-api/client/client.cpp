// SPDX-License-Identifier: Apache-2.0
#include "admin-api/client/client.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/json/serialize.hpp>
#include <deque>
#include <random>
#include <thread>

#include "admin-api/client/client_impl.h"
#include "admin-api/client/event_stream.h"
#include "admin-api/client/transport.h"

namespace millpond::admin {
namespace {

namespace asio = boost::asio;
using transport::Awaitable;

/// 128 random bits in hexadecimal: what makes a change safe to send twice.
std::string fresh_key() {
    std::random_device random;
    std::string key;
    for (int i = 0; i < 4; ++i) {
        char part[9];
        std::snprintf(part, sizeof part, "%08x", static_cast<unsigned>(random()));
        key += part;
    }
    return key;
}

transport::Request to_wire(const ClientOptions& options, const PendingRequest& pending) {
    auto request = transport::make_request(options, pending.method, pending.target);
    if (pending.method != "GET") request.set("Idempotency-Key", fresh_key());
    if (pending.if_match) request.set("If-Match", "\"" + std::to_string(*pending.if_match) + "\"");
    if (pending.body) {
        request.set("Content-Type", "application/json");
        request.body() = boost::json::serialize(*pending.body);
    }
    request.keep_alive(false);
    request.prepare_payload();
    return request;
}

Awaitable<void> pause(std::chrono::milliseconds time) {
    asio::basic_waitable_timer<std::chrono::steady_clock,
                               asio::wait_traits<std::chrono::steady_clock>, transport::Executor>
        timer(co_await asio::this_coro::executor);
    timer.expires_after(time);
    co_await timer.async_wait(asio::as_tuple(asio::use_awaitable_t<transport::Executor>()));
}

/// A request whose connection broke before the answer came is sent once more: a change carries its
/// idempotency key, so the daemon does it once.
Awaitable<Result<Reply>> carry_out(const ClientOptions& options,
                                   const transport::Request& request) {
    bool sent = false;
    auto reply = co_await transport::exchange(options, request, sent);
    if (reply || !sent || reply.error().code != daemon_unreachable) co_return reply;
    co_await pause(retry_pause);
    co_return co_await transport::exchange(options, request, sent);
}

}  // namespace

class Client::Impl {
public:
    explicit Impl(ClientOptions options)
        : options_(std::move(options)), work_(io_.get_executor()), thread_([this] { io_.run(); }) {}

    ~Impl() { stop(); }

    void stop() {
        io_.stop();
        if (thread_.joinable()) thread_.join();
    }

    void enqueue(PendingRequest pending) {
        asio::post(io_, [this, pending = std::move(pending)]() mutable {
            if (waiting_.size() >= requests_waiting_max) {
                pending.done(Error{std::string(client_too_busy),
                                   "Too many requests wait for the daemon; try again.", "", 0});
                return;
            }
            waiting_.push_back(std::move(pending));
            start_next();
        });
    }

    void follow(std::optional<schema::Revision> after, StreamHandlers handlers) {
        asio::co_spawn(io_, follow_stream(options_, after, std::move(handlers)), asio::detached);
    }

private:
    // On the client's thread only.
    void start_next() {
        if (waiting_.empty() || running_ == requests_running_max) return;
        ++running_;
        asio::co_spawn(io_, run(std::move(waiting_.front())), asio::detached);
        waiting_.pop_front();
    }

    Awaitable<void> run(PendingRequest pending) {
        const auto request = to_wire(options_, pending);
        auto reply = co_await carry_out(options_, request);
        --running_;
        start_next();
        pending.done(std::move(reply));
    }

    const ClientOptions options_;
    std::deque<PendingRequest> waiting_;
    int running_ = 0;
    asio::io_context io_{1};
    asio::executor_work_guard<asio::io_context::executor_type> work_;
    std::thread thread_;  // last: it uses all of the above
};

Client::Client(ClientOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {}
Client::~Client() = default;

void Client::request(std::string method, std::string target, std::optional<boost::json::value> body,
                     Answer<Reply> done, std::optional<schema::Revision> if_match) {
    impl_->enqueue(
        {std::move(method), std::move(target), std::move(body), if_match, std::move(done)});
}

void Client::stream(std::optional<schema::Revision> after, StreamHandlers handlers) {
    impl_->follow(after, std::move(handlers));
}

void Client::stop() {
    impl_->stop();
}

}  // namespace millpond::admin
