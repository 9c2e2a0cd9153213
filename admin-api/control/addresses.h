// SPDX-License-Identifier: Apache-2.0
//
// Giving out addresses. Each subnet goes round its range, so that an address comes back as late as
// it can: an old client must not meet another cluster's data. As in a VPC of AWS, the first four
// addresses of a subnet and its last one are never given out.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "admin-api/control/state.h"
#include "admin-api/schema/result.h"

namespace millpond::admin {

/// Who holds the address and port already, in words ("redis-server, pid 812"); nothing: it is free.
using PortProbe = std::function<std::optional<std::string>(const std::string& ip, int port)>;

int free_addresses(const State& state, const SubnetRecord& subnet);

/// Hands out addresses of one change; the subnets that it moved on are the caller's to store.
class AddressBook {
public:
    AddressBook(const State& state, const PortProbe& probe);

    /// The next free address in `zone`, or in the next zone that has one when `strict` is false.
    Result<NodeRecord> next(std::string_view zone, int port, bool strict);
    const std::vector<SubnetRecord>& subnets() const { return subnets_; }
    std::vector<std::string> zones() const;

private:
    std::optional<std::string> next_in(SubnetRecord& subnet, int port);

    std::vector<SubnetRecord> subnets_;
    std::set<std::string> taken_;
    const PortProbe& probe_;
    std::string last_holder_;
};

}  // namespace millpond::admin
