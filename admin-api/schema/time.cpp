// SPDX-License-Identifier: Apache-2.0
#include "admin-api/schema/time.h"

#include <chrono>
#include <cstdio>
#include <ctime>

namespace millpond::admin::schema {

std::string iso_time(std::int64_t unix_ms) {
    auto seconds = static_cast<std::time_t>(unix_ms / 1000);
    auto millis = static_cast<int>(unix_ms % 1000);
    if (millis < 0) {
        millis += 1000;
        seconds -= 1;
    }
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    char text[64];
    std::snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", parts.tm_year + 1900,
                  parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec,
                  millis);
    return text;
}

std::optional<std::int64_t> parse_iso_time(std::string_view text) {
    const std::string copy(text);
    std::tm parts{};
    int used = 0;
    const int fields =
        std::sscanf(copy.c_str(), "%4d-%2d-%2dT%2d:%2d:%2d%n", &parts.tm_year, &parts.tm_mon,
                    &parts.tm_mday, &parts.tm_hour, &parts.tm_min, &parts.tm_sec, &used);
    if (fields != 6) return std::nullopt;
    std::string_view rest = std::string_view(copy).substr(static_cast<std::size_t>(used));
    std::int64_t millis = 0;
    if (rest.starts_with('.')) {
        rest.remove_prefix(1);
        std::int64_t scale = 100;
        if (rest.empty() || rest.front() < '0' || rest.front() > '9') return std::nullopt;
        while (!rest.empty() && rest.front() >= '0' && rest.front() <= '9') {
            millis += (rest.front() - '0') * scale;
            scale /= 10;
            rest.remove_prefix(1);
        }
    }
    if (rest != "Z" && rest != "+00:00" && !rest.empty()) return std::nullopt;
    if (parts.tm_mon < 1 || parts.tm_mon > 12 || parts.tm_mday < 1 || parts.tm_mday > 31 ||
        parts.tm_hour > 23 || parts.tm_min > 59 || parts.tm_sec > 60)
        return std::nullopt;
    parts.tm_year -= 1900;
    parts.tm_mon -= 1;
    return static_cast<std::int64_t>(timegm(&parts)) * 1000 + millis;
}

std::int64_t wall_clock_ms() {
    using namespace std::chrono;
    return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

}  // namespace millpond::admin::schema
