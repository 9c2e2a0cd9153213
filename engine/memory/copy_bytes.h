// SPDX-License-Identifier: Apache-2.0
//
// memcpy for what may be long. C libraries before glibc 2.39 copy from some KiB on by one string
// instruction on AMD's Zen 3 and 4, which is 20 to 50 times slower than it should be when the
// target begins a few bytes behind the source within their pages (glibc's bug 30994): 100,000 bytes
// in 45 us instead of 2. Big blocks of memory begin at pages, so a header before the bytes is
// enough for that. Pieces are copied without that instruction.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace millpond::engine {

/// Requires: they do not overlap.
inline void copy_bytes(void* to, const void* from, std::size_t size) noexcept {
    constexpr std::size_t kPage = 4096, kNear = 64;
    constexpr std::size_t kPiece = 1024;  ///< below any threshold for the instruction
    const std::size_t behind =
        (reinterpret_cast<std::uintptr_t>(to) - reinterpret_cast<std::uintptr_t>(from)) % kPage;
    if (size <= kPiece || behind == 0 || behind >= kNear) [[likely]] {
        if (size > 0) std::memcpy(to, from, size);
        return;
    }
    for (std::size_t done = 0; done < size; done += kPiece) {
        std::memcpy(static_cast<char*>(to) + done, static_cast<const char*>(from) + done,
                    std::min(kPiece, size - done));
    }
}

/// The same where they may overlap.
inline void move_bytes(void* to, const void* from, std::size_t size) noexcept {
    const auto target = reinterpret_cast<std::uintptr_t>(to);
    const auto source = reinterpret_cast<std::uintptr_t>(from);
    if (target - source >= size && source - target >= size) return copy_bytes(to, from, size);
    std::memmove(to, from, size);
}

}  // namespace millpond::engine
