// SPDX-License-Identifier: Apache-2.0
#include "engine/net/connection.h"

#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "engine/server/clock.h"

namespace millpond::engine {

namespace {
constexpr std::size_t kOutputKept = 64 << 10;  ///< capacity that an idle connection may hold on to
constexpr std::size_t kPiecesMax = 64;         ///< of one gathering write
}  // namespace

Connection::Connection(Server& server, std::uint64_t id, Accepted accepted) : Session(server, id) {
    fd.store(accepted.fd, std::memory_order_relaxed);
    via = accepted.via;
    listener_kind = accepted.kind;
    listener = std::move(accepted.listener);
    peer = std::move(accepted.peer);
    local = std::move(accepted.local);
    peer_address = std::move(accepted.peer_address);
    created_ms = steady_ms();
    last_active_ms.store(created_ms, std::memory_order_relaxed);
}

Connection::~Connection() {
    if (const int last = fd.exchange(-1); last >= 0) ::close(last);
}

bool Connection::output_sent() const {
    return sent_ == out().size() && splice_ == splices().size();
}

std::size_t Connection::pending() const {
    std::size_t bytes = out().size() - sent_ - splice_sent_;
    for (std::size_t i = splice_; i < splices().size(); ++i)
        bytes += splices()[i].buffer.bytes().size();
    return bytes;
}

void Connection::reset_output() {
    sent_ = splice_ = splice_sent_ = 0;
    splices().clear();
    if (out().capacity() > kOutputKept) {
        std::string().swap(out());
    } else {
        out().clear();
    }
}

void Connection::advance(std::size_t bytes) {
    while (bytes > 0) {
        const bool before_splice = splice_ < splices().size();
        const std::size_t text_end = before_splice ? splices()[splice_].at : out().size();
        const std::size_t text = std::min(bytes, text_end - sent_);
        sent_ += text;
        bytes -= text;
        if (bytes == 0 || !before_splice) return;
        const std::size_t size = splices()[splice_].buffer.bytes().size();
        const std::size_t part = std::min(bytes, size - splice_sent_);
        splice_sent_ += part;
        bytes -= part;
        if (splice_sent_ == size) {
            ++splice_;
            splice_sent_ = 0;
        }
    }
}

Connection::Sent Connection::send() {
    const int socket = fd.load(std::memory_order_relaxed);
    while (!output_sent()) {
        ssize_t n = 0;
        if (splice_ == splices().size()) {
            n = ::send(socket, out().data() + sent_, out().size() - sent_, MSG_NOSIGNAL);
        } else {
            std::array<iovec, kPiecesMax> pieces;
            std::size_t count = 0;
            std::size_t at = sent_, skip = splice_sent_;
            const auto add = [&](const char* data, std::size_t size) {
                if (size > 0) pieces[count++] = {const_cast<char*>(data), size};
            };
            std::size_t i = splice_;
            for (; i < splices().size() && count + 2 <= kPiecesMax; ++i) {
                add(out().data() + at, splices()[i].at - at);
                const Bytes big = splices()[i].buffer.bytes().substr(skip);
                add(big.data(), big.size());
                at = splices()[i].at;
                skip = 0;
            }
            if (i == splices().size() && count < kPiecesMax)
                add(out().data() + at, out().size() - at);
            msghdr message{};
            message.msg_iov = pieces.data();
            message.msg_iovlen = count;
            n = ::sendmsg(socket, &message, MSG_NOSIGNAL);
        }
        if (n < 0) {
            if (errno == EINTR) continue;
            return errno == EAGAIN ? Sent::blocked : Sent::broken;
        }
        bytes_out.store(bytes_out.load(std::memory_order_relaxed) + static_cast<std::uint64_t>(n),
                        std::memory_order_relaxed);
        advance(static_cast<std::size_t>(n));
    }
    reset_output();
    return Sent::all;
}

DetachedConnection Connection::release() {
    return {fd.exchange(-1), std::string(input.view()), peer, id(), text().user};
}

}  // namespace millpond::engine
