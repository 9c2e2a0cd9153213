// SPDX-License-Identifier: Apache-2.0
//
// An open-loop load: requests leave at fixed moments whatever the server does, and each latency
// counts from the moment at which its request should have left, so a stalled server cannot hide
// its stall by stalling the load. Half GET, half SET of 64 bytes. Prints p50, p99, p99.9 and the
// longest in microseconds. Run: offered_load PORT RATE SECONDS [CONNECTIONS].
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/bench/connect.h"

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kKeys = 10'000;
constexpr std::size_t kValueBytes = 64;
constexpr std::size_t kSetReplyBytes = 5;                    // +OK
constexpr std::size_t kGetReplyBytes = 5 + kValueBytes + 2;  // $64, the value

struct Request {
    Clock::time_point due;
    std::size_t reply_bytes;
};

struct Link {
    int fd = -1;
    std::deque<Request> waiting;
    std::string unsent;
    std::size_t unread = 0;
};

std::string key(std::size_t i) {
    return "load:" + std::to_string(100'000 + i);
}

std::string set_command(std::size_t i) {
    const std::string name = key(i);
    return "*3\r\n$3\r\nSET\r\n$" + std::to_string(name.size()) + "\r\n" + name + "\r\n$" +
           std::to_string(kValueBytes) + "\r\n" + std::string(kValueBytes, 'v') + "\r\n";
}

std::string get_command(std::size_t i) {
    const std::string name = key(i);
    return "*2\r\n$3\r\nGET\r\n$" + std::to_string(name.size()) + "\r\n" + name + "\r\n";
}

void flush(Link& link) {
    while (!link.unsent.empty()) {
        const ssize_t sent =
            ::send(link.fd, link.unsent.data(), link.unsent.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent < 0 && errno == EAGAIN) return;
        if (sent < 0) throw std::runtime_error("the server has closed a connection");
        link.unsent.erase(0, static_cast<std::size_t>(sent));
    }
}

void receive(Link& link, std::vector<double>& latencies_us) {
    char buffer[16384];
    const ssize_t got = ::recv(link.fd, buffer, sizeof(buffer), MSG_DONTWAIT);
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) throw std::runtime_error("the server has closed a connection");
    link.unread += static_cast<std::size_t>(got);
    const auto now = Clock::now();
    while (!link.waiting.empty() && link.unread >= link.waiting.front().reply_bytes) {
        link.unread -= link.waiting.front().reply_bytes;
        latencies_us.push_back(
            std::chrono::duration<double, std::micro>(now - link.waiting.front().due).count());
        link.waiting.pop_front();
    }
}

void fill(int port) {
    const int fd = connect_to(port);
    for (std::size_t i = 0; i < kKeys; ++i) {
        const std::string command = set_command(i);
        char reply[kSetReplyBytes];
        if (::send(fd, command.data(), command.size(), MSG_NOSIGNAL) < 0 ||
            ::recv(fd, reply, sizeof(reply), MSG_WAITALL) != static_cast<ssize_t>(sizeof(reply)))
            throw std::runtime_error("cannot fill");
    }
    ::close(fd);
}

std::vector<double> load(int port, double rate, double seconds, std::size_t connections) {
    std::vector<Link> links(connections);
    const int epoll = ::epoll_create1(0);
    for (std::size_t i = 0; i < links.size(); ++i) {
        links[i].fd = connect_to(port);
        epoll_event event{};
        event.events = EPOLLIN;
        event.data.u64 = i;
        ::epoll_ctl(epoll, EPOLL_CTL_ADD, links[i].fd, &event);
    }
    std::mt19937 random(1);
    std::vector<double> latencies_us;
    const auto requests = static_cast<std::size_t>(rate * seconds);
    latencies_us.reserve(requests);
    const auto start = Clock::now();
    std::size_t sent = 0;
    while (latencies_us.size() < requests) {
        for (; sent < requests; ++sent) {
            const auto due =
                start + std::chrono::duration_cast<Clock::duration>(
                            std::chrono::duration<double>(static_cast<double>(sent) / rate));
            if (due > Clock::now()) break;
            Link& link = links[sent % links.size()];
            const std::size_t i = random() % kKeys;
            const bool get = sent % 2 == 0;
            link.unsent += get ? get_command(i) : set_command(i);
            link.waiting.push_back({due, get ? kGetReplyBytes : kSetReplyBytes});
            flush(link);
        }
        epoll_event events[64];
        const int ready = ::epoll_wait(epoll, events, 64, 0);
        for (int i = 0; i < ready; ++i) receive(links[events[i].data.u64], latencies_us);
        for (Link& link : links) flush(link);
    }
    for (const Link& link : links) ::close(link.fd);
    ::close(epoll);
    return latencies_us;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 4) {
        std::fprintf(stderr, "offered_load PORT RATE SECONDS [CONNECTIONS]\n");
        return 2;
    }
    const int port = std::atoi(argv[1]);
    try {
        fill(port);
        auto latencies = load(port, std::atof(argv[2]), std::atof(argv[3]),
                              static_cast<std::size_t>(argc > 4 ? std::atoi(argv[4]) : 20));
        std::sort(latencies.begin(), latencies.end());
        const auto at = [&](double share) {
            return latencies[static_cast<std::size_t>(share *
                                                      static_cast<double>(latencies.size() - 1))];
        };
        std::printf("%.1f %.1f %.1f %.1f\n", at(0.5), at(0.99), at(0.999), latencies.back());
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
    return 0;
}
