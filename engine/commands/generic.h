// SPDX-License-Identifier: Apache-2.0
//
// What the files of the generic family share. Handlers only, on the thread that runs the command.
#pragma once

#include <initializer_list>
#include <string_view>

#include "engine/commands/call.h"
#include "engine/commands/table.h"

namespace millpond::engine {

void add_generic_scan_commands(CommandTable& table);
void add_generic_expire_commands(CommandTable& table);
void add_generic_object_commands(CommandTable& table);
void add_generic_memory_commands(CommandTable& table);

/// Is it the number of a database? Answers the error.
bool read_database(Call& call, std::size_t index, int& db);

/// The reply of a container's HELP: a headline, the lines (a subcommand, then what it does), HELP
/// itself.
void reply_help(Call& call, std::string_view container,
                std::initializer_list<std::string_view> lines);

}  // namespace millpond::engine
