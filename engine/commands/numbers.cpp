// SPDX-License-Identifier: Apache-2.0
#include "engine/commands/numbers.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace millpond::engine {

namespace {

/// Longer texts are no numbers to Redis either: its buffer for a long double has this size.
constexpr std::size_t kLongRealMax = 5 * 1024;

bool is_blank(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/// The common part of both widths: `parse` is strtod or strtold, which need a terminated string.
template <class Real, class Parse>
std::optional<Real> parse_with(std::string_view text, Parse parse) {
    if (text.empty() || text.size() >= kLongRealMax || is_blank(text.front())) return std::nullopt;
    char buffer[kLongRealMax];
    std::memcpy(buffer, text.data(), text.size());
    buffer[text.size()] = '\0';
    char* end = nullptr;
    errno = 0;
    const Real value = parse(buffer, &end);
    if (end != buffer + text.size() || std::isnan(value)) return std::nullopt;
    // A denormal result sets ERANGE too, and is a good value.
    if (errno == ERANGE && (std::isinf(value) || value == 0)) return std::nullopt;
    return value;
}

}  // namespace

std::optional<std::uint64_t> parse_unsigned(std::string_view text) noexcept {
    if (text.empty() || text.size() > 20) return std::nullopt;
    if (text.front() == '0')
        return text.size() == 1 ? std::optional<std::uint64_t>(0) : std::nullopt;
    std::uint64_t value = 0;
    const char* last = text.data() + text.size();
    const auto [end, error] = std::from_chars(text.data(), last, value);
    if (error != std::errc() || end != last) return std::nullopt;
    return value;
}

std::string integer_text(std::int64_t value) {
    char digits[24];
    return std::string(digits, print_integer(value, digits));
}

std::optional<double> parse_real(std::string_view text) noexcept {
    return parse_with<double>(text, [](const char* s, char** end) { return std::strtod(s, end); });
}

std::optional<long double> parse_long_real(std::string_view text) noexcept {
    return parse_with<long double>(text,
                                   [](const char* s, char** end) { return std::strtold(s, end); });
}

std::string real_text(double value) {
    if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
    char text[40];
    return std::string(text,
                       static_cast<std::size_t>(std::snprintf(text, sizeof text, "%.17g", value)));
}

std::string long_real_text(long double value) {
    if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
    char text[kLongRealMax];
    const auto length = static_cast<std::size_t>(std::snprintf(text, sizeof text, "%.17Lf", value));
    std::string_view view(text, length);
    if (view.find('.') != std::string_view::npos) {
        view.remove_suffix(view.size() - 1 - view.find_last_not_of('0'));
        if (view.back() == '.') view.remove_suffix(1);
    }
    return view == "-0" ? "0" : std::string(view);
}

std::string_view c_text(std::string_view text) noexcept {
    return text.substr(0, text.find('\0'));
}

bool is_word(std::string_view word, std::string_view lower) noexcept {
    return word.size() == lower.size() &&
           std::equal(word.begin(), word.end(), lower.begin(), [](char w, char l) {
               return (w >= 'A' && w <= 'Z' ? static_cast<char>(w | 0x20) : w) == l;
           });
}

}  // namespace millpond::engine
