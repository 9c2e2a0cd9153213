// SPDX-License-Identifier: Apache-2.0
//
// --wait: follows one operation on the event stream to its end, with a live line on a terminal.
#pragma once

#include <chrono>
#include <string>

#include "admin-api/ctl/context.h"

namespace millpond::admin::ctl {

struct WaitOptions {
    bool wait = false;
    int timeout_seconds = 300;
};

/// Waits until the operation has ended, and returns it. Throws Failure(operation_failed) when it
/// failed or the time is over; the operation then goes on.
schema::Operation follow_operation(Context& context, const schema::Operation& started,
                                   const WaitOptions& options);

/// The live line's text: "[#####.....]  50 %  Start node orders-002".
std::string progress_line(const schema::Operation& operation);

}  // namespace millpond::admin::ctl
