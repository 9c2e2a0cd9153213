// SPDX-License-Identifier: Apache-2.0
#include "admin-api/control/compile.h"

#include <set>

#include "admin-api/control/network.h"
#include "admin-api/control/validation.h"

namespace millpond::admin {
namespace {

bool covers(const schema::InboundRule& rule, int port) {
    return rule.protocol == "-1" || (rule.from_port <= port && port <= rule.to_port);
}

std::vector<std::string> ranges_of(const State& state, const schema::InboundRule& rule) {
    if (rule.cidr) return {*rule.cidr};
    std::vector<std::string> out;
    for (const auto& user : state.users_of(rule.group.value_or("")))
        for (const auto& node : state.cluster(user)->nodes) out.push_back(node.address + "/32");
    return out;
}

std::string words_for(const schema::InboundRule& rule) {
    const std::string source =
        rule.cidr ? (*rule.cidr == "0.0.0.0/0" ? "Anywhere" : *rule.cidr) : *rule.group;
    const std::string ports =
        rule.protocol == "-1" ? "all ports"
        : rule.from_port == rule.to_port
            ? "port " + std::to_string(rule.from_port)
            : "ports " + std::to_string(rule.from_port) + " to " + std::to_string(rule.to_port);
    return ports + " from " + source;
}

}  // namespace

AccessRules compiled_rules(const State& state, const ClusterRecord& cluster) {
    std::set<std::string> allowed;
    for (const auto& id : cluster.security_groups) {
        const auto* group = state.group(id);
        if (!group) continue;
        for (const auto& rule : group->inbound)
            if (covers(rule, cluster.port))
                for (auto& range : ranges_of(state, rule)) allowed.insert(std::move(range));
    }
    return {static_cast<std::uint64_t>(state.revision),
            {state.vpc_range},
            {allowed.begin(), allowed.end()}};
}

ClusterSpec compiled_spec(const State& state, const ClusterRecord& cluster,
                          const SpecOptions& options, std::string journal) {
    const auto port = static_cast<std::uint16_t>(cluster.port);
    ClusterSpec spec;
    spec.id = cluster.id;
    spec.primary_endpoint = {cluster.primary_address, port};
    spec.reader_endpoint = {cluster.reader_address, port};
    spec.automatic_failover =
        cluster.automatic_failover == "enabled" || cluster.automatic_failover == "enabling";
    spec.rules = compiled_rules(state, cluster);
    for (const auto& node : cluster.nodes) {
        if (node.leaving) continue;
        spec.nodes.push_back({node.id,
                              {node.address, port},
                              options.state_dir / "nodes" / node.id,
                              static_cast<std::uint64_t>(max_memory_of(cluster.node_type)),
                              options.threads});
    }
    spec.initial_primary = cluster.initial_primary;
    spec.journal = std::move(journal);
    return spec;
}

schema::Reachability reachable(const State& state, const ClusterRecord& cluster,
                               std::uint32_t source) {
    const auto vpc = parse_cidr(state.vpc_range);
    const auto address = address_text(source);
    if (!vpc || !vpc->contains(source))
        return {false,
                address + " is outside the VPC's range " + state.vpc_range +
                    ": no rule can let it in, Anywhere included.",
                std::nullopt, std::nullopt};
    for (const auto& id : cluster.security_groups) {
        const auto* group = state.group(id);
        if (!group) continue;
        for (const auto& rule : group->inbound) {
            if (!covers(rule, cluster.port)) continue;
            for (const auto& range : ranges_of(state, rule))
                if (const auto parsed = parse_cidr(range); parsed && parsed->contains(source))
                    return {true,
                            "The rule " + rule.id + " of the security group " + group->name +
                                " allows " + words_for(rule) + ".",
                            group->id, rule.id};
        }
    }
    std::string names;
    for (const auto& id : cluster.security_groups)
        if (const auto* group = state.group(id)) names += (names.empty() ? "" : ", ") + group->name;
    return {false,
            "No inbound rule of " + cluster.id + "'s security groups (" + names + ") allows port " +
                std::to_string(cluster.port) + " from " + address + ".",
            std::nullopt, std::nullopt};
}

}  // namespace millpond::admin
