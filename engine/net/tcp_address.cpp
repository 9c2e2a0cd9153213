// SPDX-License-Identifier: Apache-2.0
#include "engine/net/tcp_address.h"

#include <netdb.h>
#include <netinet/in.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <system_error>

namespace millpond::engine {

namespace {

bool is_any(const TcpAddress& address) {
    if (address.at.ss_family == AF_INET) {
        return reinterpret_cast<const sockaddr_in&>(address.at).sin_addr.s_addr == INADDR_ANY;
    }
    return IN6_IS_ADDR_UNSPECIFIED(&reinterpret_cast<const sockaddr_in6&>(address.at).sin6_addr);
}

TcpAddress look_up(const std::string& word, int port) {
    TcpAddress address{.word = word, .port = port, .required = !word.starts_with('-')};
    const std::string name = word.substr(address.required ? 0 : 1);
    addrinfo hints{};
    hints.ai_family = name.find(':') == std::string::npos ? AF_INET : AF_INET6;
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_PASSIVE;
    const bool any = name == "*" || name == "::*";
    addrinfo* found = nullptr;
    if (const int e = ::getaddrinfo(any ? nullptr : name.c_str(), std::to_string(port).c_str(),
                                    &hints, &found)) {
        throw std::runtime_error("bind " + word + ": " + ::gai_strerror(e));
    }
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owned(found, ::freeaddrinfo);
    std::memcpy(&address.at, found->ai_addr, found->ai_addrlen);
    address.size = found->ai_addrlen;
    return address;
}

/// Such an address the machine lacks, or all of its kind.
bool may_be_missing(const TcpAddress& address, int error) {
    switch (error) {
        case EADDRNOTAVAIL:
            return !address.required;
        case ENOPROTOOPT:
        case EPROTONOSUPPORT:
        case ESOCKTNOSUPPORT:
        case EPFNOSUPPORT:
        case EAFNOSUPPORT:
            return true;
        default:
            return false;
    }
}

}  // namespace

std::vector<std::string> bind_words(const std::string& bind) {
    std::vector<std::string> words;
    if (bind.empty()) return words;
    for (std::size_t begin = 0; begin != std::string::npos;) {
        const std::size_t end = bind.find(' ', begin);
        words.push_back(bind.substr(begin, end - begin));
        begin = end == std::string::npos ? end : end + 1;
    }
    return words;
}

bool TcpAddress::operator==(const TcpAddress& other) const {
    return size == other.size && std::memcmp(&at, &other.at, size) == 0;
}

bool TcpAddress::excludes(const TcpAddress& other) const {
    return port == other.port && at.ss_family == other.at.ss_family &&
           (is_any(*this) || is_any(other));
}

std::vector<TcpAddress> tcp_addresses(const std::string& bind, int port) {
    std::vector<TcpAddress> addresses;
    if (port == 0) return addresses;
    for (const std::string& word : bind_words(bind)) addresses.push_back(look_up(word, port));
    return addresses;
}

int open_listener(const TcpAddress& address, int backlog) {
    const int fd = ::socket(address.at.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    const int on = 1;
    if (fd >= 0) ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (fd >= 0 && address.at.ss_family == AF_INET6)
        ::setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
    if (fd >= 0 && ::bind(fd, reinterpret_cast<const sockaddr*>(&address.at), address.size) == 0 &&
        ::listen(fd, backlog) == 0)
        return fd;
    const int error = errno;
    if (fd >= 0) ::close(fd);
    if (may_be_missing(address, error)) return -1;
    throw std::system_error(error, std::generic_category(),
                            "Could not create server TCP listening socket " + address.word + ":" +
                                std::to_string(address.port));
}

}  // namespace millpond::engine
