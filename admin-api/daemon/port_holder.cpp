// SPDX-License-Identifier: Apache-2.0
#include "admin-api/daemon/port_holder.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "admin-api/nodes/descriptor.h"

namespace millpond::admin {
namespace {

constexpr auto holder_remembered = std::chrono::seconds(1);

enum class Bind { free, taken, failed };

Bind try_bind(const std::string& ip, int port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    if (inet_pton(AF_INET, ip.c_str(), &address.sin_addr) != 1) return Bind::failed;
    const Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const int on = 1;
    // As our listeners have it, so that connections in TIME_WAIT are in nobody's way.
    ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0)
        return Bind::free;
    return errno == EADDRINUSE ? Bind::taken : Bind::failed;
}

// The inode of the socket that listens there, from /proc/net/tcp (addresses in hexadecimal, network
// order).
std::string listener_inode(const std::string& ip, int port) {
    in_addr wanted{};
    inet_pton(AF_INET, ip.c_str(), &wanted);
    for (const char* table : {"/proc/net/tcp", "/proc/net/tcp6"}) {
        std::ifstream in(table);
        std::string line;
        std::getline(in, line);
        while (std::getline(in, line)) {
            std::istringstream words(line);
            std::string number, local, remote, state, queues, timer, retransmits, uid, timeout,
                inode;
            words >> number >> local >> remote >> state >> queues >> timer >> retransmits >> uid >>
                timeout >> inode;
            const auto colon = local.find(':');
            if (state != "0A" || colon == std::string::npos) continue;
            if (std::stoi(local.substr(colon + 1), nullptr, 16) != port) continue;
            const auto host = local.substr(0, colon);
            const bool everywhere = host.find_first_not_of('0') == std::string::npos;
            if (everywhere || (host.size() == 8 && std::stoul(host, nullptr, 16) == wanted.s_addr))
                return inode;
        }
    }
    return {};
}

bool has_socket(const std::filesystem::path& process, const std::string& link) {
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(process / "fd", error))
        if (std::filesystem::read_symlink(entry, error).string() == link) return true;
    return false;
}

std::string process_with(const std::string& inode) {
    const auto link = "socket:[" + inode + "]";
    std::error_code error;
    for (const auto& process : std::filesystem::directory_iterator("/proc", error)) {
        const auto pid = process.path().filename().string();
        if (pid.find_first_not_of("0123456789") != std::string::npos) continue;
        if (!has_socket(process.path(), link)) continue;
        std::ifstream in(process.path() / "comm");
        std::string name;
        std::getline(in, name);
        return name + " (pid " + pid + ")";
    }
    return "another process";
}

}  // namespace

std::optional<std::string> port_holder(const std::string& ip, int port) {
    const auto inode = listener_inode(ip, port);
    if (inode.empty()) return std::nullopt;
    return process_with(inode);
}

PortProbe bind_probe() {
    struct Memory {
        std::chrono::steady_clock::time_point until{};
        int port = 0;
        std::string holder;
    };
    return
        [memory = Memory{}](const std::string& ip, int port) mutable -> std::optional<std::string> {
            if (try_bind(ip, port) != Bind::taken) return std::nullopt;
            const auto now = std::chrono::steady_clock::now();
            if (memory.port != port || now > memory.until)
                memory = {now + holder_remembered, port,
                          port_holder(ip, port).value_or("another process")};
            return memory.holder;
        };
}

int next_free_port(const std::string& ip, int port) {
    for (int next = port + 1; next <= 65535; ++next)
        if (try_bind(ip, next) == Bind::free) return next;
    return 0;
}

}  // namespace millpond::admin
