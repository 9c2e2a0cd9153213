// SPDX-License-Identifier: Apache-2.0
//
// Where a command's keys are and what is done to them, as COMMAND INFO and GETKEYSANDFLAGS tell.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "engine/commands/arguments/notation.h"
#include "engine/types/object.h"

namespace millpond::engine {

class Call;
struct CommandSpec;

/// The noted ones, or what the table tells.
std::vector<KeySpec> key_specs_of(const CommandSpec& spec);

/// For each of the keys at `indexes`, the words of COMMAND GETKEYSANDFLAGS.
std::vector<std::vector<std::string_view>> key_uses(const CommandSpec& spec,
                                                    std::span<const Bytes> args,
                                                    std::span<const std::uint32_t> indexes);

void command_getkeys(Call& call);
void command_getkeysandflags(Call& call);

}  // namespace millpond::engine
