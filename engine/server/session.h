// SPDX-License-Identifier: Apache-2.0
//
// One client of the server: what commands know of a connection. The connection's I/O thread owns it
// and alone writes its output; fields that others read (CLIENT LIST, KILL, rules) are atomics or
// lie behind `text`'s mutex. The socket itself is net's (Connection derives from this). The applier
// and the loader run their commands on a Session of their own, without a socket.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "engine/keyspace/buffer.h"
#include "engine/log/effect_log.h"
#include "engine/observers/inbox.h"
#include "engine/observers/observation.h"
#include "engine/server/config.h"
#include "engine/server/control.h"
#include "resp/reply_writer.h"

namespace millpond::engine {

namespace acl {
class Account;
}

class Server;
class Waiter;
struct Transaction;
struct CommandSpec;

/// Names a suspended session, wherever it has got to meanwhile.
struct BlockToken {
    std::uint64_t session = 0;
    std::uint64_t serial = 0;  ///< of the suspension: a late resume of an earlier one does nothing
};

/// What becomes of a session whose suspension has ended.
enum class Resumed : std::uint8_t { goes_on, closes };

/// A connection that has left the server's I/O thread for another owner (a replica's feed).
struct DetachedConnection {
    int fd = -1;         ///< the taker's to close; non-blocking
    std::string unread;  ///< bytes that had been read behind the last command
    std::string peer;    ///< "127.0.0.1:5000" or the unix socket's path
    std::uint64_t session = 0;
    std::string user;  ///< whose rights it had
};

class Session {
public:
    using Protocol = resp::ReplyWriter::Protocol;
    enum class ReplyMode : std::uint8_t { on, off, skip_next, skip };
    enum class State : std::uint8_t {
        open,
        suspended,  ///< blocked by its last command: nothing more is run until it is resumed
        parked,     ///< the next command waits for a pause to end
        closing,    ///< closed once the output is flushed; nothing more is run
        detaching   ///< handed over once the output is flushed
    };
    enum class Via : std::uint8_t { none, tcp, unix_socket, handed_over };

    Session(Server& server, std::uint64_t id);
    virtual ~Session();
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    Server& server() const { return server_; }
    std::uint64_t id() const { return id_; }

    int db() const { return db_.load(std::memory_order_relaxed); }
    void select(int db) { db_.store(db, std::memory_order_relaxed); }
    Protocol protocol() const { return protocol_.load(std::memory_order_relaxed); }
    void set_protocol(Protocol p) {
        protocol_.store(p, std::memory_order_relaxed);
        if (inbox) inbox->protocol.store(p, std::memory_order_relaxed);
    }
    bool authenticated() const { return authenticated_.load(std::memory_order_relaxed); }
    void set_authenticated(bool yes) { authenticated_.store(yes, std::memory_order_relaxed); }

    /// What the arguments of the running command lie in, if that is this session's alone: a big
    /// value stays there. The owner's thread only.
    SharedBuffer* request = nullptr;

    // -- Replies: the owner's thread only --------------------------------------------------------
    std::string& out() { return out_; }
    const std::string& out() const { return out_; }
    /// A big string in the midst of the output: it is sent after the first `at` bytes of out().
    struct Splice {
        std::size_t at;
        BufferRef buffer;
    };
    /// The limits of its class: subscribers', or everybody's.
    const Config::OutputLimit& output_limit() const;
    /// Is so much output over the hard limit? Then nobody is sent even a part of it, as in Redis,
    /// where what fits the fixed buffer does not count.
    bool is_too_much(std::size_t pending_bytes) const;
    /// Its reply has been broken off, since it was too much: it is never sent.
    bool broken_off = false;
    std::vector<Splice>& splices() { return splices_; }
    const std::vector<Splice>& splices() const { return splices_; }

    State state() const { return state_.load(std::memory_order_relaxed); }
    void close_after_reply() { state_.store(State::closing, std::memory_order_relaxed); }

    /// Blocks this session after the running command (which writes no reply). `unblocked` is called
    /// on the session's own thread when CLIENT UNBLOCK ends the wait, and returns the reply to
    /// write; it is dropped uncalled on resume, kill and disconnect.
    /// So it is, with_error false, at `deadline_ms` (steady clock; 0: never).
    BlockToken suspend(std::function<std::string(bool with_error)> unblocked,
                       std::int64_t deadline_ms = 0);
    // The other half is Server::resume(token, reply), from any thread.

    /// After the running command's reply has been flushed, the socket belongs to `taker`, which is
    /// called on the session's own thread; the session ends without closing it.
    void detach(std::function<void(DetachedConnection)> taker);

    /// The log's end after the session's last write: what WAIT waits for.
    LogOffset last_write_offset() const { return last_write_; }
    void set_last_write_offset(LogOffset offset) { last_write_ = offset; }

    /// Whose rights the session has; null: it may do everything (the applier, the loader). Set by
    /// its own thread in a lane, or in the exclusive lane; read likewise.
    std::shared_ptr<acl::Account> account;
    /// What others have for this client, and what it has asked to be told of. No inbox where there
    /// is no socket.
    std::shared_ptr<Inbox> inbox;
    Observation observing;
    /// A script's hidden session: its commands answer to the script.
    bool scripted = false;

    /// What replication hangs on a connection between REPLCONF and PSYNC.
    std::shared_ptr<void> replication;

    // -- Connection state of the command families
    // --------------------------------------------------
    std::unique_ptr<Transaction> transaction;  ///< MULTI's queue and WATCH's keys; null: neither
    ReplyMode reply_mode = ReplyMode::on;
    std::atomic<bool> no_evict{false};
    std::atomic<bool> no_touch{false};
    std::shared_ptr<Waiter> waiter;  ///< while it waits for keys; shared with the registry
    /// When a suspension ends by itself, steady clock; 0: never, or there is none.
    std::atomic<std::int64_t> wait_until_ms{0};
    std::atomic<bool> in_multi{false};            ///< for CLIENT LIST
    std::atomic<std::uint32_t> watched{0};        ///< number of watched keys, for CLIENT LIST
    std::atomic<std::uint32_t> queued{0};         ///< number of queued commands, for CLIENT LIST
    std::atomic<std::uint64_t> queued_bytes{0};   ///< what these take, ...
    std::atomic<std::uint64_t> watched_bytes{0};  ///< ... and the watched keys, roughly
    /// Forgets what is queued. Its watched keys are forgotten already.
    void end_transaction();
    /// What the client takes of the server's memory, roughly: for CLIENT LIST and
    /// maxmemory-clients.
    std::uint64_t memory_bytes() const;
    std::atomic<bool> evicted{false};  ///< about to be closed, its memory counts no more
    /// Set in the exclusive lane, and by the eviction of clients; tested after entering a lane.
    std::atomic<bool> killed{false};
    std::atomic<const CommandSpec*> last_command{nullptr};
    std::atomic<std::int64_t> last_active_ms{0};  ///< steady clock
    std::atomic<std::uint64_t> commands_run{0};
    std::atomic<std::uint64_t> bytes_in{0};
    std::atomic<std::uint64_t> bytes_out{0};
    std::atomic<std::uint32_t> input_pending{0};
    std::atomic<std::uint64_t> input_capacity{0};  ///< of the buffer that this lies in
    std::atomic<std::uint64_t> output_pending{0};

    // -- Constant once the session has been opened
    // ----------------------------------------------------
    Via via = Via::none;
    NetworkControl::Kind listener_kind = NetworkControl::Kind::node;
    std::string listener;         ///< name of the handed-over listener, empty otherwise
    std::string peer;             ///< CLIENT LIST's addr
    std::string local;            ///< CLIENT LIST's laddr
    std::string peer_address;     ///< the address alone
    std::int64_t created_ms = 0;  ///< steady clock

    /// The socket, for CLIENT LIST; -1 once it has been given away.
    std::atomic<int> fd{-1};

    /// What CLIENT LIST shows and the client chooses.
    struct Text {
        std::string name, lib_name, lib_version, user = "default";
    };
    Text text() const;
    void edit_text(const std::function<void(Text&)>& edit);

protected:
    Server& server_;
    const std::uint64_t id_;
    std::atomic<State> state_{State::open};
    std::uint64_t suspension_ = 0;
    std::function<std::string(bool)> unblocked_;
    std::function<void(DetachedConnection)> taker_;

private:
    friend class Executor;
    std::string out_;
    std::vector<Splice> splices_;
    LogOffset last_write_ = 0;
    std::atomic<int> db_{0};
    std::atomic<Protocol> protocol_{Protocol::resp2};
    std::atomic<bool> authenticated_{true};
    mutable std::mutex text_mutex_;
    Text text_;
};

}  // namespace millpond::engine
