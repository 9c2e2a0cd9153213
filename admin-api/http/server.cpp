// SPDX-License-Identifier: Apache-2.0
#include "admin-api/http/server.h"

#include <fcntl.h>
#include <pwd.h>
#include <spdlog/spdlog.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <thread>
#include <vector>

#include "admin-api/http/session.h"

namespace millpond::admin::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using Local = asio::local::stream_protocol;
using boost::system::error_code;

constexpr auto accept_retry = std::chrono::milliseconds(100);

std::string user_name(uid_t uid) {
    passwd entry{};
    passwd* found = nullptr;
    char buffer[4096];
    if (getpwuid_r(uid, &entry, buffer, sizeof buffer, &found) != 0 || !found) return {};
    return found->pw_name;
}

// "uid 1000 (kim)", as the kernel knows the peer of a unix socket.
std::string peer_of(int descriptor) {
    ucred peer{};
    socklen_t size = sizeof peer;
    if (getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return "unknown";
    const auto name = user_name(peer.uid);
    return "uid " + std::to_string(peer.uid) + (name.empty() ? "" : " (" + name + ")");
}

Error cannot_listen(const std::string& where, const error_code& error) {
    return Error{error == asio::error::address_in_use ? "AddressInUse" : "CannotListen",
                 "Cannot listen on " + where + ": " + error.message() + ".", "listen", 500};
}

// Asio opens its sockets without it, and the daemon starts processes that outlive it: a node that
// inherited a listener would hold the port of a daemon that is gone.
void close_on_exec(int descriptor) {
    ::fcntl(descriptor, F_SETFD, FD_CLOEXEC);
}

// Counts a connection for as long as it lives.
class Seat {
public:
    explicit Seat(std::atomic<int>& taken) : taken_(&taken) { ++taken; }
    Seat(Seat&& other) noexcept : taken_(std::exchange(other.taken_, nullptr)) {}
    Seat& operator=(Seat&&) = delete;
    ~Seat() {
        if (taken_) --*taken_;
    }

private:
    std::atomic<int>* taken_;
};

}  // namespace

class Server::Impl {
public:
    Impl(Handler& handler, GuardOptions guard, Limits limits, int threads)
        : guard_(std::move(guard)),
          limits_(limits),
          context_{handler, guard_, limits_},
          threads_(threads) {}

    Result<void> listen_unix(const std::filesystem::path& path) {
        error_code error;
        std::error_code ignored;  // bind says it better
        std::filesystem::remove(path, ignored);
        local_.emplace(io_);
        local_->open(Local(), error);
        if (!error) close_on_exec(local_->native_handle());
        if (!error) local_->bind(Local::endpoint(path.string()), error);
        if (!error) local_->listen(asio::socket_base::max_listen_connections, error);
        if (error) return cannot_listen(path.string(), error);
        ::chmod(path.c_str(), 0600);
        return boost::outcome_v2::success();
    }

    Result<std::uint16_t> listen_tcp(const std::string& address, std::uint16_t port) {
        error_code error;
        const auto where = address + ":" + std::to_string(port);
        const auto ip = asio::ip::make_address(address, error);
        if (error)
            return Error{"InvalidParameterValue", "\"" + address + "\" is no IP address.", "listen",
                         400};
        const tcp::endpoint endpoint(ip, port);
        tcp_.emplace(io_);
        tcp_->open(endpoint.protocol(), error);
        if (!error) close_on_exec(tcp_->native_handle());
        if (!error) tcp_->set_option(asio::socket_base::reuse_address(true), error);
        if (!error) tcp_->bind(endpoint, error);
        if (!error) tcp_->listen(asio::socket_base::max_listen_connections, error);
        if (error) return cannot_listen(where, error);
        return tcp_->local_endpoint().port();
    }

    void start() {
        if (local_) asio::co_spawn(io_, accept(*local_, false), asio::detached);
        if (tcp_) asio::co_spawn(io_, accept(*tcp_, true), asio::detached);
        for (int i = 0; i < threads_; ++i) pool_.emplace_back([this] { io_.run(); });
    }

    void stop() {
        io_.stop();
        for (auto& thread : pool_) thread.join();
        pool_.clear();
    }

private:
    template <class Acceptor>
    asio::awaitable<void> accept(Acceptor& acceptor, bool over_tcp) {
        for (;;) {
            error_code error;
            auto strand = asio::make_strand(io_);
            auto socket = co_await acceptor.async_accept(
                strand, asio::redirect_error(asio::use_awaitable, error));
            if (error) {
                // Out of descriptors, most likely: others may end soon.
                asio::steady_timer timer(io_, accept_retry);
                co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, error));
                continue;
            }
            close_on_exec(socket.native_handle());
            if (taken_ >= limits_.connections_max) continue;  // closes it
            auto caller = over_tcp ? std::string() : peer_of(socket.native_handle());
            if (over_tcp) set_no_delay(socket);
            asio::co_spawn(strand,
                           serve(std::move(socket), over_tcp, std::move(caller), Seat(taken_)),
                           asio::detached);
        }
    }

    template <class Socket>
    static void set_no_delay(Socket& socket) {
        error_code ignored;  // only slower without it
        socket.set_option(tcp::no_delay(true), ignored);
    }

    asio::awaitable<void> serve(asio::generic::stream_protocol::socket socket, bool over_tcp,
                                std::string caller, Seat) {
        try {
            co_await run_session(std::move(socket), context_, over_tcp, std::move(caller));
        } catch (const std::exception& failure) {
            spdlog::error("A connection ended by an exception: {}", failure.what());
        }
    }

    const GuardOptions guard_;
    const Limits limits_;
    const SessionContext context_;
    const int threads_;
    std::atomic<int> taken_ = 0;
    asio::io_context io_;
    std::optional<Local::acceptor> local_;
    std::optional<tcp::acceptor> tcp_;
    std::vector<std::thread> pool_;
};

Server::Server(Handler& handler, GuardOptions guard, Limits limits, int threads)
    : impl_(std::make_unique<Impl>(handler, std::move(guard), limits, threads)) {}
Server::~Server() {
    stop();
}
Result<void> Server::listen_unix(const std::filesystem::path& path) {
    return impl_->listen_unix(path);
}
Result<std::uint16_t> Server::listen_tcp(const std::string& address, std::uint16_t port) {
    return impl_->listen_tcp(address, port);
}
void Server::start() {
    impl_->start();
}
void Server::stop() {
    impl_->stop();
}

}  // namespace millpond::admin::http
