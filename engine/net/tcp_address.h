// SPDX-License-Identifier: Apache-2.0
//
// What "bind" and "port" of the configuration mean: the addresses that the engine's own TCP
// listeners have. Values and functions for any thread; a name among the addresses is looked up,
// which may take its time.
#pragma once

#include <sys/socket.h>

#include <string>
#include <vector>

namespace millpond::engine {

/// The words of "bind", as redis-server parts them: each blank ends one.
std::vector<std::string> bind_words(const std::string& bind);

struct TcpAddress {
    std::string word;  ///< as configured
    int port = 0;
    /// Else nothing is wrong when this machine has no such address: a leading minus.
    bool required = true;
    sockaddr_storage at{};
    socklen_t size = 0;

    /// The same place, whatever the words for it.
    bool operator==(const TcpAddress& other) const;
    /// One is every address of the other's port, so that both cannot be listened on.
    bool excludes(const TcpAddress& other) const;
};

/// All that are to be listened on: none for port 0. Throws std::runtime_error naming the word that
/// is no address.
std::vector<TcpAddress> tcp_addresses(const std::string& bind, int port);

/// A listening socket, or -1 where there may be none. Throws std::system_error naming the address.
int open_listener(const TcpAddress& address, int backlog);

}  // namespace millpond::engine
