// SPDX-License-Identifier: Apache-2.0
//
// What the management thread can ask of a running server. Every call may come from the management
// thread and never blocks it: `done` is called from whichever thread did the work. The server
// implements Network and Pause; replication implements Role.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "engine/server/primary_address.h"

namespace millpond::engine {

/// Listeners handed over by the daemon, and who may connect to them.
class NetworkControl {
public:
    virtual ~NetworkControl() = default;
    enum class Kind : std::uint8_t { node, primary, reader };
    struct Listener {
        std::string name;
        Kind kind;
        bool active;
        int fd;
    };
    virtual void listen(
        Listener listener) = 0;  ///< takes the descriptor over; an existing name is replaced
    virtual bool set_active(const std::string& name, bool active) = 0;
    virtual void set_active(Kind kind, bool active) = 0;
    virtual bool unlisten(const std::string& name) = 0;
    virtual std::vector<Listener>
    listeners() = 0;  ///< descriptors stay the server's: dup before sending
    /// CIDRs. False when `revision` is lower than the one in force.
    virtual bool set_rules(std::uint64_t revision, std::vector<std::string> vpc,
                           std::vector<std::string> allowed) = 0;
    struct Source {
        std::string address;
        std::uint64_t accepted, refused;
        std::optional<std::int64_t> uid;
        std::optional<std::string> process;
        std::string reason;
        std::int64_t last_seen_ms;
    };
    virtual std::vector<Source> sources() = 0;
    /// Closes, by FIN after their output, the connections accepted on listeners of this kind.
    virtual void close_accepted(Kind kind) = 0;
};

/// Stops the log without stopping the server: writes, EXEC and scripts are parked whole,
/// unexecuted; expiry and eviction stop too.
class PauseControl {
public:
    virtual ~PauseControl() = default;
    /// `done(true)` once nothing can enter the log any more. It ends by itself after `ms`.
    virtual void pause(std::string operation, std::int64_t ms, std::function<void(bool)> done) = 0;
    virtual void resume(std::string operation, std::function<void(bool)> done) = 0;
    /// Is that operation's pause still in force? Read inside the exclusive lane by revoke.
    virtual bool paused_by(const std::string& operation) const = 0;
    virtual std::int64_t paused_ms_left() const = 0;
    /// Closes the connections of parked commands instead of running them (after a revoke).
    virtual void drop_parked() = 0;
};

/// Clients that the I/O threads do not serve: replicas, which have left them, and the primary that
/// this node follows. Any thread may ask.
class DetachedClients {
public:
    virtual ~DetachedClients() = default;
    struct Client {
        enum class Kind : std::uint8_t { replica, primary };
        Kind kind;
        std::uint64_t id;
        int fd;
        std::string peer, local, user;
        int db = 0;
        std::int64_t created_ms, last_active_ms;  ///< steady clock
        std::uint64_t pending_bytes = 0;
        std::string_view command;  ///< the last one's full name; constant
    };
    virtual std::vector<Client> clients() const = 0;
    /// CLIENT KILL. A primary is connected to anew, and goes on from where it stood.
    virtual void close(std::uint64_t id) = 0;
};

enum class Role : std::uint8_t { none, primary, replica };

struct History {
    std::string replid;
    std::string replid2;
    std::uint64_t second_offset = 0;
    std::uint64_t offset = 0;
};

/// The node's part in replication. All changes take place in the exclusive lane.
class RoleControl {
public:
    virtual ~RoleControl() = default;
    virtual void become_primary(std::function<void()> done) = 0;
    virtual void follow(PrimaryAddress primary, std::function<void()> done) = 0;
    /// Give up the role: no writes from here on. Returns the history's end.
    virtual void revoke(std::function<void(History)> done) = 0;
    /// Replica: apply what the link has delivered, close it, follow nobody (the role stays
    /// replica).
    virtual void seal(std::function<void(History)> done) = 0;

    struct ReplicaStatus {
        std::string id;
        std::string state;  ///< syncing, online
        std::uint64_t offset;
        std::int64_t lag_ms;
    };
    struct Status {
        Role role;
        History history;
        std::string link;  ///< none, connecting, syncing, up, down
        std::string source;
        std::vector<ReplicaStatus> replicas;
    };
    /// Takes no lock that a lane holder may hold.
    virtual Status status() const = 0;
    /// Called on link and replica changes; set once before start.
    virtual void on_change(std::function<void()> changed) = 0;
};

}  // namespace millpond::engine
