// SPDX-License-Identifier: Apache-2.0
//
// Everything the control plane knows at one revision. A State is immutable once it is shared:
// readers hold a shared_ptr and need no lock; a change copies it (the records themselves are
// shared) and swaps.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "admin-api/store/records.h"

namespace millpond::admin {

/// What only a running node can tell.
struct LiveNode {
    std::string status = "creating";
    std::string role = "none";
    std::string link = "none";
    std::int64_t pid = 0;
    bool operator==(const LiveNode&) const = default;
};

struct State {
    template <class T>
    using Table = std::map<std::string, std::shared_ptr<const T>, std::less<>>;

    schema::Revision revision = 0;
    std::string vpc;
    std::string vpc_range;
    std::vector<SubnetRecord> subnets;
    Table<ClusterRecord> clusters;
    Table<schema::SecurityGroup> groups;
    Table<OperationRecord> operations;  ///< the unfinished ones
    std::map<std::string, LiveNode, std::less<>> live;

    const ClusterRecord* cluster(std::string_view id) const;
    const schema::SecurityGroup* group(std::string_view id) const;
    const OperationRecord* operation(std::string_view id) const;
    const ClusterRecord* cluster_of_node(std::string_view node) const;
    const LiveNode* live_node(std::string_view node) const;
    const schema::SecurityGroup& default_group() const;
    /// The node that is primary now, or the one that was meant to be; empty when there is none.
    std::string primary_of(const ClusterRecord& cluster) const;
    std::vector<std::string> users_of(std::string_view group) const;
};

/// As /v1 shows them.
schema::Cluster shown(const State& state, const ClusterRecord& cluster);
schema::SecurityGroup shown(const State& state, const schema::SecurityGroup& group);
std::vector<schema::Vpc> shown_vpcs(const State& state);
std::string cluster_arn(std::string_view id);

inline constexpr std::string_view region = "local-1";

}  // namespace millpond::admin
