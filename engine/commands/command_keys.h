// SPDX-License-Identifier: Apache-2.0
//
// Where a command's keys are and what is done to them, as COMMAND INFO and GETKEYSANDFLAGS tell;
// what becomes of the keys of one call is acl/key_uses.h's to say.
#pragma once

#include <string_view>
#include <vector>

#include "engine/commands/arguments/notation.h"

namespace millpond::engine {

class Call;
struct CommandSpec;

/// The noted ones, or what the table tells.
std::vector<KeySpec> key_specs_of(const CommandSpec& spec);

void command_getkeys(Call& call);
void command_getkeysandflags(Call& call);

}  // namespace millpond::engine
