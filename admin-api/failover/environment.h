// SPDX-License-Identifier: Apache-2.0
//
// What the fleet's parts share. Fleet thread only, but for what says otherwise.
#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>

#include "admin-api/failover/history.h"
#include "admin-api/nodes/fleet.h"

namespace millpond::admin::failover {

struct Environment {
    boost::asio::io_context& io;  ///< post() from any thread
    const FleetOptions& options;
    FleetObserver* observer = nullptr;
    Journal* journal = nullptr;

    static Millis now() {
        using namespace std::chrono;
        return duration_cast<milliseconds>(steady_clock::now().time_since_epoch()).count();
    }
};

}  // namespace millpond::admin::failover
