// SPDX-License-Identifier: Apache-2.0
//
// The least that a server can spend on a request: it takes what has come, counts the requests in it
// and answers each with a null, by the same three system calls as the engine, and does nothing
// else. What a server spends beyond this is its own doing. Run: transport_floor --port PORT
// [ignored...].
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

constexpr std::string_view kNull = "$-1\r\n";

int listen_on(int port) {
    const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
    const int yes = 1;
    ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
        ::listen(fd, 511) != 0) {
        std::perror("transport_floor");
        std::exit(1);
    }
    return fd;
}

void watch(int epoll, int fd) {
    epoll_event event{};
    event.events = EPOLLIN | EPOLLRDHUP;
    event.data.fd = fd;
    ::epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
}

/// Every request of the benchmarks begins with the one '*' in it; a PING is a line.
std::size_t requests_in(std::string_view bytes) {
    const auto arrays = std::count(bytes.begin(), bytes.end(), '*');
    return static_cast<std::size_t>(arrays);
}

void answer(int fd) {
    static std::array<char, 64 << 10> buffer;
    static std::string out;
    const ssize_t n = ::recv(fd, buffer.data(), buffer.size(), 0);
    if (n <= 0) {
        ::close(fd);
        return;
    }
    const std::string_view bytes(buffer.data(), static_cast<std::size_t>(n));
    out.clear();
    if (bytes == "PING\r\n") out = "+PONG\r\n";  // it is asked whether it is there
    for (std::size_t left = requests_in(bytes); left > 0; --left) out += kNull;
    static_cast<void>(!::send(fd, out.data(), out.size(), MSG_NOSIGNAL));
}

}  // namespace

int main(int count, char** words) {
    if (count < 3 || std::string_view(words[1]) != "--port") {
        std::fputs("usage: transport_floor --port PORT\n", stderr);
        return 2;
    }
    const int listener = listen_on(std::atoi(words[2]));
    const int epoll = ::epoll_create1(0);
    watch(epoll, listener);
    for (;;) {
        std::array<epoll_event, 128> events;
        const int n = ::epoll_wait(epoll, events.data(), static_cast<int>(events.size()), -1);
        for (int i = 0; i < n; ++i) {
            const int fd = events[static_cast<std::size_t>(i)].data.fd;
            if (fd != listener) {
                answer(fd);
                continue;
            }
            const int client = ::accept(listener, nullptr, nullptr);
            const int yes = 1;
            ::setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
            ::setsockopt(client, IPPROTO_TCP, TCP_CONGESTION, "reno", 4);  // as the engine does
            watch(epoll, client);
        }
    }
}
