// SPDX-License-Identifier: Apache-2.0
//
// The whole daemon, composed: what main() runs, and what tests run with a fleet of their own. Made,
// started and stopped by one thread.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "admin-api/daemon/options.h"
#include "admin-api/nodes/fleet.h"
#include "admin-api/schema/result.h"

namespace millpond::admin {

class Daemon {
public:
    using MakeFleet = std::function<std::unique_ptr<Fleet>(FleetOptions)>;

    /// Locks the state folder, opens the database, claims the node range, and listens. Every error
    /// is a sentence for the person who started it.
    static Result<std::unique_ptr<Daemon>> make(const DaemonOptions& options,
                                                const MakeFleet& make_fleet);
    ~Daemon();

    /// Starts the fleet (which adopts what runs) and begins to answer.
    void start();
    /// Ends everything but the nodes, and these too when the options say so.
    void stop();

    /// "unix /.../admin.sock, http://127.0.0.1:4566"
    std::string where() const;
    std::uint16_t port() const;

private:
    class Impl;
    explicit Daemon(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace millpond::admin
