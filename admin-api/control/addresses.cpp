// SPDX-License-Identifier: Apache-2.0
#include "admin-api/control/addresses.h"

#include <algorithm>

#include "admin-api/control/network.h"

namespace millpond::admin {
namespace {

constexpr std::uint32_t first_host = 4;
constexpr std::uint32_t reserved_hosts = 5;

std::set<std::string> addresses_in_use(const State& state) {
    std::set<std::string> taken;
    for (const auto& [id, cluster] : state.clusters) {
        taken.insert(cluster->primary_address);
        taken.insert(cluster->reader_address);
        for (const auto& node : cluster->nodes) taken.insert(node.address);
    }
    return taken;
}

std::uint32_t hosts_of(const Cidr& range) {
    return std::uint32_t{1} << (32 - range.bits);
}

}  // namespace

int free_addresses(const State& state, const SubnetRecord& subnet) {
    const auto range = parse_cidr(subnet.cidr);
    if (!range) return 0;
    const auto taken = addresses_in_use(state);
    const auto used = std::count_if(taken.begin(), taken.end(), [&](const std::string& text) {
        const auto address = parse_address(text);
        return address && range->contains(*address);
    });
    return static_cast<int>(hosts_of(*range) - reserved_hosts) - static_cast<int>(used);
}

AddressBook::AddressBook(const State& state, const PortProbe& probe)
    : subnets_(state.subnets), taken_(addresses_in_use(state)), probe_(probe) {}

std::vector<std::string> AddressBook::zones() const {
    std::vector<std::string> out;
    for (const auto& subnet : subnets_) out.push_back(subnet.zone);
    return out;
}

std::optional<std::string> AddressBook::next_in(SubnetRecord& subnet, int port) {
    const auto range = parse_cidr(subnet.cidr);
    if (!range) return std::nullopt;
    const auto usable = hosts_of(*range) - reserved_hosts;
    auto host = static_cast<std::uint32_t>(subnet.next_host);
    for (std::uint32_t tried = 0; tried < usable; ++tried) {
        if (host < first_host || host >= first_host + usable) host = first_host;
        const auto address = address_text(range->base + host++);
        if (taken_.contains(address)) continue;
        if (const auto holder = probe_ ? probe_(address, port) : std::nullopt) {
            last_holder_ = *holder;
            continue;
        }
        subnet.next_host = static_cast<int>(host);
        taken_.insert(address);
        return address;
    }
    return std::nullopt;
}

Result<NodeRecord> AddressBook::next(std::string_view zone, int port, bool strict) {
    auto start = std::find_if(subnets_.begin(), subnets_.end(),
                              [&](const SubnetRecord& subnet) { return subnet.zone == zone; });
    if (start == subnets_.end())
        return invalid_value("zones", "There is no zone \"" + std::string(zone) +
                                          "\": use local-1a, local-1b or local-1c.");
    const auto first = static_cast<std::size_t>(start - subnets_.begin());
    for (std::size_t step = 0; step < (strict ? 1 : subnets_.size()); ++step) {
        auto& subnet = subnets_[(first + step) % subnets_.size()];
        if (auto address = next_in(subnet, port)) {
            NodeRecord out;
            out.address = *address;
            out.zone = subnet.zone;
            out.subnet = subnet.id;
            return out;
        }
    }
    std::string message = "No address is free in the subnet of " + std::string(zone);
    if (!last_holder_.empty())
        message += ": port " + std::to_string(port) + " is held there by " + last_holder_ +
                   "; stop it, or choose another port";
    return Error{"InsufficientCacheClusterCapacity", message + ".", "port", 400};
}

}  // namespace millpond::admin
