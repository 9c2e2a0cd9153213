// SPDX-License-Identifier: Apache-2.0
#include "admin-api/control/network.h"

#include <charconv>

namespace millpond::admin {
namespace {

// A decimal number without sign or leading zeros, at most `high`, taken off the front of `text`.
std::optional<std::uint32_t> take_number(std::string_view& text, std::uint32_t high) {
    std::uint32_t number = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
    const auto length = static_cast<std::size_t>(end - text.data());
    if (failure != std::errc() || number > high) return std::nullopt;
    if (length > 1 && text.front() == '0') return std::nullopt;
    text.remove_prefix(length);
    return number;
}

bool take(std::string_view& text, char wanted) {
    if (!text.starts_with(wanted)) return false;
    text.remove_prefix(1);
    return true;
}

std::optional<std::uint32_t> take_address(std::string_view& text) {
    std::uint32_t address = 0;
    for (int part = 0; part < 4; ++part) {
        if (part > 0 && !take(text, '.')) return std::nullopt;
        const auto number = take_number(text, 255);
        if (!number) return std::nullopt;
        address = address << 8 | *number;
    }
    return address;
}

}  // namespace

std::string address_text(std::uint32_t address) {
    return std::to_string(address >> 24) + "." + std::to_string(address >> 16 & 255) + "." +
           std::to_string(address >> 8 & 255) + "." + std::to_string(address & 255);
}

std::string Cidr::text() const {
    return address_text(base) + "/" + std::to_string(bits);
}

std::optional<std::uint32_t> parse_address(std::string_view text) {
    const auto address = take_address(text);
    return text.empty() ? address : std::nullopt;
}

std::optional<Cidr> parse_cidr(std::string_view text) {
    const auto address = take_address(text);
    if (!address || !take(text, '/')) return std::nullopt;
    const auto bits = take_number(text, 32);
    if (!bits || !text.empty()) return std::nullopt;
    const std::uint32_t mask = *bits == 0 ? 0 : ~std::uint32_t{0} << (32 - *bits);
    return Cidr{*address & mask, static_cast<int>(*bits)};
}

}  // namespace millpond::admin
