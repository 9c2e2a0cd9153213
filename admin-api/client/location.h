// SPDX-License-Identifier: Apache-2.0
//
// Where a daemon of this user keeps its state, when nobody says otherwise. Pure but for the
// environment, which is passed in. Any thread.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace millpond::admin {

using Environment = std::function<std::optional<std::string>(const char*)>;

/// The environment of this process; an empty variable counts as unset.
Environment process_environment();

/// $MILLPOND_STATE_DIR, else $XDG_STATE_HOME/millpond, else ~/.local/state/millpond.
std::string default_state_dir(const Environment& environment);

/// The daemon's unix socket within its state folder.
std::string socket_in(std::string_view state_dir);

}  // namespace millpond::admin
