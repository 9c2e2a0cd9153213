// SPDX-License-Identifier: Apache-2.0
#include "engine/commands/glob.h"

#include <algorithm>
#include <cstddef>

namespace millpond::engine {

namespace {

/// Does `c` match the class that begins behind the '[' at `at`? Moves `at` behind its end.
bool matches_class(std::string_view pattern, std::size_t& at, char c) {
    const bool negated = at < pattern.size() && pattern[at] == '^';
    if (negated) ++at;
    bool found = false;
    for (; at < pattern.size() && pattern[at] != ']'; ++at) {
        if (pattern[at] == '\\' && at + 1 < pattern.size()) {
            const char escaped = pattern[++at];
            found = found || escaped == c;
        } else if (at + 2 < pattern.size() && pattern[at + 1] == '-') {
            const auto u = static_cast<unsigned char>(c);
            const auto first = static_cast<unsigned char>(pattern[at]),
                       last = static_cast<unsigned char>(pattern[at + 2]);
            found = found || (u >= std::min(first, last) && u <= std::max(first, last));
            at += 2;
        } else {
            found = found || pattern[at] == c;
        }
    }
    if (at < pattern.size()) ++at;  // an open class ends with the pattern
    return found != negated;
}

/// One character against what stands at `at`, which is no star; moves `at` on.
bool matches_one(std::string_view pattern, std::size_t& at, char c) {
    const char p = pattern[at++];
    if (p == '?') return true;
    if (p == '[') return matches_class(pattern, at, c);
    if (p == '\\' && at < pattern.size()) return pattern[at++] == c;
    return p == c;
}

}  // namespace

bool glob_matches(std::string_view pattern, std::string_view text) noexcept {
    if (text.empty()) return pattern.empty();
    std::size_t p = 0, t = 0;
    std::size_t star = std::string_view::npos,
                star_text = 0;  // the last star, and what it has eaten up to
    while (t < text.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            star = ++p;
            star_text = t;
            continue;
        }
        std::size_t next = p;
        if (p < pattern.size() && matches_one(pattern, next, text[t])) {
            p = next;
            ++t;
            continue;
        }
        if (star == std::string_view::npos) return false;
        p = star;
        t = ++star_text;
    }
    while (p < pattern.size() && pattern[p] == '*') ++p;
    return p == pattern.size();
}

}  // namespace millpond::engine
