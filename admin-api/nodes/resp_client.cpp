// SPDX-License-Identifier: Apache-2.0
#include "admin-api/nodes/resp_client.h"

#include <fcntl.h>
#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cerrno>
#include <cstring>

#include "resp/command.h"

namespace millpond::admin {

namespace {

constexpr std::size_t kDescriptorsMax = 64;
constexpr std::size_t kReadBytes = 64 * 1024;

/// A path beyond sun_path's length is reached through its folder's descriptor.
int connect_path(int socket, const std::filesystem::path& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    Descriptor folder;
    std::string name = path.string();
    if (name.size() >= sizeof(address.sun_path)) {
        folder = Descriptor(::open(path.parent_path().c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
        if (!folder.valid()) return errno;
        name = "/proc/self/fd/" + std::to_string(folder.get()) + '/' + path.filename().string();
        if (name.size() >= sizeof(address.sun_path)) return ENAMETOOLONG;
    }
    std::memcpy(address.sun_path, name.data(), name.size());
    return ::connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0 ? 0
                                                                                          : errno;
}

}  // namespace

struct RespClient::State : std::enable_shared_from_this<State> {
    explicit State(boost::asio::io_context& context) : socket(context) {}

    struct Chunk {
        std::string bytes;
        Descriptor descriptor;
        std::size_t sent = 0;
    };

    boost::asio::local::stream_protocol::socket socket;
    resp::ReplyParser parser;
    std::deque<OnReply> waiting;
    std::deque<Chunk> output;
    std::vector<Descriptor> received;
    std::function<void(const resp::Value&)> push;
    std::function<void()> closed;
    bool writing = false;
    bool open = false;

    void read_later() {
        socket.async_wait(socket.wait_read,
                          [self = shared_from_this()](boost::system::error_code error) {
                              if (!error && self->open) self->read();
                          });
    }

    void read() {
        for (;;) {
            static thread_local char buffer[kReadBytes];
            alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int) * kDescriptorsMax)];
            iovec piece{buffer, sizeof(buffer)};
            msghdr message{};
            message.msg_iov = &piece;
            message.msg_iovlen = 1;
            message.msg_control = control;
            message.msg_controllen = sizeof(control);
            const ssize_t got =
                ::recvmsg(socket.native_handle(), &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
            if (got < 0 && errno == EINTR) continue;
            if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return read_later();
            if (got <= 0) return lose();
            take_descriptors(message);
            parser.feed({buffer, static_cast<std::size_t>(got)});
            if (!deliver()) return;
        }
    }

    void take_descriptors(msghdr& message) {
        for (cmsghdr* header = CMSG_FIRSTHDR(&message); header;
             header = CMSG_NXTHDR(&message, header)) {
            if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
            const std::size_t count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
            for (std::size_t i = 0; i < count; ++i) {
                int fd = -1;
                std::memcpy(&fd, CMSG_DATA(header) + i * sizeof(int), sizeof(int));
                received.emplace_back(fd);
            }
        }
    }

    /// False when the connection is gone, for whatever a callback did.
    bool deliver() {
        resp::Value value;
        for (;;) {
            switch (parser.next(value)) {
                case resp::ReplyParser::Status::need_more:
                    return open;
                case resp::ReplyParser::Status::malformed:
                    lose();
                    return false;
                case resp::ReplyParser::Status::ready:
                    break;
            }
            if (value.type == resp::ValueType::push) {
                if (const auto handler = push) handler(value);
            } else if (waiting.empty()) {
                lose();
            } else {
                OnReply on_reply = std::move(waiting.front());
                waiting.pop_front();
                if (on_reply) on_reply({std::move(value), std::exchange(received, {})});
            }
            if (!open) return false;
        }
    }

    void write() {
        while (!output.empty()) {
            Chunk& chunk = output.front();
            iovec piece{chunk.bytes.data() + chunk.sent, chunk.bytes.size() - chunk.sent};
            msghdr message{};
            message.msg_iov = &piece;
            message.msg_iovlen = 1;
            alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))];
            if (chunk.sent == 0 && chunk.descriptor.valid()) {
                const int fd = chunk.descriptor.get();
                message.msg_control = control;
                message.msg_controllen = sizeof(control);
                cmsghdr* header = CMSG_FIRSTHDR(&message);
                header->cmsg_level = SOL_SOCKET;
                header->cmsg_type = SCM_RIGHTS;
                header->cmsg_len = CMSG_LEN(sizeof(int));
                std::memcpy(CMSG_DATA(header), &fd, sizeof(int));
            }
            const ssize_t sent =
                ::sendmsg(socket.native_handle(), &message, MSG_DONTWAIT | MSG_NOSIGNAL);
            if (sent < 0 && errno == EINTR) continue;
            if (sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return write_later();
            // A peer that is gone may have left replies to be read first: the reader notices.
            if (sent < 0) return output.clear();
            chunk.sent += static_cast<std::size_t>(sent);
            if (chunk.sent == chunk.bytes.size()) output.pop_front();
        }
    }

    void write_later() {
        if (writing) return;
        writing = true;
        socket.async_wait(socket.wait_write,
                          [self = shared_from_this()](boost::system::error_code error) {
                              self->writing = false;
                              if (!error && self->open) self->write();
                          });
    }

    void close() {
        open = false;
        boost::system::error_code ignored;  // it is closed either way
        socket.close(ignored);
        waiting.clear();
        output.clear();
        received.clear();
    }

    void lose() {
        if (!open) return;
        close();
        if (const auto handler = closed) handler();
    }
};

RespClient::RespClient(boost::asio::io_context& context)
    : state_(std::make_shared<State>(context)) {}

RespClient::~RespClient() {
    state_->push = nullptr;
    state_->closed = nullptr;
    state_->close();
}

int RespClient::connect(const std::filesystem::path& path) {
    Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!socket.valid()) return errno;
    if (const int failure = connect_path(socket.get(), path); failure != 0) return failure;
    boost::system::error_code error;
    state_->socket.assign(boost::asio::local::stream_protocol(), socket.get(), error);
    if (error) return error.value();
    socket.release();
    state_->open = true;
    state_->read_later();
    return 0;
}

bool RespClient::connected() const {
    return state_->open;
}

int RespClient::native_handle() const {
    return state_->socket.native_handle();
}

void RespClient::send(const std::vector<std::string>& args, OnReply on_reply, int fd) {
    if (!state_->open) return;
    State::Chunk chunk;
    resp::encode_command(chunk.bytes, args);
    if (fd >= 0) chunk.descriptor = Descriptor(::fcntl(fd, F_DUPFD_CLOEXEC, 0));
    const bool idle = state_->output.empty();
    state_->output.push_back(std::move(chunk));
    state_->waiting.push_back(std::move(on_reply));
    if (idle) state_->write();
}

void RespClient::on_push(std::function<void(const resp::Value&)> handler) {
    state_->push = std::move(handler);
}

void RespClient::on_closed(std::function<void()> handler) {
    state_->closed = std::move(handler);
}

int RespClient::unread_bytes() const {
    int bytes = 0;
    if (!state_->open || ::ioctl(state_->socket.native_handle(), SIOCOUTQ, &bytes) != 0) return 0;
    return bytes;
}

std::size_t RespClient::outstanding() const {
    return state_->waiting.size();
}

}  // namespace millpond::admin
