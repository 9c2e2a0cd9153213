// SPDX-License-Identifier: Apache-2.0
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <cstdio>

#include "admin-api/daemon/daemon.h"

int main(int argc, char** argv) {
    using namespace millpond::admin;
    DaemonOptions options;
    if (const int code = read_options(argc, argv, options); code >= 0) return code;
    std::signal(SIGPIPE, SIG_IGN);
    // Caught from here on, so that a Ctrl-C during the start ends it in order too; by handlers
    // rather than a blocked mask, which the nodes would inherit.
    boost::asio::io_context io;
    boost::asio::signal_set signals(io, SIGINT, SIGTERM, SIGHUP);
    signals.async_wait([](auto, int) {});
    try {
        std::error_code error;
        if (!std::filesystem::exists(options.engine, error)) {
            std::fprintf(stderr,
                         "millpond-admin: there is no engine at %s: give its path with --engine.\n",
                         options.engine.c_str());
            return 1;
        }
        auto daemon = Daemon::make(options, make_fleet);
        if (!daemon) {
            std::fprintf(stderr, "millpond-admin: %s\n", daemon.error().message.c_str());
            return 1;
        }
        daemon.value()->start();
        std::printf("millpond-admin ready: %s\n", daemon.value()->where().c_str());
        std::fflush(stdout);
        io.run();
        daemon.value()->stop();
        return 0;
    } catch (const std::exception& failure) {
        std::fprintf(stderr, "millpond-admin: %s\n", failure.what());
        return 1;
    }
}
