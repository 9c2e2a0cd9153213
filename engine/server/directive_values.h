// SPDX-License-Identifier: Apache-2.0
//
// Values of directives as redis-server reads them. Pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace millpond::engine {

/// "100", "1k" (1000), "1kb" (1024), "1m", "1mb", "1g", "1gb", "1b"; "" is 0; never negative.
std::optional<std::int64_t> parse_memory(std::string_view text);

/// "argument must be between MIN and MAX inclusive".
std::string between(std::int64_t min, std::int64_t max);

/// The percentages of latency-tracking-info-percentiles, written canonically; or why not.
struct Percentiles {
    std::string text;
    std::optional<std::string> error;
};
Percentiles check_percentiles(const std::string& text);

/// The words of shutdown-on-sigterm and shutdown-on-sigint, canonically; or why not.
struct ShutdownWords {
    std::string text;
    std::optional<std::string> error;
};
ShutdownWords check_shutdown_words(const std::string& text);

}  // namespace millpond::engine
