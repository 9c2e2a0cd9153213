// SPDX-License-Identifier: Apache-2.0
//
// The thread that serves this node's replicas: it sends them snapshots and the log, takes their
// acknowledgements, and answers WAIT. It enters no lane and takes no shard lock, so replicas are
// fed while a script runs. Public functions may be called from any thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "engine/replication/feed.h"
#include "engine/replication/history.h"
#include "engine/server/control.h"
#include "engine/server/session.h"
#include "engine/snapshot/snapshots.h"

namespace millpond::engine {

class Server;

class ReplicaHub {
public:
    using Client = DetachedClients::Client;

    /// What the hub asks of the rest of replication; called on its thread unless said otherwise.
    struct Environment {
        Server& server;
        HistoryIds& history;
        Snapshots& snapshots;
        /// In the exclusive lane: makes the log active if it is not, and says where the stream
        /// stands.
        std::function<SyncWalk::Cut()> take_cut;
        /// May replicas sync from this node now? An error reply if not.
        std::function<std::string()> refusal;
        std::function<void()> replicas_changed;
        /// A replica has acknowledged something.
        std::function<void(std::int64_t now_ms)> acknowledged;
        /// Is the log in this node's own append-only file, on the disk, up to here?
        std::function<bool(LogOffset)> in_own_file;
        /// About every 100 ms while the hub has something to watch, and each second at least.
        std::function<void(std::int64_t now_ms)> tick;
    };
    explicit ReplicaHub(Environment environment);
    /// Starts the thread: what the environment reaches is there by now.
    void start();
    /// Ends it. Requires: nobody else is told of this hub any more.
    void stop();
    ~ReplicaHub();
    ReplicaHub(const ReplicaHub&) = delete;
    ReplicaHub& operator=(const ReplicaHub&) = delete;

    /// Takes the connection of a replica over.
    void attach(DetachedConnection connection, ReplicaAnnouncement announced, SyncRequest request);
    /// Closes the feeds of all replicas: their history has changed.
    void drop_all(const std::string& why);

    /// A session that waits for `replicas` acknowledgements of `offset`, or, with `in_file`
    /// (WAITAOF), of its being in their append-only files. Until `deadline_ms` (steady; 0: for
    /// ever).
    struct Waiter {
        BlockToken token;
        LogOffset offset;
        int replicas;
        std::int64_t deadline_ms;
        bool in_file = false;
        bool local = false;  ///< with in_file: in our own too
    };
    bool reached(const Waiter& waiter) const;
    void add_waiter(Waiter waiter);
    void forget_waiter(BlockToken token);
    /// Ends all waits with this reply.
    void release_waiters(const std::string& reply);
    /// What waits may have come about: looked at on the hub's thread.
    void settle_soon();

    int acknowledged(LogOffset offset, bool in_file) const;
    /// The reply to who has waited.
    std::string counted(LogOffset offset, bool in_file) const;
    struct Replica {
        std::string id, ip;
        int port;
        const char* state;  ///< INFO's word
        LogOffset ack, file_ack;
        std::int64_t lag_ms;  ///< since its last acknowledgement; 0 until it is online
        bool online;
    };
    std::vector<Replica> replicas() const;
    /// As clients of this node, and CLIENT KILL of one.
    std::vector<Client> clients() const;
    void close(std::uint64_t id);
    std::size_t attached() const { return attached_.load(std::memory_order_relaxed); }
    struct Counters {
        std::atomic<std::uint64_t> full{0}, partial_ok{0}, partial_err{0};
    };
    Counters& counters() { return counters_; }

    void post(std::function<void()> work);
    void wake();

private:
    void run();
    void turn(std::int64_t now_ms);
    void run_posted();
    std::int64_t sleep_ms(std::int64_t now) const;
    void poll(std::int64_t timeout_ns);
    void watch(Feed& feed);
    void admit(std::unique_ptr<Feed> feed);
    bool resume_partially(Feed& feed);
    void begin_due_walk();
    void request_walk(const ReplicaAnnouncement& announced);
    void walk_ready(const std::shared_ptr<SyncWalk>& walk);
    bool join(Feed& feed, const std::shared_ptr<SyncWalk>& walk);
    void tend_walk();
    void sweep();
    void check(Feed& feed, std::int64_t now_ms);
    void tick(std::int64_t now_ms);
    void ping(std::int64_t now_ms);
    void publish();
    void settle_waiters(std::int64_t now_ms);
    std::size_t lag_max_bytes() const;

    Environment environment_;
    Counters counters_;
    int epoll_ = -1;
    int event_ = -1;
    std::atomic<bool> stop_{false};
    std::atomic<std::size_t> attached_{0};

    // The hub's thread only.
    std::vector<std::unique_ptr<Feed>> feeds_;
    std::shared_ptr<SyncWalk> walk_;  ///< requested or running
    bool walk_ready_ = false;
    std::int64_t walk_due_ms_ = 0;  ///< a walk waits for more replicas; 0: none does
    std::vector<Waiter> waiters_;
    std::int64_t next_tick_ms_ = 0;
    std::int64_t last_ping_ms_ = 0;
    std::int64_t last_keep_alive_ms_ = 0;
    std::int64_t alone_since_ms_ = 0;

    mutable std::mutex mutex_;
    std::vector<std::function<void()>> posted_;
    struct Published {
        Replica replica;
        std::int64_t ack_ms;
        Client client;
    };
    std::vector<Published> published_;

    std::thread thread_;
};

}  // namespace millpond::engine
