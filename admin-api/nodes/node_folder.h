// SPDX-License-Identifier: Apache-2.0
//
// A node's folder: sockets, data, engine.log, exit.json, and `cluster`, a file that names the
// cluster, by which a daemon finds nodes of which no record is left.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "admin-api/schema/result.h"

namespace millpond::admin {

/// Makes the folder (0700) ready for a new process: no stale sockets, no exit note.
Result<void> prepare_node_folder(const std::filesystem::path& folder, const std::string& cluster);
void remove_node_folder(const std::filesystem::path& folder);

/// The folders right below `root` that belong to the cluster; each is named as its node.
std::vector<std::filesystem::path> node_folders_of(const std::filesystem::path& root,
                                                   const std::string& cluster);

/// Why the last process says that it ended in order; empty: it was killed.
std::string exit_reason(const std::filesystem::path& folder);

}  // namespace millpond::admin
