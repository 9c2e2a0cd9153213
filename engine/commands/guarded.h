// SPDX-License-Identifier: Apache-2.0
//
// What the directives enable-debug-command, enable-module-command and enable-protected-configs
// guard: "no" is for nobody, "local" for who is on this machine, "yes" for everybody.
#pragma once

#include <string_view>

#include "engine/net/endpoint_text.h"
#include "engine/server/server.h"
#include "engine/server/session.h"

namespace millpond::engine {

/// Does a guard of this setting let the session pass? A managed node's own socket is its owner's:
/// it may do everything. So may what comes from nobody: a file, a primary.
inline bool is_allowed(std::string_view setting, const Session& session) {
    const bool by_unix_socket = session.via == Session::Via::unix_socket;
    if (setting == "yes" || session.via == Session::Via::none ||
        (by_unix_socket && session.server().managed())) {
        return true;
    }
    return setting == "local" && (by_unix_socket || is_loopback(session.peer_address));
}

}  // namespace millpond::engine
