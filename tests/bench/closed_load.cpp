// SPDX-License-Identifier: Apache-2.0
//
// A closed-loop load that costs as little as it can: each connection sends one batch of a command,
// waits for its replies, and sends the next. A batch is written once and only the digits in it
// change, and replies are only counted, so one core of this keeps one core of a server busy, which
// redis-benchmark does not: a server that waits for its load spends time on falling asleep and
// waking up. An error reply ends it. Run: closed_load PORT REQUESTS DEPTH CONNECTIONS KEYS WORD...;
// __rand_int__ in a word stands for twelve random digits below KEYS, as redis-benchmark has it.
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/bench/connect.h"

namespace {

constexpr std::string_view kRandom = "__rand_int__";

/// Counts the replies in a stream, wherever its pieces end.
class ReplyCounter {
public:
    /// Returns how many replies ended in these bytes.
    std::size_t take(std::string_view bytes) {
        std::size_t ended = 0;
        while (!bytes.empty()) {
            if (skip_ > 0) {
                const std::size_t part = std::min(skip_, bytes.size());
                skip_ -= part;
                bytes.remove_prefix(part);
                if (skip_ > 0) break;
                ended += end_element();
                continue;
            }
            const std::size_t line_end = bytes.find('\n');
            if (line_.empty() && line_end != std::string_view::npos) {
                ended += take_line(bytes.substr(0, line_end));
            } else {
                line_.append(bytes.substr(0, line_end));
                if (line_end == std::string_view::npos) break;
                const std::string line = std::exchange(line_, {});
                ended += take_line(line);
            }
            bytes.remove_prefix(line_end + 1);
        }
        return ended;
    }

private:
    std::size_t take_line(std::string_view line) {
        const char type = line.front();
        if (type == '-') throw std::runtime_error(std::string(line));
        if (type != '$' && type != '*') return end_element();
        long size = 0;
        std::from_chars(line.data() + 1, line.data() + line.size(), size);
        if (size < 0 || (type == '*' && size == 0)) return end_element();
        if (type == '$') {
            skip_ = static_cast<std::size_t>(size) + 2;
            return 0;
        }
        // An array within another is one of that one's elements, and brings its own.
        elements_ += static_cast<std::size_t>(size) - (elements_ > 0 ? 1 : 0);
        return 0;
    }

    std::size_t end_element() {
        if (elements_ == 0) return 1;
        return --elements_ == 0 ? 1 : 0;
    }

    std::string line_;  ///< begun in an earlier piece
    std::size_t skip_ = 0;
    std::size_t elements_ = 0;  ///< of arrays, still to come
};

/// The bytes of one batch, and where in them random digits stand.
struct Batch {
    Batch(const std::vector<std::string>& words, std::size_t depth) {
        std::string command = "*" + std::to_string(words.size()) + "\r\n";
        for (const std::string& word : words)
            command += "$" + std::to_string(word.size()) + "\r\n" + word + "\r\n";
        for (std::size_t i = 0; i < depth; ++i) bytes += command;
        for (auto at = bytes.find(kRandom); at != std::string::npos; at = bytes.find(kRandom, at))
            digits.push_back(at += kRandom.size());
    }

    std::string bytes;
    std::vector<std::size_t> digits;  ///< the end of each
};

struct Link {
    int fd = -1;
    std::size_t waiting = 0;
    ReplyCounter replies;
};

class Load {
public:
    Load(std::size_t requests, std::size_t depth, std::size_t keys, Batch batch)
        : requests_(requests), depth_(depth), keys_(keys), batch_(std::move(batch)) {}

    void run(int port, std::size_t connections) {
        std::vector<Link> links(connections);
        const int epoll = ::epoll_create1(0);
        for (Link& link : links) {
            link.fd = connect_to(port);
            epoll_event event{};
            event.events = EPOLLIN;
            event.data.ptr = &link;
            ::epoll_ctl(epoll, EPOLL_CTL_ADD, link.fd, &event);
        }
        for (Link& link : links) send_batch(link);
        while (answered_ < sent_) {
            std::array<epoll_event, 128> events;
            const int n = ::epoll_wait(epoll, events.data(), static_cast<int>(events.size()), -1);
            for (int i = 0; i < n; ++i)
                receive(*static_cast<Link*>(events[static_cast<std::size_t>(i)].data.ptr));
        }
        for (const Link& link : links) ::close(link.fd);
        ::close(epoll);
    }

private:
    void send_batch(Link& link) {
        if (sent_ >= requests_) return;
        for (const std::size_t end : batch_.digits) draw_digits(batch_.bytes.data() + end);
        if (::send(link.fd, batch_.bytes.data(), batch_.bytes.size(), MSG_NOSIGNAL) !=
            static_cast<ssize_t>(batch_.bytes.size()))
            throw std::runtime_error("a batch does not leave whole");
        link.waiting = depth_;
        sent_ += depth_;
    }

    void draw_digits(char* end) {
        std::size_t number = random_() % keys_;
        for (char* at = end - kRandom.size(); at < end; ++at) *at = '0';
        for (; number > 0; number /= 10) *--end = static_cast<char>('0' + number % 10);
    }

    void receive(Link& link) {
        const ssize_t got = ::recv(link.fd, buffer_.data(), buffer_.size(), 0);
        if (got <= 0) throw std::runtime_error("the server has closed a connection");
        const std::size_t ended =
            link.replies.take({buffer_.data(), static_cast<std::size_t>(got)});
        if (ended > link.waiting) throw std::runtime_error("more replies than requests");
        answered_ += ended;
        link.waiting -= ended;
        if (link.waiting == 0) send_batch(link);
    }

    std::size_t requests_, depth_, keys_;
    Batch batch_;
    std::size_t sent_ = 0, answered_ = 0;
    std::minstd_rand random_{std::random_device{}()};
    std::array<char, 256 << 10> buffer_{};
};

}  // namespace

int main(int argc, char** argv) {
    if (argc < 7) {
        std::fprintf(stderr, "closed_load PORT REQUESTS DEPTH CONNECTIONS KEYS WORD...\n");
        return 2;
    }
    const auto number = [&](int i) {
        return static_cast<std::size_t>(std::strtoull(argv[i], nullptr, 10));
    };
    try {
        const std::size_t depth = number(3);
        Load load(number(2), depth, number(5), Batch({argv + 6, argv + argc}, depth));
        load.run(std::atoi(argv[1]), number(4));
    } catch (const std::exception& error) {
        std::fprintf(stderr, "closed_load: %s\n", error.what());
        return 1;
    }
    return 0;
}
