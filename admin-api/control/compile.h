// SPDX-License-Identifier: Apache-2.0
//
// From the desired state to what the fleet understands. Pure functions, any thread.
#pragma once

#include <filesystem>
#include <string>

#include "admin-api/control/state.h"
#include "admin-api/nodes/fleet.h"

namespace millpond::admin {

/// The union of the cluster's groups' rules that cover its port, behind the VPC's range. A rule
/// whose source is a group admits the addresses of the nodes of the clusters that use that group.
/// `revision` is the state's.
AccessRules compiled_rules(const State& state, const ClusterRecord& cluster);

struct SpecOptions {
    std::filesystem::path state_dir;
    int threads = 1;
};
ClusterSpec compiled_spec(const State& state, const ClusterRecord& cluster,
                          const SpecOptions& options, std::string journal);

/// Whether `source` may reach the cluster, and by which rule.
schema::Reachability reachable(const State& state, const ClusterRecord& cluster,
                               std::uint32_t source);

}  // namespace millpond::admin
