// SPDX-License-Identifier: Apache-2.0
#include "engine/management/socket.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>

namespace millpond::engine {

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
    if (this != &other) {
        reset();
        fd_ = other.release();
    }
    return *this;
}

int Descriptor::release() {
    const int fd = fd_;
    fd_ = -1;
    return fd;
}

void Descriptor::reset() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
}

bool ManagementSocket::receive(std::string& bytes) {
    for (;;) {
        char buffer[16 * 1024];
        alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int) * kDescriptorsMax)];
        iovec piece{buffer, sizeof(buffer)};
        msghdr message{};
        message.msg_iov = &piece;
        message.msg_iovlen = 1;
        message.msg_control = control;
        message.msg_controllen = sizeof(control);
        const ssize_t got = ::recvmsg(fd_.get(), &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
        if (got == 0) return false;
        if (got < 0) {
            if (errno == EINTR) continue;
            return errno == EAGAIN || errno == EWOULDBLOCK;
        }
        for (cmsghdr* header = CMSG_FIRSTHDR(&message); header;
             header = CMSG_NXTHDR(&message, header)) {
            if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
            const std::size_t count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
            for (std::size_t i = 0; i < count; ++i) {
                int fd = -1;
                std::memcpy(&fd, CMSG_DATA(header) + i * sizeof(int), sizeof(int));
                received_.emplace_back(fd);
            }
        }
        if (received_.size() > kDescriptorsMax) return false;
        bytes.append(buffer, static_cast<std::size_t>(got));
    }
}

Descriptor ManagementSocket::take_descriptor() {
    if (received_.empty()) return {};
    Descriptor first = std::move(received_.front());
    received_.pop_front();
    return first;
}

void ManagementSocket::queue(std::string bytes, std::vector<Descriptor> descriptors) {
    output_bytes_ += bytes.size();
    output_.push_back({std::move(bytes), std::move(descriptors), 0});
}

bool ManagementSocket::flush() {
    while (!output_.empty()) {
        Chunk& chunk = output_.front();
        iovec piece{chunk.bytes.data() + chunk.sent, chunk.bytes.size() - chunk.sent};
        msghdr message{};
        message.msg_iov = &piece;
        message.msg_iovlen = 1;
        alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int) * kDescriptorsMax)];
        if (chunk.sent == 0 && !chunk.descriptors.empty()) {
            const std::size_t bytes = sizeof(int) * chunk.descriptors.size();
            message.msg_control = control;
            message.msg_controllen = CMSG_SPACE(bytes);
            cmsghdr* header = CMSG_FIRSTHDR(&message);
            header->cmsg_level = SOL_SOCKET;
            header->cmsg_type = SCM_RIGHTS;
            header->cmsg_len = CMSG_LEN(bytes);
            for (std::size_t i = 0; i < chunk.descriptors.size(); ++i) {
                const int fd = chunk.descriptors[i].get();
                std::memcpy(CMSG_DATA(header) + i * sizeof(int), &fd, sizeof(int));
            }
        }
        const ssize_t sent = ::sendmsg(fd_.get(), &message, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent < 0) {
            if (errno == EINTR) continue;
            if (errno == EAGAIN || errno == EWOULDBLOCK) return output_bytes_ <= kOutputBytesMax;
            return false;
        }
        chunk.sent += static_cast<std::size_t>(sent);
        output_bytes_ -= static_cast<std::size_t>(sent);
        if (chunk.sent == chunk.bytes.size()) output_.pop_front();
    }
    return true;
}

Descriptor listen_unix(const std::filesystem::path& path) {
    const auto fail = [&](const char* what) {
        throw std::system_error(errno, std::generic_category(),
                                std::string(what) + ' ' + path.string());
    };
    Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!socket.valid()) fail("socket");
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    Descriptor folder;
    std::string name = path.string();
    if (name.size() >= sizeof(address.sun_path)) {
        folder = Descriptor(::open(path.parent_path().c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
        if (!folder.valid()) fail("open folder of");
        name = "/proc/self/fd/" + std::to_string(folder.get()) + '/' + path.filename().string();
    }
    if (name.size() >= sizeof(address.sun_path)) {
        errno = ENAMETOOLONG;
        fail("bind");
    }
    std::memcpy(address.sun_path, name.data(), name.size());
    ::unlink(path.c_str());
    ::fchmod(socket.get(), 0600);  // before bind: there is no moment in which others may connect
    if (::bind(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0)
        fail("bind");
    if (::listen(socket.get(), 64) != 0) fail("listen");
    return socket;
}

}  // namespace millpond::engine
