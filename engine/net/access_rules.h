// SPDX-License-Identifier: Apache-2.0
//
// Who may connect to a handed-over listener: the VPC's ranges first, then the union of the groups'
// ranges. Immutable once made, so any thread asks it.
#pragma once

#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace millpond::engine {

/// An address as 16 bytes: IPv4 ones in their IPv6-mapped form, so that both compare in one way.
struct IpAddress {
    std::array<std::uint8_t, 16> bytes{};
    static std::optional<IpAddress> parse(std::string_view text);
    static std::optional<IpAddress> of(const sockaddr_storage& address);
    bool loopback() const;
};

/// "10.0.0.0/8", "::1/128", "192.0.2.7".
struct Cidr {
    IpAddress network;
    int bits = 128;  ///< of the 16-byte form
    static std::optional<Cidr> parse(std::string_view text);
    bool contains(const IpAddress& address) const;
};

class AccessRules {
public:
    AccessRules(std::uint64_t revision, const std::vector<std::string>& vpc,
                const std::vector<std::string>& allowed);

    std::uint64_t revision() const { return revision_; }
    /// Empty when the address may connect, else why not, in words for a person.
    std::string_view refusal(const IpAddress& address) const;

private:
    std::uint64_t revision_;
    std::vector<Cidr> vpc_, allowed_;
};

}  // namespace millpond::engine
