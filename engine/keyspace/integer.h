// SPDX-License-Identifier: Apache-2.0
//
// Canonical decimal integers: what a string must look like to be kept as one. Pure functions.
#pragma once

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace millpond::engine {

/// The canonical form only: no blanks, plus sign, leading zeros or "-0"; exactly what printing the
/// result gives back.
inline std::optional<std::int64_t> parse_integer(std::string_view text) noexcept {
    if (text.empty() || text.size() > 20) return std::nullopt;
    const bool negative = text.front() == '-';
    if (text.size() == negative) return std::nullopt;
    const char first = text[negative ? 1 : 0];
    if (first == '0') return text.size() == 1 ? std::optional<std::int64_t>(0) : std::nullopt;
    if (first < '0' || first > '9') return std::nullopt;
    std::int64_t value = 0;
    const char* last = text.data() + text.size();
    const auto [end, error] = std::from_chars(text.data(), last, value);
    if (error != std::errc() || end != last) return std::nullopt;
    return value;
}

/// Decimal digits of `value` at the front of `out` (24 bytes); returns their number.
inline std::size_t print_integer(std::int64_t value, char* out) noexcept {
    return static_cast<std::size_t>(std::to_chars(out, out + 24, value).ptr - out);
}

}  // namespace millpond::engine
