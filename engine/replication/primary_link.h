// SPDX-License-Identifier: Apache-2.0
//
// The replica's side: a thread that follows a primary. It connects, shakes hands, takes a full sync
// when it must, and from then on applies the primary's records one by one, each under all its
// locks, its bytes copied unchanged to this node's own log. Half a transaction at the end of a link
// never counts.
//
// A full sync replaces the data: what this node holds is kept until the new data has arrived whole
// (in memory, beyond 16 MiB in an unlinked file) unless it holds nothing, when it is loaded as it
// arrives.
//
// follow() and the observers may be called from any thread and lane; halt() and drain() wait for
// the link's thread and so are for threads outside the lanes.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "engine/log/effect_log.h"
#include "engine/replication/history.h"
#include "engine/replication/link_socket.h"
#include "engine/replication/primary_stream.h"
#include "engine/server/control.h"

namespace millpond::engine {

struct CommandSpec;
class Executor;
class Server;

class PrimaryLink {
public:
    enum class State : std::uint8_t { none, connecting, handshake, syncing, up, down };

    struct Environment {
        Server& server;
        HistoryIds& history;
        /// The data is about to be replaced, or its history got another name: this node's own
        /// replicas must ask anew.
        std::function<void(const char* why)> history_changed;
        /// The same, and the new data is there: both in the exclusive lane.
        std::function<void()> data_goes, data_came;
        std::function<void()> state_changed;
        /// The primary-to-be did not take over.
        std::function<void()> failover_refused;
    };
    explicit PrimaryLink(Environment environment);
    ~PrimaryLink();
    PrimaryLink(const PrimaryLink&) = delete;
    PrimaryLink& operator=(const PrimaryLink&) = delete;

    /// Follows this primary from now on. `failover`: the first PSYNC asks it to take over.
    void follow(PrimaryAddress address, bool failover = false);
    /// Closes the link; on return nothing is applied any more, and nobody is followed.
    void halt();
    /// The same, after applying all whole records that have been delivered.
    void drain();

    State state() const { return state_.load(); }
    /// What INFO and NODE.STATUS tell.
    struct Status {
        State state;
        std::optional<PrimaryAddress> primary;
        std::int64_t last_io_ms;         ///< steady; 0 never
        std::int64_t down_since_ms;      ///< steady; 0 when it is up
        std::uint64_t sync_bytes_total;  ///< 0 when unknown
        std::uint64_t sync_bytes_read;
        std::string error;
    };
    Status status() const;
    /// The primary as a client of this node, as CLIENT LIST shows it, while the link is up. A link
    /// that goes on from where it stood is the same client as before, as in Redis.
    std::optional<DetachedClients::Client> client() const;
    /// Breaks the link, which is then made anew; does nothing when it is another client's by now.
    void cut(std::uint64_t client);
    /// The database that the stream has selected.
    int stream_db() const { return stream_db_.load(); }
    std::uint64_t failed_records() const { return failed_records_.load(); }
    /// What has come and waits for the end of a CLIENT PAUSE.
    std::uint64_t held_bytes() const { return held_bytes_.load(); }

private:
    enum class Stop : std::uint8_t { none, halt, drain };

    void run();
    void stop(Stop how);
    bool interrupted() const { return generation_.load() != running_generation_; }
    void attempt(LinkSocket& socket, const PrimaryAddress& address, bool failover);
    bool shake_hands(LinkSocket& socket, const PrimaryAddress& address);
    bool synchronize(LinkSocket& socket, bool failover);
    bool load(LinkSocket& socket, const std::string& replid, LogOffset offset);
    bool load_from(ByteSource& source, const std::string& replid, LogOffset offset);
    void stream(LinkSocket& socket);
    bool receive(LinkSocket& socket, bool& ended);
    bool apply_arrived(LinkSocket& socket, bool draining);
    void apply(LinkSocket& socket);
    void acknowledge(LinkSocket& socket);
    void show(const LinkSocket& socket);
    void set_state(State state);
    bool fail(std::string why);
    void back_off(std::int64_t ms);

    Environment environment_;
    int event_ = -1;
    std::atomic<State> state_{State::none};
    std::atomic<int> stream_db_{0};
    std::atomic<std::uint64_t> failed_records_{0};
    std::atomic<std::uint64_t> held_bytes_{0};
    std::atomic<const CommandSpec*> last_command_{nullptr};
    std::atomic<std::int64_t> last_io_ms_{0};
    std::atomic<std::int64_t> down_since_ms_{0};
    std::atomic<std::uint64_t> sync_total_{0};
    std::atomic<std::uint64_t> sync_read_{0};

    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::optional<PrimaryAddress> wanted_;
    bool wanted_failover_ = false;
    std::optional<DetachedClients::Client> client_;
    Stop stop_how_ = Stop::none;
    bool idle_ = true;  ///< the thread holds no link and applies nothing
    bool ending_ = false;
    std::string error_;
    std::atomic<std::uint64_t> generation_{0};

    // The link's thread only.
    std::unique_ptr<Executor> executor_;
    std::uint64_t running_generation_ = 0;
    PrimaryStream input_;
    int db_ = 0;
    std::int64_t last_ack_ms_ = 0;
    std::int64_t backoff_ms_ = 0;
    std::uint64_t client_id_ = 0;  ///< 0: it has none yet
    std::int64_t client_since_ms_ = 0;

    std::thread thread_;
};

}  // namespace millpond::engine
