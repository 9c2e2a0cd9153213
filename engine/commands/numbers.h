// SPDX-License-Identifier: Apache-2.0
//
// Numbers as Redis 7.0 reads and writes them; shared by all command families. Pure functions.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/keyspace/integer.h"

namespace millpond::engine {

/// The canonical form only, as parse_integer (keyspace/integer.h) reads signed ones.
std::optional<std::uint64_t> parse_unsigned(std::string_view text) noexcept;

std::string integer_text(std::int64_t value);

/// A double: decimal, exponent, hexadecimal, "inf", "-inf"; no blanks around, no NaN.
std::optional<double> parse_real(std::string_view text) noexcept;
/// A long double, as INCRBYFLOAT reads it.
std::optional<long double> parse_long_real(std::string_view text) noexcept;

/// As replies and scores are printed: %.17g; "inf", "-inf".
std::string real_text(double value);
/// As INCRBYFLOAT and HINCRBYFLOAT print: %.17Lf without trailing zeros, never with an exponent.
std::string long_real_text(long double value);

/// What an error shows of an argument: as a C string, up to a zero byte.
std::string_view c_text(std::string_view text) noexcept;

/// `word` compared without regard to ASCII case; `lower` is in lower case.
bool is_word(std::string_view word, std::string_view lower) noexcept;

}  // namespace millpond::engine
