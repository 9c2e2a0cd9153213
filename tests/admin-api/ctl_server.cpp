// SPDX-License-Identifier: Apache-2.0
//
// The real daemon with a fleet without processes: what millpondctl, the AWS CLI and boto3 are
// tested against where the answers matter and the nodes do not. Prints its port, serves until its
// standard input ends.
//   ctl_server STATE_DIR
#include <unistd.h>

#include <cstdio>
#include <random>

#include "admin-api/daemon/daemon.h"
#include "fake_fleet.h"

int main(int argc, char** argv) {
    using namespace millpond::admin;
    if (argc != 2) return 2;
    DaemonOptions options;
    options.state_dir = argv[1];
    options.listen = "127.0.0.1:0";
    options.node_range_given = true;
    test::World world;
    std::random_device random;
    for (int attempt = 0; attempt < 50; ++attempt) {
        // Other tests claim ranges of their own at the same time.
        options.node_range = "127." + std::to_string(60 + random() % 150) + ".0.0/16";
        auto daemon = Daemon::make(options, [&](const FleetOptions&) -> std::unique_ptr<Fleet> {
            return std::make_unique<test::FakeFleet>(world);
        });
        if (!daemon && daemon.error().code == "NodeRangeInUse") continue;
        if (!daemon) {
            std::fprintf(stderr, "%s\n", daemon.error().message.c_str());
            return 1;
        }
        daemon.value()->start();
        std::printf("%d\n", daemon.value()->port());
        std::fflush(stdout);
        char byte;
        while (read(STDIN_FILENO, &byte, 1) > 0) {
        }
        daemon.value()->stop();
        return 0;
    }
    return 1;
}
