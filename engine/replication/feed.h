// SPDX-License-Identifier: Apache-2.0
//
// One attached replica: its socket, how far it is, what it has acknowledged. Made when PSYNC hands
// the connection over; owned and used by the hub's thread alone.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "engine/log/effect_log.h"
#include "engine/replication/primary_stream.h"
#include "engine/replication/sync_walk.h"

namespace millpond::engine {

/// What a replica has told by REPLCONF before PSYNC; hangs on its session until then.
struct ReplicaAnnouncement {
    int listening_port = 0;
    std::string ip;
    std::string node_id;
    bool eof = false;
    bool psync2 = false;
    bool rdb_only = false;
    /// What it wants to have in the snapshot.
    bool wants_keys = true, wants_functions = true;
    bool wants_all() const { return wants_keys && wants_functions; }
};

/// What PSYNC asked for.
struct SyncRequest {
    std::string replid = "?";
    std::int64_t offset = -1;
    bool psync = true;  ///< false: the old SYNC
};

class Feed {
public:
    enum class State : std::uint8_t {
        waiting,   ///< for a walk
        snapshot,  ///< bytes of the walk are going out
        settling,  ///< all sent: the log follows the first ACK, so that the end mark stands out
        online
    };

    Feed(int fd, std::string peer, ReplicaAnnouncement announced, SyncRequest request);
    ~Feed();
    Feed(const Feed&) = delete;
    Feed& operator=(const Feed&) = delete;

    int fd() const { return fd_; }
    State state() const { return state_; }
    /// Is it to be told of the next walk?
    bool waits() const { return state_ == State::waiting && !dead(); }
    const ReplicaAnnouncement& announced() const { return announced_; }
    const SyncRequest& request() const { return request_; }
    const std::string& peer() const { return peer_; }
    std::string address() const;
    LogOffset ack() const { return ack_; }
    /// What of it the replica says to have in its append-only file (FACK, of Redis 7.2).
    LogOffset file_ack() const { return file_ack_; }
    std::int64_t ack_ms() const { return ack_ms_; }
    bool blocked() const { return blocked_; }
    bool dead() const { return !error_.empty(); }
    const std::string& error() const { return error_; }
    void fail(std::string why);
    SyncWalk* walk() const { return walk_.get(); }
    std::uint64_t spool_position() const { return spool_position_; }
    LogOffset log_position() const { return reader_ ? reader_->position() : 0; }
    /// Is there something of the log to send now?
    bool behind(LogOffset end) const {
        return state_ == State::online && !blocked_ && reader_ && log_position() < end;
    }
    /// Does it acknowledge? Neither the oldest replicas do nor those that only want the snapshot.
    bool acknowledges() const { return request_.psync && !announced_.rdb_only; }

    /// Goes on from the log.
    void start_online(std::string greeting, std::unique_ptr<LogReader> reader, std::int64_t now_ms);
    void start_snapshot(std::shared_ptr<SyncWalk> walk, std::unique_ptr<LogReader> reader,
                        std::int64_t now_ms);
    /// An empty line: "still there", for a replica that waits.
    void keep_alive();
    void enqueue(std::string_view bytes) { out_ += bytes; }

    /// Sends what can be sent now, at most a few hundred KiB.
    void pump(std::int64_t now_ms);
    /// Reads what has come; true when an ACK was among it.
    bool receive(std::int64_t now_ms);

    /// Of the connection that it was: its id and user, and since when it is a feed. Set once.
    std::uint64_t session = 0;
    std::string user;
    std::int64_t since_ms = 0;
    /// Bytes sent since it was last asked.
    std::size_t take_sent() { return std::exchange(bytes_sent_, 0); }
    std::size_t pending() const { return out_.size() - out_sent_; }

    /// Since when more than the soft limit has been pending; the hub's to keep. 0: it is not.
    std::int64_t over_soft_since_ms = 0;

private:
    bool flush();
    bool send(std::string_view bytes, std::size_t& sent);
    void pump_snapshot();
    void pump_log();

    const int fd_;
    const std::string peer_;
    const ReplicaAnnouncement announced_;
    const SyncRequest request_;
    State state_ = State::waiting;
    std::string error_;
    std::string out_;
    std::size_t out_sent_ = 0;
    std::size_t bytes_sent_ = 0;
    bool blocked_ = false;
    std::shared_ptr<SyncWalk> walk_;
    std::uint64_t spool_position_ = 0;
    bool preamble_sent_ = false;
    std::string end_mark_;
    std::unique_ptr<LogReader> reader_;
    PrimaryStream input_;
    LogOffset ack_ = 0;
    LogOffset file_ack_ = 0;
    std::int64_t ack_ms_ = 0;
};

}  // namespace millpond::engine
