// SPDX-License-Identifier: Apache-2.0
//
// Equality of short strings, which names and keys mostly are, without a call.
#pragma once

#include <cstdint>
#include <cstring>

#include "engine/types/object.h"

namespace millpond::engine {

inline bool same_bytes(Bytes a, Bytes b) noexcept {
    const std::size_t size = a.size();
    if (size != b.size()) return false;
    // Two words that overlap cover every size up to twice theirs.
    const auto same = [&]<class Word>(Word) {
        Word words[4];
        std::memcpy(&words[0], a.data(), sizeof(Word));
        std::memcpy(&words[1], b.data(), sizeof(Word));
        std::memcpy(&words[2], a.data() + size - sizeof(Word), sizeof(Word));
        std::memcpy(&words[3], b.data() + size - sizeof(Word), sizeof(Word));
        return words[0] == words[1] && words[2] == words[3];
    };
    if (size > 2 * sizeof(std::uint64_t)) return std::memcmp(a.data(), b.data(), size) == 0;
    if (size >= sizeof(std::uint64_t)) return same(std::uint64_t{});
    if (size >= sizeof(std::uint32_t)) return same(std::uint32_t{});
    if (size >= sizeof(std::uint16_t)) return same(std::uint16_t{});
    return size == 0 || a[0] == b[0];
}

}  // namespace millpond::engine
