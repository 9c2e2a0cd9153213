// SPDX-License-Identifier: Apache-2.0
#include "admin-api/daemon/options.h"

#include <CLI/CLI.hpp>
#include <charconv>
#include <cstdlib>

#include "admin-api/http/guard.h"

namespace millpond::admin {
namespace {

// The same places as millpondctl and the console look in.
std::filesystem::path default_state_dir() {
    if (const char* chosen = std::getenv("MILLPOND_STATE_DIR"); chosen && *chosen) return chosen;
    if (const char* state = std::getenv("XDG_STATE_HOME"); state && *state)
        return std::filesystem::path(state) / "millpond";
    const char* home = std::getenv("HOME");
    return std::filesystem::path(home ? home : "/") / ".local/state/millpond";
}

std::filesystem::path engine_beside_us() {
    std::error_code error;
    const auto self = std::filesystem::read_symlink("/proc/self/exe", error);
    return self.parent_path() / "millpond-engine";
}

}  // namespace

int read_options(int argc, char** argv, DaemonOptions& options) {
    options.state_dir = default_state_dir();
    options.engine = engine_beside_us();
    CLI::App app(
        "Millpond's control plane: creates and watches cache clusters on this machine.\n"
        "Talk to it with millpondctl, millpond-console or the AWS CLI.");
    app.set_version_flag("--version", MILLPOND_VERSION);
    app.add_option("--state-dir", options.state_dir, "Folder for the database, sockets and nodes")
        ->capture_default_str();
    app.add_option("--listen", options.listen, "HOST:PORT of the HTTP listener (loopback), or none")
        ->capture_default_str();
    const auto* range = app.add_option("--node-range", options.node_range,
                                       "A /16 of loopback addresses for the nodes")
                            ->capture_default_str();
    app.add_option("--engine", options.engine, "The engine's binary")->capture_default_str();
    app.add_option("--node-threads", options.node_threads,
                   "I/O threads of each node; 0: one per core, at most 4")
        ->capture_default_str()
        ->check(CLI::Range(0, 128));
    app.add_flag("--stop-nodes", options.stop_nodes,
                 "Stop the nodes too when this is stopped; without it they run on");
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error);
    }
    options.node_range_given = range->count() > 0;
    return -1;
}

Result<ListenAddress> parse_listen(const std::string& text) {
    if (text == "none") return ListenAddress{};
    const auto colon = text.rfind(':');
    unsigned port = 0;
    bool good = colon != std::string::npos && colon > 0;
    if (good) {
        const char* begin = text.data() + colon + 1;
        const char* end = text.data() + text.size();
        const auto [stop, failure] = std::from_chars(begin, end, port);
        good = failure == std::errc() && stop == end && port <= 65535;
    }
    if (!good)
        return invalid_value(
            "listen",
            "--listen takes HOST:PORT, such as 127.0.0.1:4566, or none; not \"" + text + "\".");
    auto host = text.substr(0, colon);
    if (host == "localhost") host = "127.0.0.1";
    if (!http::is_loopback_host(host))
        return invalid_value("listen",
                             "--listen takes a loopback address: the token must not cross a "
                             "network in the clear. From another machine, use an SSH tunnel.");
    if (host == "[::1]") host = "::1";
    return ListenAddress{host, static_cast<std::uint16_t>(port)};
}

}  // namespace millpond::admin
