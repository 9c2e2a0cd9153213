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

/// CLIENT GETREDIR's number: the session that gets this one's invalidations, 0 when it is itself,
/// -1 when it tracks nothing.
std::int64_t redirection_of(const Session& session);

/// Can the session be told of anything? False with the error reply written where there is no client
/// (a primary's stream holds no such command, unless somebody forges one).
bool observes(Call& call);

void add_client_tracking_commands(CommandTable& table);

/// One line of CLIENT LIST, without its line end.
std::string describe_client(const Session& session);

}  // namespace millpond::engine
