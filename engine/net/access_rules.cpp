// SPDX-License-Identifier: Apache-2.0
#include "engine/net/access_rules.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <charconv>
#include <cstring>

namespace millpond::engine {

namespace {

constexpr int kMappedBits = 96;
constexpr std::array<std::uint8_t, 12> kMappedPrefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

bool is_mapped(const IpAddress& address) {
    return std::equal(kMappedPrefix.begin(), kMappedPrefix.end(), address.bytes.begin());
}

IpAddress mapped(const in_addr& four) {
    IpAddress address;
    std::ranges::copy(kMappedPrefix, address.bytes.begin());
    std::memcpy(address.bytes.data() + kMappedPrefix.size(), &four, sizeof four);
    return address;
}

std::vector<Cidr> parse_all(const std::vector<std::string>& texts) {
    std::vector<Cidr> out;
    for (const std::string& text : texts) {
        // What does not parse lets nobody in.
        if (const auto cidr = Cidr::parse(text)) out.push_back(*cidr);
    }
    return out;
}

bool contained(const std::vector<Cidr>& ranges, const IpAddress& address) {
    return std::ranges::any_of(ranges, [&](const Cidr& range) { return range.contains(address); });
}

}  // namespace

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
    const std::string copy(text);
    in_addr four{};
    if (::inet_pton(AF_INET, copy.c_str(), &four) == 1) return mapped(four);
    IpAddress address;
    if (::inet_pton(AF_INET6, copy.c_str(), address.bytes.data()) == 1) return address;
    return std::nullopt;
}

std::optional<IpAddress> IpAddress::of(const sockaddr_storage& address) {
    if (address.ss_family == AF_INET)
        return mapped(reinterpret_cast<const sockaddr_in&>(address).sin_addr);
    if (address.ss_family != AF_INET6) return std::nullopt;
    IpAddress out;
    std::memcpy(out.bytes.data(), &reinterpret_cast<const sockaddr_in6&>(address).sin6_addr,
                out.bytes.size());
    return out;
}

bool IpAddress::loopback() const {
    if (is_mapped(*this)) return bytes[12] == 127;
    static constexpr std::array<std::uint8_t, 16> kOne{0, 0, 0, 0, 0, 0, 0, 0,
                                                       0, 0, 0, 0, 0, 0, 0, 1};
    return bytes == kOne;
}

std::optional<Cidr> Cidr::parse(std::string_view text) {
    const std::size_t slash = text.find('/');
    const auto network = IpAddress::parse(text.substr(0, slash));
    if (!network) return std::nullopt;
    const bool four = text.find(':') == std::string_view::npos;
    Cidr cidr{*network, 128};
    if (slash == std::string_view::npos) return cidr;
    const std::string_view digits = text.substr(slash + 1);
    int bits = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
    if (error != std::errc() || end != digits.data() + digits.size() || bits < 0 ||
        bits > (four ? 32 : 128)) {
        return std::nullopt;
    }
    cidr.bits = bits + (four ? kMappedBits : 0);
    return cidr;
}

bool Cidr::contains(const IpAddress& address) const {
    const auto whole = static_cast<std::size_t>(bits / 8);
    if (!std::equal(network.bytes.begin(),
                    network.bytes.begin() + static_cast<std::ptrdiff_t>(whole),
                    address.bytes.begin())) {
        return false;
    }
    const int rest = bits % 8;
    if (rest == 0) return true;
    const auto mask = static_cast<std::uint8_t>(0xff << (8 - rest));
    return (network.bytes[whole] & mask) == (address.bytes[whole] & mask);
}

AccessRules::AccessRules(std::uint64_t revision, const std::vector<std::string>& vpc,
                         const std::vector<std::string>& allowed)
    : revision_(revision), vpc_(parse_all(vpc)), allowed_(parse_all(allowed)) {}

std::string_view AccessRules::refusal(const IpAddress& address) const {
    if (!contained(vpc_, address)) return "outside the VPC";
    if (!contained(allowed_, address)) return "no inbound rule allows it";
    return {};
}

}  // namespace millpond::engine
