// SPDX-License-Identifier: Apache-2.0
//
// The CLIENT family, and what other connection commands need of it.
#pragma once

#include "engine/commands/call.h"

namespace millpond::engine {

class CommandTable;

void add_client_commands(CommandTable& table);

/// Names the session; false with the error reply written when the name has characters it may not
/// have.
bool set_client_name(Call& call, Bytes name);

/// One line of CLIENT LIST, without its line end.
std::string describe_client(const Session& session);

}  // namespace millpond::engine
