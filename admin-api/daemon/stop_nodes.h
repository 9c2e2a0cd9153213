// SPDX-License-Identifier: Apache-2.0
//
// Ends the nodes of this state folder, for --stop-nodes. Requires: the fleet has been stopped,
// since it would start them again.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace millpond::admin {

/// Each node by id and pid. A process is signalled by pidfd, and only when its command line names
/// the node; those that have not ended in order within 5 seconds are killed.
void stop_nodes(const std::vector<std::pair<std::string, std::int64_t>>& nodes);

}  // namespace millpond::admin
