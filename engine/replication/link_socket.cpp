// SPDX-License-Identifier: Apache-2.0
#include "engine/replication/link_socket.h"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <spdlog/spdlog.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>

#include "engine/server/clock.h"

namespace millpond::engine {

namespace {

constexpr std::size_t read_bytes = 64 << 10;
constexpr std::size_t line_bytes_max = 4096;

}  // namespace

LinkSocket::LinkSocket(int event_fd, std::function<bool()> interrupted,
                       std::function<void(std::size_t)> received)
    : event_fd_(event_fd), interrupted_(std::move(interrupted)), received_(std::move(received)) {}

LinkSocket::~LinkSocket() {
    close();
}

void LinkSocket::close() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
    buffer_.clear();
    at_ = 0;
}

bool LinkSocket::fail(std::string why) {
    error_ = std::move(why);
    return false;
}

/// True when one of `events` is there.
bool LinkSocket::wait(short events, std::int64_t deadline_ms) {
    for (;;) {
        if (interrupted_()) return fail("interrupted");
        const std::int64_t left = deadline_ms - steady_ms();
        if (left <= 0) return fail("timeout");
        pollfd fds[2] = {{fd_, events, 0}, {event_fd_, POLLIN, 0}};
        const int n = ::poll(fds, 2, static_cast<int>(std::min<std::int64_t>(left, 1000)));
        if (n < 0 && errno != EINTR) return fail(std::strerror(errno));
        if (n <= 0) continue;
        if (fds[1].revents) {
            std::uint64_t count;
            [[maybe_unused]] const ssize_t got = ::read(event_fd_, &count, sizeof count);
        }
        if (fds[0].revents) return true;
    }
}

/// Binds fd_ to the source address. False where that is none of this machine and of the family.
bool LinkSocket::bind_source(int family) {
    const int on = 1;
    ::setsockopt(fd_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    addrinfo hints{};
    hints.ai_family = family;
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    std::string why;
    if (const int e = ::getaddrinfo(source_.c_str(), nullptr, &hints, &found)) {
        why = ::gai_strerror(e);
    } else {
        const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> all(found, ::freeaddrinfo);
        for (const addrinfo* one = found; one; one = one->ai_next) {
            if (::bind(fd_, one->ai_addr, one->ai_addrlen) == 0) return true;
            why = std::strerror(errno);
        }
    }
    spdlog::warn("Connecting without the source address {}: {}", source_, why);
    return false;
}

/// As connect(2) answers, with errno, for a new fd_. From the source address if a way leads from
/// it.
int LinkSocket::begin_connect(const addrinfo& to) {
    for (const bool bound : {true, false}) {
        if (bound && source_.empty()) continue;
        close();
        fd_ = ::socket(to.ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        if (fd_ < 0) return -1;
        if (bound && !bind_source(to.ai_family)) continue;
        const int result = ::connect(fd_, to.ai_addr, to.ai_addrlen);
        if (!bound || result == 0 || errno == EINPROGRESS) return result;
    }
    return -1;
}

bool LinkSocket::connect(const PrimaryAddress& address, std::int64_t timeout_ms) {
    close();
    error_.clear();
    refused_ = false;
    bytes_read_ = 0;
    const std::int64_t deadline = steady_ms() + timeout_ms;
    if (!address.path.empty()) {
        sockaddr_un name{};
        name.sun_family = AF_UNIX;
        if (address.path.size() >= sizeof name.sun_path)
            return fail("the socket's path is too long");
        std::memcpy(name.sun_path, address.path.data(), address.path.size());
        fd_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        if (fd_ < 0) return fail(std::strerror(errno));
        if (::connect(fd_, reinterpret_cast<sockaddr*>(&name), sizeof name) == 0) return true;
        return fail(std::strerror(errno));
    }
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    if (const int e = ::getaddrinfo(address.host.c_str(), std::to_string(address.port).c_str(),
                                    &hints, &found)) {
        return fail(::gai_strerror(e));
    }
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> all(found, ::freeaddrinfo);
    for (const addrinfo* one = found; one; one = one->ai_next) {
        int result = begin_connect(*one);
        if (result != 0 && errno == EINPROGRESS && wait(POLLOUT, deadline)) {
            int problem = 0;
            socklen_t size = sizeof problem;
            ::getsockopt(fd_, SOL_SOCKET, SO_ERROR, &problem, &size);
            result = problem == 0 ? 0 : -1;
            errno = problem;
        } else if (result != 0 && errno == EINPROGRESS) {
            return false;
        }
        if (result == 0) {
            const int on = 1;
            ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
            ::setsockopt(fd_, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
            return true;
        }
        refused_ = errno == ECONNREFUSED;
        fail(std::strerror(errno));
    }
    return false;
}

bool LinkSocket::send(Bytes bytes) {
    const std::int64_t deadline = steady_ms() + timeout_ms_;
    while (!bytes.empty()) {
        const ssize_t n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (n > 0) {
            bytes.remove_prefix(static_cast<std::size_t>(n));
        } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
            if (!wait(POLLOUT, deadline)) return false;
        } else if (errno != EINTR) {
            return fail(std::strerror(errno));
        }
    }
    return true;
}

void LinkSocket::send_now(Bytes bytes) {
    [[maybe_unused]] const ssize_t n =
        ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
}

std::size_t LinkSocket::read(char* to, std::size_t size) {
    if (at_ == buffer_.size()) {
        buffer_.resize(read_bytes);
        at_ = 0;
        const std::int64_t deadline = steady_ms() + timeout_ms_;
        for (;;) {
            std::size_t got = 0;
            const ssize_t n = ::recv(fd_, buffer_.data(), buffer_.size(), 0);
            if (n > 0) {
                got = static_cast<std::size_t>(n);
                bytes_read_ += got;
                received_(got);
                buffer_.resize(got);
                break;
            }
            const bool again = n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR);
            if (!again) fail(n == 0 ? "the primary closed the connection" : std::strerror(errno));
            if (!again || !wait(POLLIN, deadline)) {
                buffer_.clear();
                return 0;
            }
        }
    }
    const std::size_t n = std::min(size, buffer_.size() - at_);
    std::memcpy(to, buffer_.data() + at_, n);
    at_ += n;
    return n;
}

bool LinkSocket::line(std::string& out) {
    out.clear();
    for (;;) {
        char c;
        if (read(&c, 1) == 0) return false;
        if (c != '\n') {
            out.push_back(c);
            if (out.size() > line_bytes_max) return fail("the primary sent an endless line");
            continue;
        }
        if (!out.empty() && out.back() == '\r') out.pop_back();
        if (!out.empty()) return true;
    }
}

LinkSocket::Arrival LinkSocket::poll_read(char* to, std::size_t size, std::size_t& got) {
    if (at_ < buffer_.size()) {
        got = read(to, size);
        return Arrival::data;
    }
    for (;;) {
        const ssize_t n = ::recv(fd_, to, size, 0);
        if (n > 0) {
            got = static_cast<std::size_t>(n);
            bytes_read_ += got;
            received_(got);
            return Arrival::data;
        }
        if (n < 0 && errno == EINTR) continue;
        if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return Arrival::nothing;
        fail(n == 0 ? "the primary closed the connection" : std::strerror(errno));
        return Arrival::ended;
    }
}

void LinkSocket::wait_readable(std::int64_t ms) {
    pollfd fds[2] = {{fd_, POLLIN, 0}, {event_fd_, POLLIN, 0}};
    if (::poll(fds, 2, static_cast<int>(ms)) > 0 && fds[1].revents) {
        std::uint64_t count;
        [[maybe_unused]] const ssize_t got = ::read(event_fd_, &count, sizeof count);
    }
}

}  // namespace millpond::engine
