// SPDX-License-Identifier: Apache-2.0
//
// What hangs on the server and lives beside it: replication, persistence, expiry, eviction,
// management. main() makes it after the server and starts it once the server listens; it goes
// before the server.
#pragma once

#include <memory>

namespace millpond::engine {

class Config;
class Server;

/// First of all in a managed engine: the daemon learns of our death by the mutex that this locks.
void hold_liveness_if_managed(const Config& config);

class Parts {
public:
    explicit Parts(Server& server);
    ~Parts();
    Parts(const Parts&) = delete;
    Parts& operator=(const Parts&) = delete;

    void start();
    void stop();

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace millpond::engine
