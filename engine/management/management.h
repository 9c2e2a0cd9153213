// SPDX-License-Identifier: Apache-2.0
//
// The management thread of a node that a daemon runs: PROTOCOL.md, on `mgmt.sock`. It takes no
// shard lock and never waits for a lane, so it answers while the node is busy; what must run in a
// lane is posted through the interfaces of control.h and answered when done. The server owns it:
// start_management() once the interfaces below work, and destroy it before them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/server/control.h"

namespace millpond::engine {

/// The parts of a running server that the management thread reaches. The callables come from the
/// server, are called on the management thread, and must neither block nor take a shard lock.
struct ManagedParts {
    NetworkControl& network;
    PauseControl& pause;
    RoleControl& role;
    /// NODE.SAMPLE: counters by name (used_memory, maxmemory, connections, keys ...). Relaxed
    /// reads.
    std::function<std::vector<std::pair<std::string, double>>()> sample;
    /// The log of effects is active: with the role of a replica, or none, that is what tells a
    /// complete data set from a fresh process or a broken full sync.
    std::function<bool()> log_active;
    /// Who holds the exclusive lane ("EVAL ...", empty: nobody), and for how long.
    std::function<std::pair<std::string, std::int64_t>()> exclusive_holder;
    /// A counter that the main I/O thread bumps each 10 ms.
    std::function<std::uint64_t()> tick;
    std::function<void(std::uint64_t bytes)> set_maxmemory;
    /// Ends the process in order; `reason` is for exit.json.
    std::function<void(std::string reason)> shutdown;
};

struct ManagementOptions {
    std::string node_id;
    std::filesystem::path folder;  ///< of mgmt.sock and exit.json
    int liveness_fd = -1;          ///< --millpond-liveness-fd; -1: none (tests)
    std::string run_id;            ///< 40 hex digits, the server's own
    std::string version = MILLPOND_VERSION;
};

class Management {
public:
    virtual ~Management() = default;  ///< joins the thread and removes mgmt.sock
};

/// Binds `mgmt.sock` (replacing a stale one) and starts the thread. Throws std::system_error when
/// the socket cannot be made.
std::unique_ptr<Management> start_management(ManagementOptions, ManagedParts);

/// What main() of a managed engine calls first of all, before threads and memory: locks the robust
/// mutex of the liveness page and never unlocks it, so that the kernel tells the daemon of this
/// process's death. Throws std::system_error when the descriptor is no liveness page.
void hold_liveness(int liveness_fd);

/// Installs handlers of SIGSEGV, SIGBUS, SIGILL, SIGFPE and SIGABRT that say so to every watching
/// management connection (a core dump delays death by seconds) and then die of the same signal.
/// Call once, after start_management().
void install_fatal_handlers();

/// `DIR/exit.json`: written last thing by an engine that ends in order; its absence tells the
/// daemon that the node was killed. remove_exit_note() at start.
void write_exit_note(const std::filesystem::path& folder, const std::string& reason);
void remove_exit_note(const std::filesystem::path& folder);

}  // namespace millpond::engine
