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

    /// Each slot has four bits of a mask, of which the lowest speaks for it.
    BucketScan(std::uint32_t matches, std::uint32_t free)
        : matches_(matches & ~free), free_(free) {}

    /// The first slot is none.
    void skip_first() {
        matches_ &= ~1u;
        free_ &= ~1u;
    }
    bool any_match() const { return matches_ != 0; }
    bool any_free() const { return free_ != 0; }
    /// Requires: any_match().
    std::uint32_t match() const {
        return static_cast<std::uint32_t>(std::countr_zero(matches_)) / 4;
    }
    void next_match() { matches_ &= matches_ - 1; }

private:
    std::uint32_t matches_;
    std::uint32_t free_;
};

#ifdef __SSE2__

/// Requires: the words are aligned to 16 bytes.
inline BucketScan scan_bucket(const std::atomic<std::uint64_t>* words, std::uint16_t tag) {
    const auto* parts = reinterpret_cast<const __m128i*>(words);
    // A bit for each 16 bits of four slots that equal those of the pattern.
    const auto equal_parts = [](const __m128i* at, __m128i pattern) {
        const __m128i low = _mm_cmpeq_epi16(_mm_load_si128(at), pattern);
        const __m128i high = _mm_cmpeq_epi16(_mm_load_si128(at + 1), pattern);
        return static_cast<std::uint32_t>(_mm_movemask_epi8(_mm_packs_epi16(low, high)));
    };
    constexpr std::uint32_t kEach = 0x11111111;
    const __m128i tags = _mm_set1_epi16(static_cast<short>(tag));
    const __m128i zero = _mm_setzero_si128();
    const std::uint32_t tagged = equal_parts(parts, tags) | equal_parts(parts + 2, tags) << 16;
    const std::uint32_t zeros = equal_parts(parts, zero) | equal_parts(parts + 2, zero) << 16;
    const std::uint32_t pairs = zeros & zeros >> 1;
    return {tagged >> 3 & kEach, pairs & pairs >> 2 & kEach};
}

#else

inline BucketScan scan_bucket(const std::atomic<std::uint64_t>* words, std::uint16_t tag) {
    std::uint32_t matches = 0;
    std::uint32_t free = 0;
    for (std::uint32_t i = 0; i < BucketScan::kSlots; ++i) {
        const std::uint64_t word = words[i].load(std::memory_order_relaxed);
        matches |= static_cast<std::uint32_t>(word >> 48 == tag) << 4 * i;
        free |= static_cast<std::uint32_t>(word == 0) << 4 * i;
    }
    return {matches, free};
}

#endif

}  // namespace millpond::engine
