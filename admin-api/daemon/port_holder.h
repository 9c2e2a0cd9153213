// SPDX-License-Identifier: Apache-2.0
//
// Who is in the way of a listener. Reads /proc; another user's processes may stay unnamed.
#pragma once

#include <optional>
#include <string>

#include "admin-api/control/addresses.h"

namespace millpond::admin {

/// "redis-server (pid 812)", or "another process" when it may not be looked at. Nothing when nobody
/// listens on the IPv4 address and port, nor on all addresses.
std::optional<std::string> port_holder(const std::string& ip, int port);

/// Tries to bind, and names the holder when that fails. Remembers a holder of all addresses for the
/// second that one request may spend in asking about hundreds. Not for two threads at once.
PortProbe bind_probe();

/// The first port above `port` that can be bound on the address.
int next_free_port(const std::string& ip, int port);

}  // namespace millpond::admin
