// SPDX-License-Identifier: Apache-2.0
//
// The classes of keyspace events as notify-keyspace-events names them: a bit for each letter. Pure
// functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace millpond::engine {

/// The letters in the order in which CONFIG GET prints them; bit i is letter i. 'A' stands for the
/// first ten.
constexpr std::string_view kNotifyLetters = "g$lshzxetdnKEm";

constexpr std::uint32_t notify_bit(char letter) {
    return 1u << kNotifyLetters.find(letter);
}

/// Nothing when there is a character that is no class.
std::optional<std::uint32_t> parse_notify_classes(std::string_view text);
std::string print_notify_classes(std::uint32_t classes);

}  // namespace millpond::engine
