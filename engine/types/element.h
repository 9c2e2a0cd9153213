// SPDX-License-Identifier: Apache-2.0
//
// How one element lies in a packed run. The first byte says what follows:
//
//     0x00..0x9f  a string of that many bytes, which follow
//     0xa0..0xdf  an integer 0..63, nothing follows
//     0xe0..0xe5  an integer of 1, 2, 3, 4, 6 or 8 bytes, little endian
//     0xe8        a string: 2 bytes of length, the bytes (160..512)
//     0xe9        a longer string, apart: 8 bytes of pointer to a Block owned by the element
//     0xea        a double of 8 bytes (scores that are no integers)
//
// A string that is the decimal form of a 64-bit integer is always kept as one, in the shortest
// form, so that equal strings have equal bytes (save Blocks). Pure functions over memory that the
// caller locks.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "engine/types/object.h"
#include "engine/types/same_bytes.h"

namespace millpond::engine {

/// The heads that nearly all elements have; what they say is decided inline.
inline constexpr std::uint8_t kShortStringMax = 0x9f;
inline constexpr std::uint8_t kTinyInteger = 0xa0;
inline constexpr std::uint8_t kInteger = 0xe0;

/// The longest string kept inside a run: past it, moving the run's bytes would cost more than the
/// pointer.
constexpr std::size_t kInlineMax = 512;

/// Room for the digits of an integer element that is read as a string.
using Digits = std::array<char, 24>;

/// A long string apart from its run: this header, then the bytes.
struct Block {
    std::size_t size;
    Bytes bytes() const { return {reinterpret_cast<const char*>(this + 1), size}; }
    static Block* create(Bytes bytes);
};

/// A string prepared for being stored or looked for. Requires: the string outlives it.
class Needle {
public:
    explicit Needle(Bytes text);

    Bytes text() const { return text_; }
    bool is_integer() const { return integer_; }
    std::int64_t integer() const { return value_; }
    bool is_block() const { return block_; }

    std::size_t encoded_size() const { return head_size_ + body_; }
    /// Writes encoded_size() bytes; a Block is allocated here.
    void encode(std::uint8_t* to) const;
    bool equals(const std::uint8_t* element) const {
        if (*element != head_[0]) return false;
        if (head_size_ > 1) return equals_rare(element);
        return same_bytes({reinterpret_cast<const char*>(element) + 1, body_},
                          {text_.data(), body_});
    }
    std::uint64_t hash() const;

private:
    bool equals_rare(const std::uint8_t* element) const;

    Bytes text_;
    std::int64_t value_ = 0;
    std::size_t body_ = 0;  ///< bytes of the text that follow the head
    bool integer_ = false;
    bool block_ = false;
    std::uint8_t head_size_ = 1;
    std::array<std::uint8_t, 9> head_{};
};

/// An element read in place.
struct Element {
    const char* data = nullptr;  ///< null for an integer
    std::size_t size = 0;
    std::int64_t value = 0;

    bool is_integer() const { return data == nullptr; }
    Bytes text(Digits& digits) const {
        return data != nullptr ? Bytes(data, size) : write_digits(digits);
    }

private:
    Bytes write_digits(Digits& digits) const;
};

Element read_rare_element(const std::uint8_t* at);
inline Element read_element(const std::uint8_t* at) {
    if (*at <= kShortStringMax) [[likely]]
        return {reinterpret_cast<const char*>(at) + 1, *at, 0};
    return read_rare_element(at);
}

std::size_t rare_element_size(const std::uint8_t* at);
inline std::size_t element_size(const std::uint8_t* at) {
    if (*at <= kShortStringMax) return 1u + *at;
    if (*at < kInteger) return 1;
    return rare_element_size(at);
}
/// The hash that Needle::hash() gives for the same string.
std::uint64_t element_hash(const std::uint8_t* at);
/// Frees the Block of a long string; nothing otherwise.
void release_element(const std::uint8_t* at) noexcept;
/// After the element's bytes have been copied: gives the copy a Block of its own.
void unshare_element(std::uint8_t* at);
/// Bytes that the element holds apart.
std::size_t element_block_bytes(const std::uint8_t* at);

/// Scores: the shortest integer form, or a double. As in Redis's listpacks, -0 becomes 0.
std::size_t encode_score(std::uint8_t* to, double score);  ///< writes at most 9 bytes
double read_score(const std::uint8_t* at);

/// The decimal form of a 64-bit integer and nothing else: "-0", "+1", "01" and " 1" are not.
bool parse_canonical(Bytes text, std::int64_t& out);

/// The seeded hash of member names: an outsider cannot choose colliding ones.
std::uint64_t hash_bytes(Bytes text);
std::uint64_t hash_integer(std::int64_t value);

}  // namespace millpond::engine
