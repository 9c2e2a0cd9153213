// SPDX-License-Identifier: Apache-2.0
//
// A connection's two ends as CLIENT LIST and the log show them.
#pragma once

#include <sys/socket.h>

#include <string>
#include <string_view>

namespace millpond::engine {

/// The address alone; that of IPv4 where it is wrapped in IPv6, and empty on a unix socket.
std::string address_text(const sockaddr_storage& address);

/// Of an address as address_text() gives it: it is this machine's own.
inline bool is_loopback(std::string_view address) {
    return address.starts_with("127.") || address == "::1";
}

/// "127.0.0.1:6379", "[::1]:6379", or a socket's path with port 0.
std::string endpoint_text(const sockaddr_storage& address);

/// The ends of a socket that is connected; empty when it is not.
std::string local_endpoint(int fd);
std::string peer_endpoint(int fd);

}  // namespace millpond::engine
