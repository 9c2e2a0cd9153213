// SPDX-License-Identifier: Apache-2.0
//
// The coroutine that follows GET /v1/stream for ever: connect, read, reconnect, resume. Runs on the
// client's io_context and ends with it.
#pragma once

#include <chrono>

#include "admin-api/client/transport.h"

namespace millpond::admin {

inline constexpr std::chrono::milliseconds reconnect_pause_min{100};
inline constexpr std::chrono::milliseconds reconnect_pause_max{5000};
/// The daemon sends a heartbeat every 5 s; after three missed ones the connection is given up.
inline constexpr std::chrono::seconds stream_silence_max{15};

transport::Awaitable<void> follow_stream(ClientOptions options,
                                         std::optional<schema::Revision> after,
                                         StreamHandlers handlers);

}  // namespace millpond::admin
