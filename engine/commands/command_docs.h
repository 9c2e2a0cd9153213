// SPDX-License-Identifier: Apache-2.0
//
// COMMAND DOCS: what a command is for, and its arguments as a tree.
#pragma once

#include <vector>

namespace millpond::engine {

class Call;
struct CommandSpec;

/// The reply: a map of the commands' names and documents.
void write_docs(Call& call, const std::vector<const CommandSpec*>& commands);

}  // namespace millpond::engine
