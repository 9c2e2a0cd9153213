// SPDX-License-Identifier: Apache-2.0
#include "engine/net/endpoint_text.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/un.h>

namespace millpond::engine {

std::string address_text(const sockaddr_storage& address) {
    char text[INET6_ADDRSTRLEN] = "";
    if (address.ss_family == AF_INET) {
        ::inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in&>(address).sin_addr, text,
                    sizeof text);
    } else if (address.ss_family == AF_INET6) {
        const auto& six = reinterpret_cast<const sockaddr_in6&>(address).sin6_addr;
        if (IN6_IS_ADDR_V4MAPPED(&six)) {
            ::inet_ntop(AF_INET, six.s6_addr + 12, text, sizeof text);
        } else {
            ::inet_ntop(AF_INET6, &six, text, sizeof text);
        }
    }
    return text;
}

std::string endpoint_text(const sockaddr_storage& address) {
    const std::string ip = address_text(address);
    if (address.ss_family == AF_INET) {
        return ip + ":" +
               std::to_string(ntohs(reinterpret_cast<const sockaddr_in&>(address).sin_port));
    }
    if (address.ss_family == AF_INET6) {
        const auto port =
            std::to_string(ntohs(reinterpret_cast<const sockaddr_in6&>(address).sin6_port));
        return ip.find(':') == std::string::npos ? ip + ":" + port : "[" + ip + "]:" + port;
    }
    const auto& local = reinterpret_cast<const sockaddr_un&>(address);
    return address.ss_family == AF_UNIX ? std::string(local.sun_path) + ":0" : std::string();
}

namespace {

using Asker = int (*)(int, sockaddr*, socklen_t*);

std::string end_of(int fd, Asker ask) {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    if (ask(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) return {};
    return endpoint_text(address);
}

}  // namespace

std::string local_endpoint(int fd) {
    return end_of(fd, [](int s, sockaddr* a, socklen_t* n) { return ::getsockname(s, a, n); });
}

std::string peer_endpoint(int fd) {
    return end_of(fd, [](int s, sockaddr* a, socklen_t* n) { return ::getpeername(s, a, n); });
}

}  // namespace millpond::engine
