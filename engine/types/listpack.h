// SPDX-License-Identifier: Apache-2.0
//
// A listpack held in memory, in the very form that Redis keeps and RDB files carry: total bytes (4,
// little endian), number of elements (2, 65535 when unknown), elements, 0xff. An element is an
// encoding with its payload, and its length once more, in 7-bit groups, to be read backwards.
// Streams keep their entries so, because where a run ends decides what an approximate trim removes.
// Functions over memory that the caller owns and locks; it holds a valid listpack unless it says
// otherwise.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "engine/types/element.h"
#include "engine/types/object.h"

namespace millpond::engine::listpack {

constexpr std::size_t kHeaderBytes = 6;
constexpr std::uint8_t kEnd = 0xff;
constexpr std::uint32_t kCountUnknown = 65535;

/// Bytes of the whole listpack, its end included.
inline std::size_t total_bytes(const std::uint8_t* pack) {
    std::uint32_t total;
    std::memcpy(&total, pack, sizeof total);
    return total;
}
void set_total_bytes(std::uint8_t* pack, std::size_t total);
/// Counts `added` elements more in the header, which stops at kCountUnknown.
void add_to_count(std::uint8_t* pack, std::size_t added);
/// Makes an empty listpack of `pack`, which has room for kHeaderBytes + 1.
void clear(std::uint8_t* pack);

inline const std::uint8_t* first(const std::uint8_t* pack) {
    return pack + kHeaderBytes;
}
inline bool at_end(const std::uint8_t* at) {
    return *at == kEnd;
}
/// Requires: not at the end.
const std::uint8_t* next(const std::uint8_t* at);
/// Requires: `at` is not the first. The end's previous is the last element.
const std::uint8_t* previous(const std::uint8_t* at);

/// Requires: not at the end.
Element read(const std::uint8_t* at);
/// An element that is known to be an integer.
inline std::int64_t read_integer(const std::uint8_t* at) {
    return *at < 0x80 ? *at : read(at).value;
}

/// Bytes that an element takes, all told. A text that is the decimal form of an integer is one.
std::size_t element_bytes(std::int64_t value);
std::size_t element_bytes(Bytes text);
/// Writes an element and returns where the next one goes.
std::uint8_t* put(std::uint8_t* to, std::int64_t value);
std::uint8_t* put(std::uint8_t* to, Bytes text);

/// Bytes of the length that follows an element of `length` bytes.
std::size_t back_length_bytes(std::size_t length);

/// Nothing is taken for granted: may these bytes be read by the functions above?
bool is_valid(Bytes pack);

}  // namespace millpond::engine::listpack
