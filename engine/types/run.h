// SPDX-License-Identifier: Apache-2.0
//
// A packed run: a header of 8 bytes and elements one after another, in one allocation. An open one
// may have a gap between them, so that what comes and goes at its front moves nothing. What the
// elements mean (fields and values, members, members and scores, with back lengths or table tags
// between them) is its user's business. Every object of this folder begins with this header, so
// that an object can be told by its pointer alone. Guarded by the lock of the entry's shard.
#pragma once

#include <cstddef>
#include <cstdint>

#include "engine/types/object.h"

namespace millpond::engine {

enum class Form : std::uint8_t {
    packed,
    integers,
    table,
    tree,
    chain,
    stream,
    timed,
    open  ///< a run that is filled or emptied at its ends: memory in powers of two, a gap before
};

struct ObjectHead {
    std::uint64_t used : 28 = 0;   ///< bytes of elements, of a run
    std::uint64_t gap : 12 = 0;    ///< bytes between the header and them
    std::uint64_t count : 21 = 0;  ///< what its user counts: elements, pairs
    std::uint64_t form_bits : 3 = 0;

    Form form() const { return static_cast<Form>(form_bits); }
};
static_assert(sizeof(ObjectHead) == 8);

struct Run : ObjectHead {
    /// Past either a collection leaves its packed form, whatever the configured limits say.
    static constexpr std::size_t kBytesMax = (256u << 20) - 1;
    static constexpr std::size_t kCountMax = 1u << 20;

    static Run* create(Form form);
    static void destroy(Run* run) noexcept;
    /// `run` may move.
    static void reform(Run*& run, Form form);
    /// Byte by byte: the elements' Blocks are then to be unshared by the caller.
    static Run* copy(const Run* run);

    std::uint8_t* begin() { return reinterpret_cast<std::uint8_t*>(this + 1) + gap; }
    std::uint8_t* end() { return begin() + used; }
    const std::uint8_t* begin() const {
        return reinterpret_cast<const std::uint8_t*>(this + 1) + gap;
    }
    const std::uint8_t* end() const { return begin() + used; }
    std::size_t allocated() const;
    /// The first lines, which is where most of what is looked for lies. (Always inline, here and
    /// above: g++ 12 takes a function that only prefetches for one without effect, and drops it.)
    [[gnu::always_inline]] void prefetch() const {
        constexpr int kLines = 4, kLine = 64;
        for (int i = 0; i < kLines; i++)
            __builtin_prefetch(reinterpret_cast<const char*>(this) + i * kLine);
    }

    /// Replaces `remove` bytes at `offset` by `insert` uninitialised ones and returns their place;
    /// `run` may move.
    static std::uint8_t* splice(Run*& run, std::size_t offset, std::size_t remove,
                                std::size_t insert);

    /// The same at an end, where nothing has to move: null when something would have to. Requires:
    /// an open run.
    std::uint8_t* extend(bool front, std::size_t bytes);
    /// Takes bytes away from an end; false when the memory is to shrink too. Requires: an open run.
    bool shrink(bool front, std::size_t bytes);

private:
    static Run* allocate(std::size_t size);
    static void release(Run* run, std::size_t size) noexcept;
    std::size_t gap_after(std::size_t offset, std::size_t tail, std::size_t used) const;
    std::uint8_t* place(std::size_t at) { return reinterpret_cast<std::uint8_t*>(this + 1) + at; }
};

/// The element after this one.
const std::uint8_t* next_element(const std::uint8_t* at);

}  // namespace millpond::engine
