// SPDX-License-Identifier: Apache-2.0
//
// The commands of millpondctl: each function adds its group to the application. A command runs on
// main's thread when CLI11 has parsed everything.
#pragma once

#include <CLI/CLI.hpp>

#include "admin-api/ctl/context.h"
#include "admin-api/ctl/progress.h"

namespace millpond::admin::ctl {

void add_cluster_commands(CLI::App& app, Context& context);
void add_change_commands(CLI::App& app, Context& context);
void add_tag_commands(CLI::App& app, Context& context);
void add_group_commands(CLI::App& app, Context& context);
void add_network_commands(CLI::App& app, Context& context);
void add_history_commands(CLI::App& app, Context& context);
void add_data_commands(CLI::App& app, Context& context);
void add_metrics_command(CLI::App& app, Context& context);
void add_completion_commands(CLI::App& app, Context& context);

/// All of the above, with the global options and the examples in --help.
void build_app(CLI::App& app, Context& context);

void add_wait_options(CLI::App& command, WaitOptions& options);
/// Ends a command that started an operation: waits if asked to, prints what came of it, or how to
/// see it.
void finish(Context& context, const schema::Operation& started, const WaitOptions& options,
            const std::string& said);

/// The words after `exec NODE` are a node's command, dashes included: a "--" in front of them says
/// so.
std::vector<std::string> protect_command_words(std::vector<std::string> words);

// Sections of --help.
inline constexpr const char* cluster_section = "Clusters";
inline constexpr const char* network_section = "Security groups and network";
inline constexpr const char* history_section = "What happened";
inline constexpr const char* data_section = "Data and metrics";
inline constexpr const char* other_section = "Other";

}  // namespace millpond::admin::ctl
