// SPDX-License-Identifier: Apache-2.0
//
// Times as the schema writes them: ISO 8601 in UTC with milliseconds. Pure functions, any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace millpond::admin::schema {

/// Milliseconds since the Unix epoch as "2026-03-01T12:00:00.123Z".
std::string iso_time(std::int64_t unix_ms);

/// The reverse. Takes seconds with or without a fraction, and "Z" or nothing at the end.
std::optional<std::int64_t> parse_iso_time(std::string_view text);

/// The wall clock, in milliseconds since the Unix epoch.
std::int64_t wall_clock_ms();

}  // namespace millpond::admin::schema
