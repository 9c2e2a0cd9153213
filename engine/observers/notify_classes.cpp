// SPDX-License-Identifier: Apache-2.0
#include "engine/observers/notify_classes.h"

namespace millpond::engine {

namespace {
constexpr std::uint32_t kAll = (1u << 10) - 1;
}

std::optional<std::uint32_t> parse_notify_classes(std::string_view text) {
    std::uint32_t classes = 0;
    for (const char letter : text) {
        if (letter == 'A') {
            classes |= kAll;
        } else if (kNotifyLetters.find(letter) != std::string_view::npos) {
            classes |= notify_bit(letter);
        } else {
            return std::nullopt;
        }
    }
    return classes;
}

// redis-server 7.0 prints no 'n' behind an 'A', although the class is on.
std::string print_notify_classes(std::uint32_t classes) {
    const bool all = (classes & kAll) == kAll;
    std::string text(all ? 1 : 0, 'A');
    for (const char letter : kNotifyLetters) {
        const bool named = !all || notify_bit(letter) > notify_bit('n');
        if (named && (classes & notify_bit(letter))) text += letter;
    }
    return text;
}

}  // namespace millpond::engine
