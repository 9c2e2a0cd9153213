// SPDX-License-Identifier: Apache-2.0
//
// A packed run: a header of 8 bytes and elements one after another, in one allocation. What the
// elements mean (fields and values, members, members and scores, with back lengths or table tags
// between them) is its user's business. Every object of this folder begins with this header, so
// that an object can be told by its pointer alone. Guarded by the lock of the entry's shard.
#pragma once

#include <cstddef>
#include <cstdint>

#include "engine/types/object.h"

namespace millpond::engine {

enum class Form : std::uint8_t { packed, integers, table, tree, chain, stream, timed };

struct ObjectHead {
    std::uint32_t used = 0;        ///< bytes after the header, of a run
    std::uint32_t count : 24 = 0;  ///< what its user counts: elements, pairs
    std::uint32_t form_bits : 8 = 0;

    Form form() const { return static_cast<Form>(form_bits); }
};
static_assert(sizeof(ObjectHead) == 8);

struct Run : ObjectHead {
    /// Past either a collection leaves its packed form, whatever the configured limits say.
    static constexpr std::size_t kBytesMax = 256u << 20;
    static constexpr std::size_t kCountMax = 1u << 20;

    static Run* create(Form form);
    static void destroy(Run* run) noexcept;
    /// Byte by byte: the elements' Blocks are then to be unshared by the caller.
    static Run* copy(const Run* run);

    std::uint8_t* begin() { return reinterpret_cast<std::uint8_t*>(this + 1); }
    std::uint8_t* end() { return begin() + used; }
    const std::uint8_t* begin() const { return reinterpret_cast<const std::uint8_t*>(this + 1); }
    const std::uint8_t* end() const { return begin() + used; }
    std::size_t allocated() const;

    /// Replaces `remove` bytes at `offset` by `insert` uninitialised ones and returns their place;
    /// `run` may move.
    static std::uint8_t* splice(Run*& run, std::size_t offset, std::size_t remove,
                                std::size_t insert);
};

/// The element after this one.
const std::uint8_t* next_element(const std::uint8_t* at);

}  // namespace millpond::engine
