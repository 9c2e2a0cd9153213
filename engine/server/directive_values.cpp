// SPDX-License-Identifier: Apache-2.0
#include "engine/server/directive_values.h"

#include <fmt/format.h>

#include <array>
#include <charconv>

#include "engine/commands/numbers.h"
#include "resp/words.h"

namespace millpond::engine {

namespace {

struct Unit {
    std::string_view name;
    std::int64_t bytes;
};

constexpr Unit kUnits[] = {{"", 1},        {"b", 1},        {"k", 1000},       {"kb", 1 << 10},
                           {"m", 1000000}, {"mb", 1 << 20}, {"g", 1000000000}, {"gb", 1 << 30}};

}  // namespace

std::optional<std::int64_t> parse_memory(std::string_view text) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (text.empty()) return 0;  // as redis-server has it
    if (error != std::errc() || number < 0) return std::nullopt;
    const std::string_view unit_word = text.substr(static_cast<std::size_t>(end - text.data()));
    for (const Unit& unit : kUnits) {
        std::int64_t bytes = 0;
        if (!is_word(unit_word, unit.name)) continue;
        if (__builtin_mul_overflow(number, unit.bytes, &bytes)) return std::nullopt;
        return bytes;
    }
    return std::nullopt;
}

std::string between(std::int64_t min, std::int64_t max) {
    return "argument must be between " + integer_text(min) + " and " + integer_text(max) +
           " inclusive";
}

Percentiles check_percentiles(const std::string& text) {
    Percentiles checked;
    const auto words = resp::split_words(text);
    if (!words) return {{}, "Invalid latency-tracking-info-percentiles parameters"};
    for (const std::string& word : *words) {
        const auto value = parse_real(word);
        if (!value) return {{}, "Invalid latency-tracking-info-percentiles parameters"};
        if (*value < 0 || *value > 100) {
            return {{},
                    "latency-tracking-info-percentiles parameters should sit between "
                    "[0.0,100.0]"};
        }
        checked.text += (checked.text.empty() ? "" : " ") + fmt::format("{}", *value);
    }
    return checked;
}

ShutdownWords check_shutdown_words(const std::string& text) {
    static constexpr std::array<std::string_view, 5> kWords{"default", "save", "nosave", "now",
                                                            "force"};
    std::array<bool, kWords.size()> given{};
    const auto words = resp::split_words(text);
    const ShutdownWords unknown{
        {}, "argument(s) must be one of the following: default, save, nosave, now, force"};
    if (!words || words->empty()) return unknown;
    for (const std::string& word : *words) {
        bool known = false;
        for (std::size_t i = 0; i < kWords.size(); ++i) {
            if (!is_word(word, kWords[i])) continue;
            given[i] = known = true;
        }
        if (!known) return unknown;
    }
    if (given[1] && given[2])
        return {{}, "shutdown options SAVE and NOSAVE can't be used simultaneously"};
    ShutdownWords checked;
    for (std::size_t i = 1; i < kWords.size(); ++i) {
        if (given[i]) checked.text.append(checked.text.empty() ? "" : " ").append(kWords[i]);
    }
    if (checked.text.empty()) checked.text = "default";
    return checked;
}

}  // namespace millpond::engine
