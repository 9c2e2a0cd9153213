// SPDX-License-Identifier: Apache-2.0
//
// IPv4 addresses and ranges, as the network model needs them. Pure functions, any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace millpond::admin {

struct Cidr {
    std::uint32_t base = 0;  ///< host byte order, host bits clear
    int bits = 0;

    bool contains(std::uint32_t address) const {
        return bits == 0 || (address >> (32 - bits)) == (base >> (32 - bits));
    }
    std::string text() const;
};

/// "127.0.0.1"; nothing else: no leading zeros, no short forms.
std::optional<std::uint32_t> parse_address(std::string_view text);
std::string address_text(std::uint32_t address);

/// "10.0.0.0/8". Host bits are cleared, as EC2 does; a bare address is refused.
std::optional<Cidr> parse_cidr(std::string_view text);

}  // namespace millpond::admin
