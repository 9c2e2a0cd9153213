// SPDX-License-Identifier: Apache-2.0
//
// Ties expiry and eviction to the server: their configuration, the role, the log. Made and started
// with the other parts, before the server's threads; stopped before the server goes.
#pragma once

#include "engine/keyspace/expiry.h"

namespace millpond::engine {

class Server;

class Housekeeping {
public:
    explicit Housekeeping(Server& server);
    Housekeeping(const Housekeeping&) = delete;

    void start() { expiry_.start(); }
    void stop() { expiry_.stop(); }

private:
    ActiveExpiry expiry_;
};

}  // namespace millpond::engine
