// SPDX-License-Identifier: Apache-2.0
#include "admin-api/daemon/range_claim.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <fstream>
#include <iterator>

#include "admin-api/control/network.h"

namespace millpond::admin {
namespace {

struct AbstractName {
    sockaddr_un address{};
    socklen_t size = 0;

    explicit AbstractName(const Cidr& range) {
        const auto name = "millpond-node-range-" + range.text();
        address.sun_family = AF_UNIX;
        // An abstract name begins with a zero byte and has no end of its own.
        std::memcpy(address.sun_path + 1, name.data(), name.size());
        size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
    }
    const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&address); }
};

Descriptor try_claim(const Cidr& range) {
    Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const AbstractName name(range);
    if (::bind(socket.get(), name.get(), name.size) != 0 || ::listen(socket.get(), 1) != 0)
        return Descriptor();
    return socket;
}

std::string command_line(pid_t pid) {
    std::ifstream in("/proc/" + std::to_string(pid) + "/cmdline", std::ios::binary);
    std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    std::replace(text.begin(), text.end(), '\0', ' ');
    while (text.ends_with(' ')) text.pop_back();
    return text.substr(0, 300);
}

// A connection is queued without the holder's doing, and already knows who listened.
std::string holder_of(const Cidr& range) {
    const Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    const AbstractName name(range);
    if (::connect(socket.get(), name.get(), name.size) != 0) return "another Millpond";
    ucred peer{};
    socklen_t size = sizeof peer;
    if (::getsockopt(socket.get(), SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0 || peer.pid == 0)
        return "another Millpond";
    const auto command = command_line(peer.pid);
    return "another Millpond (pid " + std::to_string(peer.pid) +
           (command.empty() ? "" : ": " + command) + ")";
}

std::string next_free_range(const Cidr& range) {
    for (std::uint32_t second = (range.base >> 16 & 255) + 1; second < 255; ++second) {
        const Cidr next{(range.base & 0xff000000) | second << 16, 16};
        if (try_claim(next).valid()) return next.text();
    }
    return {};
}

}  // namespace

Result<Descriptor> claim_range(const std::string& text) {
    const auto range = parse_cidr(text);
    const auto loopback = parse_cidr("127.0.0.0/8");
    if (!range || range->bits != 16 || !loopback->contains(range->base))
        return invalid_value("node_range",
                             "--node-range takes a /16 within 127.0.0.0/8, such as "
                             "127.10.0.0/16; not \"" +
                                 text + "\".");
    auto claim = try_claim(*range);
    if (claim.valid()) return claim;
    if (errno != EADDRINUSE)
        return Error{
            "NodeRangeUnusable",
            "The node range " + range->text() + " cannot be claimed: " + std::strerror(errno) + ".",
            "node_range", 500};
    const auto free = next_free_range(*range);
    return Error{
        "NodeRangeInUse",
        "The node range " + range->text() + " is used by " + holder_of(*range) + "." +
            (free.empty() ? "" : " " + free + " is free: start with --node-range " + free + "."),
        "node_range", 500};
}

}  // namespace millpond::admin
