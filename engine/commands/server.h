// SPDX-License-Identifier: Apache-2.0
//
// The families of server commands, each in the file of its name; joined by add_server_commands().
#pragma once

namespace millpond::engine {

class CommandTable;

void add_cluster_commands(CommandTable& table);
void add_command_commands(CommandTable& table);
void add_config_commands(CommandTable& table);
void add_info_commands(CommandTable& table);
void add_latency_commands(CommandTable& table);
void add_module_commands(CommandTable& table);
void add_slowlog_commands(CommandTable& table);

}  // namespace millpond::engine
