// SPDX-License-Identifier: Apache-2.0
#include "engine/replication/feed.h"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>

#include "engine/commands/numbers.h"
#include "engine/replication/history.h"

namespace millpond::engine {

namespace {

constexpr std::size_t spool_step_bytes = 128 << 10;
constexpr std::size_t turn_bytes_max = 512 << 10;
constexpr std::size_t input_bytes_max = 64 << 10;

bool read_offset(Bytes text, LogOffset& offset) {
    return std::from_chars(text.data(), text.data() + text.size(), offset).ec == std::errc();
}

}  // namespace

Feed::Feed(int fd, std::string peer, ReplicaAnnouncement announced, SyncRequest request)
    : fd_(fd),
      peer_(std::move(peer)),
      announced_(std::move(announced)),
      request_(std::move(request)) {}

Feed::~Feed() {
    ::close(fd_);
}

std::string Feed::address() const {
    if (!announced_.ip.empty()) return announced_.ip;
    const std::size_t colon = peer_.rfind(':');
    return colon == std::string::npos ? peer_ : peer_.substr(0, colon);
}

void Feed::fail(std::string why) {
    if (error_.empty()) error_ = std::move(why);
}

void Feed::start_online(std::string greeting, std::unique_ptr<LogReader> reader,
                        std::int64_t now_ms) {
    out_ += greeting;
    reader_ = std::move(reader);
    ack_ = reader_->position();
    ack_ms_ = now_ms;
    state_ = State::online;
}

void Feed::start_snapshot(std::shared_ptr<SyncWalk> walk, std::unique_ptr<LogReader> reader,
                          std::int64_t now_ms) {
    walk_ = std::move(walk);
    if (!announced_.rdb_only) reader_ = std::move(reader);
    ack_ms_ = now_ms;
    state_ = State::snapshot;
    if (!request_.psync) return;
    out_ +=
        "+FULLRESYNC " + walk_->cut().replid + " " + std::to_string(walk_->cut().offset) + "\r\n";
}

void Feed::keep_alive() {
    const bool preparing =
        state_ == State::waiting || (state_ == State::snapshot && !preamble_sent_);
    if (preparing && out_.empty()) out_ += "\n";
}

bool Feed::send(std::string_view bytes, std::size_t& sent) {
    sent = 0;
    while (sent < bytes.size()) {
        const ssize_t n =
            ::send(fd_, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n > 0) {
            sent += static_cast<std::size_t>(n);
            bytes_sent_ += static_cast<std::size_t>(n);
            continue;
        }
        if (n < 0 && errno == EINTR) continue;
        if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
            blocked_ = true;
        } else {
            fail(std::string("cannot send: ") + std::strerror(errno));
        }
        return false;
    }
    return true;
}

bool Feed::flush() {
    if (out_.empty()) return true;
    std::size_t sent = 0;
    const bool all = send(std::string_view(out_).substr(out_sent_), sent);
    out_sent_ += sent;
    if (!all) return false;
    out_.clear();
    out_sent_ = 0;
    return true;
}

void Feed::pump_snapshot() {
    Spool& spool = walk_->spool();
    for (std::size_t turn = 0; turn < turn_bytes_max;) {
        if (!flush()) return;
        if (spool.failed()) return fail("full sync given up: " + spool.error());
        const bool finished = spool.finished();
        if (!preamble_sent_) {
            // A replica that does not know the end mark must be told the length first.
            if (!announced_.eof && !finished) return;
            if (announced_.eof) {
                end_mark_ = HistoryIds::random_id();
                out_ += "$EOF:" + end_mark_ + "\r\n";
            } else {
                out_ += "$" + std::to_string(spool.size()) + "\r\n";
            }
            preamble_sent_ = true;
        }
        const std::size_t before = out_.size();
        out_.resize(before + spool_step_bytes);
        const std::size_t n = spool.read(spool_position_, out_.data() + before, spool_step_bytes);
        out_.resize(before + n);
        spool_position_ += n;
        turn += n;
        if (n > 0) continue;
        if (finished && spool_position_ == spool.size()) {
            out_ += end_mark_;
            state_ = announced_.eof ? State::settling : State::online;
            walk_.reset();
            flush();
            return;
        }
        flush();
        return;
    }
}

void Feed::pump_log() {
    for (std::size_t turn = 0; turn < turn_bytes_max;) {
        if (!flush()) return;
        if (reader_->overrun()) return fail("it fell too far behind, or the history changed");
        const Bytes piece = reader_->peek();
        if (piece.empty()) return;
        std::size_t sent = 0;
        const bool all = send(piece, sent);
        reader_->consume(sent);
        turn += sent;
        if (!all) return;
    }
}

void Feed::pump(std::int64_t) {
    if (dead()) return;
    blocked_ = false;
    switch (state_) {
        case State::waiting:
            flush();
            return;
        case State::settling:
            if (reader_ && reader_->overrun())
                return fail("it fell too far behind, or the history changed");
            flush();
            return;
        case State::snapshot:
            pump_snapshot();
            break;
        case State::online:
            break;
    }
    if (state_ != State::online) return;
    if (reader_) {
        pump_log();
    } else {
        flush();
    }
}

bool Feed::receive(std::int64_t now_ms) {
    bool acked = false;
    for (;;) {
        char* to = input_.room(4096);
        const ssize_t n = ::recv(fd_, to, 4096, MSG_DONTWAIT);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) break;
        if (n <= 0) {
            fail(n == 0 ? "connection closed by the replica" : std::strerror(errno));
            break;
        }
        input_.arrived(static_cast<std::size_t>(n));
        PrimaryStream::Step step;
        while ((step = input_.next()) == PrimaryStream::Step::record) {
            const auto& command = input_.commands()[0];
            std::uint64_t offset = 0;
            if (command.size() >= 3 && is_word(command[0], "replconf") &&
                is_word(command[1], "ack") && read_offset(command[2], offset)) {
                ack_ = std::max(ack_, offset);
                if (command.size() >= 5 && is_word(command[3], "fack") &&
                    read_offset(command[4], offset)) {
                    file_ack_ = std::max(file_ack_, offset);
                }
                ack_ms_ = now_ms;
                acked = true;
                if (state_ == State::settling) state_ = State::online;
            }
            input_.pop();
        }
        if (step == PrimaryStream::Step::malformed || input_.pending() > input_bytes_max) {
            fail("it sent what no replica sends");
            break;
        }
    }
    return acked;
}

}  // namespace millpond::engine
