// SPDX-License-Identifier: Apache-2.0
//
// The fleet: every node process on this machine, and the failover decisions about them. It is told
// what each cluster should be (`apply`) and makes it so; it holds no database and waits for none.
// It runs on one thread of its own, which never waits on SQLite, HTTP or a log. Its methods may be
// called from any thread; observer calls and completions come on the fleet's thread and must return
// at once (post, do not work).
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "admin-api/schema/result.h"
#include "resp/value.h"

namespace millpond::admin {

struct Address {
    std::string ip;
    std::uint16_t port = 6379;
};

/// The compiled rules of one cluster's listeners: the VPC's ranges first, then the union of the
/// security groups' CIDRs whose port range covers the listener's port. Loosest first is not
/// implied.
struct AccessRules {
    std::uint64_t revision = 0;               ///< grows with each change
    std::vector<std::string> vpc_ranges;      ///< CIDRs; a source outside all of them is refused
    std::vector<std::string> allowed_ranges;  ///< CIDRs; empty lets nobody in
};

struct NodeSpec {
    std::string id;
    Address address;
    std::filesystem::path folder;  ///< sockets, data, engine.log, exit.json
    std::uint64_t max_memory = 0;
    int threads = 1;
};

/// What one cluster should be. Applying the same spec again changes nothing.
struct ClusterSpec {
    std::string id;
    Address primary_endpoint;
    Address reader_endpoint;
    bool automatic_failover = false;
    AccessRules rules;
    std::vector<NodeSpec> nodes;
    std::string initial_primary;  ///< node id; only for a cluster that never had a primary
    std::string journal;          ///< what Journal::record last stored for it; empty for a new one
};

/// A node as the fleet sees it.
struct NodeView {
    std::string id;
    std::string cluster;
    std::string status;  ///< creating, available, rebooting, recovering, deleting, failed
    std::string role;    ///< primary, replica, none
    std::string link;    ///< up, down, syncing, none
    std::int64_t pid = 0;
    std::uint64_t epoch = 0;
    std::uint64_t offset = 0;
};

/// Phases come in the order pause, catch-up, promote, resume (planned), or fence, elect, promote (a
/// crash).
struct FailoverReport {
    std::string cluster;
    std::string phase;
    bool planned = false;
    bool done = false;
    bool succeeded = false;
    std::string old_primary;
    std::string new_primary;
    double pause_ms = 0;  ///< valid when done
    std::int64_t bytes_lost = 0;
    std::string reason;  ///< why it happened, or why it failed
};

/// Connections of one source since the node's start.
struct SourceCount {
    std::string node;
    std::string address;
    std::uint64_t accepted = 0;
    std::uint64_t refused = 0;
    std::optional<std::int64_t> uid;
    std::optional<std::string> process;
    std::string reason;
    std::int64_t last_seen_ms = 0;
};

/// One second of one node, as counters; rates are the reader's to make.
struct NodeSample {
    std::string node;
    std::string cluster;
    std::int64_t time_ms = 0;
    std::map<std::string, double>
        values;  ///< used_memory, total_commands_processed, keyspace_hits ...
};

class FleetObserver {
public:
    virtual ~FleetObserver() = default;
    virtual void on_node(const NodeView&) = 0;
    virtual void on_failover(const FailoverReport&) = 0;
    /// `severity`: info, warning, error. `node` may be empty.
    virtual void on_event(const std::string& cluster, const std::string& node,
                          const std::string& severity, const std::string& message) = 0;
    virtual void on_samples(const std::vector<NodeSample>&) = 0;
    virtual void on_sources(const std::vector<SourceCount>&) = 0;
};

/// Durable memory of the fleet, kept by the store behind its back: neither call may block.
class Journal {
public:
    virtual ~Journal() = default;
    /// Reserves `count` epochs for the cluster; `done` gets the first when that is durable. The
    /// fleet keeps a spare block in hand, so that no failover ever waits for this.
    virtual void reserve_epochs(const std::string& cluster, std::uint64_t count,
                                std::function<void(std::uint64_t first)> done) = 0;
    /// Remembers the cluster's failover state (opaque); the last one comes back in
    /// ClusterSpec::journal.
    virtual void record(const std::string& cluster, const std::string& state) = 0;
};

class Fleet {
public:
    using Done = std::function<void(Result<void>)>;
    virtual ~Fleet() = default;

    virtual void start(FleetObserver&, Journal&) = 0;
    /// Lets every node run on, and ends the fleet's thread.
    virtual void stop() = 0;

    /// Makes the cluster what the spec says: adopts running nodes, starts missing ones, ends those
    /// no longer named (a primary is switched over first), hands out rules, memory limits and
    /// listeners. `progress` gets words for a person; `done` comes when all of it is reached or has
    /// failed.
    virtual void apply(ClusterSpec, std::function<void(std::string)> progress, Done done) = 0;
    /// Ends the cluster's nodes, gives up its listeners and removes the nodes' folders.
    virtual void remove(const std::string& cluster, Done done) = 0;
    virtual void switchover(const std::string& cluster, std::optional<std::string> target,
                            std::function<void(Result<FailoverReport>)> done) = 0;
    /// Restarts one node; a primary is switched over first when a replica can take its place.
    virtual void reboot(const std::string& cluster, const std::string& node, Done done) = 0;
    /// One command on the node's own unix socket.
    virtual void exec(const std::string& node, std::vector<std::string> args, int db,
                      std::function<void(Result<resp::Value>)> done) = 0;
};

/// Where the engine's binary is, and what every node is started with.
struct FleetOptions {
    std::filesystem::path engine_binary;
    std::filesystem::path state_dir;
    std::uint64_t generation = 0;  ///< persisted, one higher at each start of the daemon
};
std::unique_ptr<Fleet> make_fleet(FleetOptions);

}  // namespace millpond::admin
