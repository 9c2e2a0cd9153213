// SPDX-License-Identifier: Apache-2.0
//
// What MONITOR shows: which commands, and how. Functions of the call.
#pragma once

#include <span>
#include <string>

#include "engine/commands/call.h"

namespace millpond::engine {

/// EVAL, FCALL and their kin: shown before what they run, and themselves the outer call of it.
bool is_script(const CommandSpec& spec);
/// Is the command shown once it has run?
bool monitored(Call& call);
/// The line as it is sent. `from_script`: the caller is a script. Passwords are not shown.
std::string monitor_line(Call& call, bool from_script);
/// The line of a command that is not run.
std::string monitor_line(Server& server, const Session& session, const CommandSpec& spec,
                         std::span<const Bytes> args);

}  // namespace millpond::engine
