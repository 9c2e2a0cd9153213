// SPDX-License-Identifier: Apache-2.0
#include "engine/net/socket_owner.h"

#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <filesystem>
#include <fstream>

namespace millpond::engine {

namespace {

bool fill(const sockaddr_storage& address, std::uint16_t& port, std::uint32_t (&out)[4]) {
    std::memset(out, 0, sizeof out);
    if (address.ss_family == AF_INET) {
        const auto& four = reinterpret_cast<const sockaddr_in&>(address);
        port = four.sin_port;
        std::memcpy(out, &four.sin_addr, sizeof four.sin_addr);
        return true;
    }
    if (address.ss_family == AF_INET6) {
        const auto& six = reinterpret_cast<const sockaddr_in6&>(address);
        port = six.sin6_port;
        std::memcpy(out, &six.sin6_addr, sizeof six.sin6_addr);
        return true;
    }
    return false;
}

}  // namespace

std::optional<SocketOwner> find_socket_owner(const sockaddr_storage& from,
                                             const sockaddr_storage& to) {
    struct {
        nlmsghdr header;
        inet_diag_req_v2 request;
    } query{};
    query.header.nlmsg_len = sizeof query;
    query.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
    query.header.nlmsg_flags = NLM_F_REQUEST;
    query.request.sdiag_family = static_cast<std::uint8_t>(from.ss_family);
    query.request.sdiag_protocol = IPPROTO_TCP;
    query.request.idiag_states = ~0u;
    query.request.id.idiag_cookie[0] = query.request.id.idiag_cookie[1] = INET_DIAG_NOCOOKIE;
    if (!fill(from, query.request.id.idiag_sport, query.request.id.idiag_src)) return std::nullopt;
    if (!fill(to, query.request.id.idiag_dport, query.request.id.idiag_dst)) return std::nullopt;

    const int fd = ::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
    if (fd < 0) return std::nullopt;
    std::optional<SocketOwner> owner;
    alignas(nlmsghdr) std::array<char, 4096> answer{};
    if (::send(fd, &query, sizeof query, 0) == static_cast<ssize_t>(sizeof query)) {
        const ssize_t n = ::recv(fd, answer.data(), answer.size(), 0);
        const auto* header = reinterpret_cast<const nlmsghdr*>(answer.data());
        if (n > 0 && NLMSG_OK(header, static_cast<std::uint32_t>(n)) &&
            header->nlmsg_type == SOCK_DIAG_BY_FAMILY) {
            inet_diag_msg message{};
            std::memcpy(&message, NLMSG_DATA(header), sizeof message);
            owner = SocketOwner{message.idiag_uid, message.idiag_inode};
        }
    }
    ::close(fd);
    return owner;
}

std::optional<std::string> find_process(std::uint64_t inode) {
    namespace fs = std::filesystem;
    if (inode == 0) return std::nullopt;
    const std::string wanted = "socket:[" + std::to_string(inode) + "]";
    std::error_code error;
    for (const auto& process :
         fs::directory_iterator("/proc", fs::directory_options::skip_permission_denied, error)) {
        const std::string pid = process.path().filename();
        if (pid.find_first_not_of("0123456789") != std::string::npos) continue;
        std::error_code denied;
        fs::directory_iterator fds(process.path() / "fd", denied);
        for (const fs::directory_iterator end; !denied && fds != end; fds.increment(denied)) {
            std::error_code gone;
            if (fs::read_symlink(fds->path(), gone) != wanted) continue;
            std::ifstream comm(process.path() / "comm");
            std::string name;
            std::getline(comm, name);
            return name + " (" + pid + ")";
        }
    }
    return std::nullopt;
}

}  // namespace millpond::engine
