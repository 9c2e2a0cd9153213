// SPDX-License-Identifier: Apache-2.0
#include "admin-api/nodes/listener.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace millpond::admin {

namespace {

constexpr int kBacklog = 65535;
constexpr const char* kListening = "0A";

/// The inode of the socket that listens on the port at this address, or at any, from /proc/net/tcp.
std::string inode_of(const Address& address) {
    in_addr ip{};
    ::inet_pton(AF_INET, address.ip.c_str(), &ip);
    char own[32];
    char any[32];
    std::snprintf(own, sizeof(own), "%08X:%04X", ip.s_addr, address.port);
    std::snprintf(any, sizeof(any), "%08X:%04X", 0u, address.port);
    std::ifstream table("/proc/net/tcp");
    std::string line;
    while (std::getline(table, line)) {
        std::istringstream fields(line);
        std::string number, local, remote, state, queues, timer, retransmits, uid, timeout, inode;
        fields >> number >> local >> remote >> state >> queues >> timer >> retransmits >> uid >>
            timeout >> inode;
        if (state == kListening && (local == own || local == any)) return inode;
    }
    return {};
}

bool holds(const std::filesystem::path& process, const std::string& target) {
    std::error_code denied;  // others' processes do not show their descriptors
    for (const auto& fd : std::filesystem::directory_iterator(process / "fd", denied)) {
        std::error_code gone;
        if (std::filesystem::read_symlink(fd.path(), gone) == target) return true;
    }
    return false;
}

}  // namespace

std::string holder_of(const Address& address) {
    const std::string inode = inode_of(address);
    if (inode.empty()) return {};
    const std::string target = "socket:[" + inode + "]";
    std::error_code failed;
    for (const auto& process : std::filesystem::directory_iterator("/proc", failed)) {
        const std::string pid = process.path().filename();
        if (pid.find_first_not_of("0123456789") != std::string::npos ||
            !holds(process.path(), target))
            continue;
        std::ifstream name(process.path() / "comm");
        std::string command;
        std::getline(name, command);
        return "process " + pid + " (" + command + ")";
    }
    return {};
}

Result<Descriptor> make_listener(const Address& address, bool shared) {
    const auto fail = [&](int error) {
        std::string why = "Cannot listen on " + address.ip + ":" + std::to_string(address.port) +
                          ": " + std::strerror(error);
        if (error == EADDRINUSE) {
            if (const std::string holder = holder_of(address); !holder.empty())
                why += ", held by " + holder;
        }
        return Error{"InvalidParameterValue", why + ".", "", 400};
    };
    sockaddr_in where{};
    where.sin_family = AF_INET;
    where.sin_port = htons(address.port);
    if (::inet_pton(AF_INET, address.ip.c_str(), &where.sin_addr) != 1) return fail(EINVAL);
    Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!socket.valid()) return fail(errno);
    const int on = 1;
    ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    if (shared) ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on));
    if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&where), sizeof(where)) != 0)
        return fail(errno);
    if (::listen(socket.get(), kBacklog) != 0) return fail(errno);
    return socket;
}

}  // namespace millpond::admin
