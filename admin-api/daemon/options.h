// SPDX-License-Identifier: Apache-2.0
//
// The command line of millpond-admin.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "admin-api/schema/result.h"

namespace millpond::admin {

struct DaemonOptions {
    std::filesystem::path state_dir;
    std::string listen = "127.0.0.1:4566";  ///< HOST:PORT, or "none"
    std::string node_range = "127.10.0.0/16";
    bool node_range_given = false;  ///< otherwise the state folder's own range stays
    std::filesystem::path engine;
    int node_threads = 0;  ///< I/O threads of each node; 0: as many as there are cores, at most 4
    bool stop_nodes = false;
};

struct ListenAddress {
    std::string host;  ///< empty: no TCP listener
    std::uint16_t port = 0;
};

/// Reads the command line. Returns the exit code when the process should end at once (--help, or a
/// mistake, which has been printed), or -1 to go on.
int read_options(int argc, char** argv, DaemonOptions& options);

/// Loopback only: the token must not travel over a network in the clear.
Result<ListenAddress> parse_listen(const std::string& text);

}  // namespace millpond::admin
