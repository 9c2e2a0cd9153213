// SPDX-License-Identifier: Apache-2.0
//
// A node's folder: sockets, data, engine.log, exit.json, and `cluster`, a file that names the
// cluster, by which a daemon finds nodes of which no record is left.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "admin-api/nodes/descriptor.h"
#include "admin-api/schema/result.h"

namespace millpond::admin {

/// The folder's lock, which its process inherits and holds until its very end: so a process that
/// was just started, and has no socket yet, is not mistaken for none, and no folder ever has two.
/// Makes the folder when it is missing. `held`: by whom it must be is alive, or still being torn
/// down.
struct FolderLock {
    Descriptor lock;
    bool held = false;
};
FolderLock lock_node_folder(const std::filesystem::path& folder);

/// Makes the folder (0700) ready for a new process: no stale sockets, no exit note.
Result<void> prepare_node_folder(const std::filesystem::path& folder, const std::string& cluster);
void remove_node_folder(const std::filesystem::path& folder);

/// The folders right below `root` that belong to the cluster; each is named as its node.
std::vector<std::filesystem::path> node_folders_of(const std::filesystem::path& root,
                                                   const std::string& cluster);

/// Why the last process says that it ended in order; empty: it was killed.
std::string exit_reason(const std::filesystem::path& folder);

}  // namespace millpond::admin
