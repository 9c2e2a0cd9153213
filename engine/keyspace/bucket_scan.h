// SPDX-License-Identifier: Apache-2.0
//
// A look at the eight slots of a table's bucket at once: in which of them an entry of a tag may be,
// and which are free. A slot is a word whose upper 16 bits are the tag; a free one is 0. Guarded by
// the lock of the table's shard.
#pragma once

#include <atomic>
#include <bit>
#include <cstdint>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace millpond::engine {

class BucketScan {
public:
    static constexpr std::uint32_t kSlots = 8;

    BucketScan(const std::atomic<std::uint64_t>* words, std::uint16_t tag);

    /// The first slot is none.
    void skip_first() {
        slots_ &= ~1u;
        matches_ &= ~1u;
    }
    bool any_match() const { return matches_ != 0; }
    /// Looked for only when asked: mostly the match is found before.
    bool any_free() const;
    /// Requires: any_match().
    std::uint32_t match() const {
        return static_cast<std::uint32_t>(std::countr_zero(matches_)) / 4;
    }
    void next_match() { matches_ &= matches_ - 1; }

private:
    // Each slot has four bits of a mask, of which the lowest speaks for it.
    const std::atomic<std::uint64_t>* words_;
    std::uint32_t slots_ = ~0u;  ///< those that count
    std::uint32_t matches_;
};

#ifdef __SSE2__

constexpr std::uint32_t kEachSlot = 0x11111111;

/// Four bits for each slot, one for each of its 16 bits that equal the pattern.
inline std::uint32_t equal_parts(const std::atomic<std::uint64_t>* words, __m128i pattern) {
    const auto* at = reinterpret_cast<const __m128i*>(words);
    const auto half = [&](const __m128i* from) {
        const __m128i low = _mm_cmpeq_epi16(_mm_load_si128(from), pattern);
        const __m128i high = _mm_cmpeq_epi16(_mm_load_si128(from + 1), pattern);
        return static_cast<std::uint32_t>(_mm_movemask_epi8(_mm_packs_epi16(low, high)));
    };
    return half(at) | half(at + 2) << 16;
}

/// The mask of the slots that carry the tag; for the tag 0 of the free ones too. Requires, here and
/// below: the words are aligned to 16 bytes.
inline std::uint32_t tagged_slots(const std::atomic<std::uint64_t>* words, std::uint16_t tag) {
    return equal_parts(words, _mm_set1_epi16(static_cast<short>(tag))) >> 3 & kEachSlot;
}

inline std::uint32_t free_slots(const std::atomic<std::uint64_t>* words) {
    const std::uint32_t zeros = equal_parts(words, _mm_setzero_si128());
    const std::uint32_t pairs = zeros & zeros >> 1;
    return pairs & pairs >> 2 & kEachSlot;
}

#else

inline std::uint32_t tagged_slots(const std::atomic<std::uint64_t>* words, std::uint16_t tag) {
    std::uint32_t slots = 0;
    for (std::uint32_t i = 0; i < BucketScan::kSlots; ++i) {
        const std::uint64_t word = words[i].load(std::memory_order_relaxed);
        slots |= static_cast<std::uint32_t>(word >> 48 == tag) << 4 * i;
    }
    return slots;
}

inline std::uint32_t free_slots(const std::atomic<std::uint64_t>* words) {
    std::uint32_t slots = 0;
    for (std::uint32_t i = 0; i < BucketScan::kSlots; ++i) {
        const std::uint64_t word = words[i].load(std::memory_order_relaxed);
        slots |= static_cast<std::uint32_t>(word == 0) << 4 * i;
    }
    return slots;
}

#endif

inline BucketScan::BucketScan(const std::atomic<std::uint64_t>* words, std::uint16_t tag)
    : words_(words), matches_(tagged_slots(words, tag)) {
    if (tag == 0) matches_ &= ~free_slots(words);
}

inline bool BucketScan::any_free() const {
    return (free_slots(words_) & slots_) != 0;
}

}  // namespace millpond::engine
