// SPDX-License-Identifier: Apache-2.0
#include "admin-api/control/state.h"

#include <algorithm>
#include <cassert>

#include "admin-api/control/addresses.h"
#include "admin-api/control/validation.h"

namespace millpond::admin {
namespace {

template <class T>
const T* found(const State::Table<T>& table, std::string_view id) {
    const auto at = table.find(id);
    return at == table.end() ? nullptr : at->second.get();
}

schema::Node shown_node(const State& state, const ClusterRecord& cluster, const NodeRecord& node) {
    schema::Node out;
    out.id = node.id;
    out.cluster = cluster.id;
    out.address = node.address;
    out.port = cluster.port;
    out.zone = node.zone;
    out.subnet = node.subnet;
    out.created_at = node.created_at;
    const auto* live = state.live_node(node.id);
    const LiveNode seen = live ? *live : LiveNode{};
    out.status = seen.status;
    out.role = seen.role;
    out.link = seen.link;
    out.pid = seen.pid;
    if (node.leaving || cluster.status == "deleting") out.status = "deleting";
    if (!live && cluster.status == "create-failed") out.status = "failed";
    return out;
}

std::optional<schema::PendingChange> shown_pending(const ClusterRecord& cluster) {
    auto pending = cluster.pending;
    if (!cluster.deferred_node_type) return pending;
    if (!pending) pending.emplace();
    if (!pending->node_type) pending->node_type = cluster.deferred_node_type;
    return pending;
}

}  // namespace

const ClusterRecord* State::cluster(std::string_view id) const {
    return found(clusters, id);
}
const schema::SecurityGroup* State::group(std::string_view id) const {
    return found(groups, id);
}
const OperationRecord* State::operation(std::string_view id) const {
    return found(operations, id);
}

const ClusterRecord* State::cluster_of_node(std::string_view node) const {
    // A node's id is its cluster's, a hyphen and a number.
    const auto hyphen = node.rfind('-');
    if (hyphen == std::string_view::npos) return nullptr;
    const auto* record = cluster(node.substr(0, hyphen));
    if (!record) return nullptr;
    const bool member = std::any_of(record->nodes.begin(), record->nodes.end(),
                                    [&](const NodeRecord& one) { return one.id == node; });
    return member ? record : nullptr;
}

const LiveNode* State::live_node(std::string_view node) const {
    const auto at = live.find(node);
    return at == live.end() ? nullptr : &at->second;
}

const schema::SecurityGroup& State::default_group() const {
    const auto at = std::find_if(groups.begin(), groups.end(),
                                 [](const auto& entry) { return entry.second->is_default; });
    assert(at != groups.end());
    return *at->second;
}

std::string State::primary_of(const ClusterRecord& cluster) const {
    for (const auto& node : cluster.nodes)
        if (const auto* seen = live_node(node.id); seen && seen->role == "primary") return node.id;
    return cluster.initial_primary;
}

std::vector<std::string> State::users_of(std::string_view group) const {
    std::vector<std::string> out;
    for (const auto& [id, cluster] : clusters)
        if (std::find(cluster->security_groups.begin(), cluster->security_groups.end(), group) !=
            cluster->security_groups.end())
            out.push_back(id);
    return out;
}

std::string cluster_arn(std::string_view id) {
    return "arn:aws:elasticache:local-1:000000000000:replicationgroup:" + std::string(id);
}

schema::Cluster shown(const State& state, const ClusterRecord& cluster) {
    schema::Cluster out;
    out.id = cluster.id;
    out.description = cluster.description;
    out.status = cluster.status;
    out.engine = cluster.engine;
    out.engine_version = cluster.engine_version;
    out.node_type = cluster.node_type;
    out.max_memory = max_memory_of(cluster.node_type);
    out.port = cluster.port;
    out.automatic_failover = cluster.automatic_failover;
    out.durability = "async";
    out.vpc = cluster.vpc;
    out.subnet_group = cluster.subnet_group;
    out.security_groups = cluster.security_groups;
    out.tags = cluster.tags;
    out.primary_endpoint = {cluster.primary_address, cluster.port};
    out.reader_endpoint = {cluster.reader_address, cluster.port};
    for (const auto& node : cluster.nodes) out.nodes.push_back(shown_node(state, cluster, node));
    const auto staying = std::count_if(cluster.nodes.begin(), cluster.nodes.end(),
                                       [](const NodeRecord& node) { return !node.leaving; });
    out.replicas = std::max(0, static_cast<int>(staying) - 1);
    out.pending = shown_pending(cluster);
    out.operation = cluster.operation;
    out.created_at = cluster.created_at;
    out.arn = cluster_arn(cluster.id);
    out.revision = cluster.revision;
    return out;
}

schema::SecurityGroup shown(const State& state, const schema::SecurityGroup& group) {
    auto out = group;
    out.used_by = state.users_of(group.id);
    return out;
}

std::vector<schema::Vpc> shown_vpcs(const State& state) {
    schema::Vpc vpc{state.vpc, "default", state.vpc_range, true, {}};
    for (const auto& subnet : state.subnets)
        vpc.subnets.push_back(
            {subnet.id, subnet.vpc, subnet.cidr, subnet.zone, free_addresses(state, subnet)});
    return {vpc};
}

}  // namespace millpond::admin
