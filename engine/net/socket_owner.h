// SPDX-License-Identifier: Apache-2.0
//
// Who holds the other end of a local TCP connection: asked of the kernel (sock_diag), and of /proc
// for the process. Stateless; takes up to milliseconds, so never on the path of an accept.
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <optional>
#include <string>

namespace millpond::engine {

struct SocketOwner {
    std::uint32_t uid = 0;
    std::uint64_t inode = 0;
};

/// Of the socket whose own address is `from` and whose peer's is `to`; nothing when it is on
/// another machine.
std::optional<SocketOwner> find_socket_owner(const sockaddr_storage& from,
                                             const sockaddr_storage& to);

/// "redis-cli (4711)": a process that has the socket open and that we may look into.
std::optional<std::string> find_process(std::uint64_t inode);

}  // namespace millpond::engine
