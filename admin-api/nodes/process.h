// SPDX-License-Identifier: Apache-2.0
//
// A node's process: started, found by its socket, signalled by pidfd, looked at through /proc. For
// one thread at a time.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "admin-api/nodes/descriptor.h"
#include "admin-api/schema/result.h"

namespace millpond::admin {

struct Process {
    std::int64_t pid = 0;
    Descriptor pidfd;
    bool child = false;  ///< started by this daemon, so to be reaped by it
};

struct SpawnOptions {
    std::filesystem::path binary;
    std::vector<std::string> args;    ///< without the program's name
    std::filesystem::path error_log;  ///< stdout and stderr, appended
    std::vector<int> inherited_fds;   ///< all that the process gets, under the same numbers
};

/// Starts the process in a session of its own, so that it outlives the daemon, and lets the kernel
/// choose it before the daemon when memory runs out.
Result<Process> spawn(const SpawnOptions& options);

/// The process that listens on the other end of this connected unix socket, when it is the node's:
/// never by pid alone, as pids are used again.
std::optional<Process> process_behind(int connected_socket, const std::string& node_id);

void signal_process(const Process& process, int signal);
/// Collects a dead child, so that its pid is free.
void reap(const Process& process);
bool has_exited(const Process& process);

/// No thread of it can run any more: each is gone, a zombie or on its way out of the kernel.
bool is_fenced(const Process& process);

/// How its threads are. `run_time` stands still while none of them runs.
struct Activity {
    bool stopped = false;  ///< the main thread is in state T
    bool traced = false;
    bool wants_to_run = false;  ///< a thread is runnable, or waits for a disk
    std::uint64_t run_time = 0;
};
std::optional<Activity> activity_of(const Process& process);

}  // namespace millpond::admin
