// SPDX-License-Identifier: Apache-2.0
//
// The id of a stream's entry: milliseconds and a sequence number, both unsigned and compared in
// that order. Pure values.
#pragma once

#include <charconv>
#include <compare>
#include <cstdint>
#include <limits>
#include <string>

namespace millpond::engine {

struct StreamId {
    std::uint64_t ms = 0;
    std::uint64_t seq = 0;

    // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 sees a pointer in every defaulted one
    friend constexpr auto operator<=>(const StreamId&, const StreamId&) = default;

    static constexpr StreamId max() {
        return {std::numeric_limits<std::uint64_t>::max(),
                std::numeric_limits<std::uint64_t>::max()};
    }
    constexpr bool zero() const { return ms == 0 && seq == 0; }

    /// The next id; wraps to 0-0 and returns false after the last one.
    constexpr bool increment() {
        if (++seq == 0) ++ms;
        return !zero();
    }
    /// The id before; wraps and returns false before the first one.
    constexpr bool decrement() {
        const bool had = !zero();
        if (seq-- == 0) --ms;
        return had;
    }

    /// "<ms>-<seq>"
    std::string text() const {
        char digits[44];
        char* end = std::to_chars(digits, digits + 20, ms).ptr;
        *end++ = '-';
        end = std::to_chars(end, digits + sizeof digits, seq).ptr;
        return {digits, end};
    }
};

}  // namespace millpond::engine
