// SPDX-License-Identifier: Apache-2.0
//
// A request on its way through Client, and the bounds of that way. Used by client.cpp alone.
#pragma once

#include <chrono>

#include "admin-api/client/client.h"

namespace millpond::admin {

inline constexpr int requests_running_max = 16;
inline constexpr std::size_t requests_waiting_max = 1024;
inline constexpr std::chrono::milliseconds retry_pause{250};

struct PendingRequest {
    std::string method;
    std::string target;
    std::optional<boost::json::value> body;
    std::optional<schema::Revision> if_match;
    Client::Answer<Reply> done;
};

}  // namespace millpond::admin
