// SPDX-License-Identifier: Apache-2.0
//
// The sizes in which the structures of this folder allocate. mimalloc rounds a request up to one of
// its classes (16-byte steps to 64 bytes, then four to a doubling); asking for whole classes gives
// the structures the slack instead of wasting it, and tells them when growth needs no new
// allocation.
#pragma once

#include <bit>
#include <cstddef>
#include <new>

namespace millpond::engine {

/// Ensures: result >= bytes, and growth in whole classes is geometric.
constexpr std::size_t allocation_class(std::size_t bytes) noexcept {
    if (bytes <= 8) return 8;
    if (bytes <= 64) return (bytes + 15) & ~std::size_t{15};
    std::size_t step = std::bit_floor(bytes - 1) / 4;
    return (bytes + step - 1) / step * step;
}

inline void* allocate(std::size_t bytes) {
    return ::operator new(bytes);
}
inline void release(void* memory) noexcept {
    ::operator delete(memory);
}

}  // namespace millpond::engine
