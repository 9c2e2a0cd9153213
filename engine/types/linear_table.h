// SPDX-License-Identifier: Apache-2.0
//
// The table of large sets and hashes and the member index of large sorted sets: linear hashing
// (Litwin, 1980) over packed runs. A bucket is a run of a dozen records, each a tag byte of the
// hash and a payload whose size and hash `Record` knows:
//
//     static std::size_t size(const std::uint8_t* payload);
//     static std::uint64_t hash(const std::uint8_t* payload);
//
// The table grows and shrinks by one bucket at a time, next to the insertion that called for it, so
// no operation moves more than two buckets. A scan walks the hash order (bit-reversed), which a
// split or merge refines or coarsens but never reorders. Guarded by the lock of the entry's shard.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <vector>

#include "engine/types/run.h"

namespace millpond::engine {

/// The bits of a word in reverse order.
constexpr std::uint64_t reverse_bits(std::uint64_t v) {
    v = (v >> 1 & 0x5555555555555555) | (v & 0x5555555555555555) << 1;
    v = (v >> 2 & 0x3333333333333333) | (v & 0x3333333333333333) << 2;
    v = (v >> 4 & 0x0f0f0f0f0f0f0f0f) | (v & 0x0f0f0f0f0f0f0f0f) << 4;
    return __builtin_bswap64(v);
}

template <class Record>
class LinearTable {
public:
    LinearTable() { add_bucket(); }
    LinearTable(const LinearTable&) = delete;
    LinearTable& operator=(const LinearTable&) = delete;
    ~LinearTable() {
        for (std::size_t i = 0; i < buckets_; i++) {
            if (bucket(i)) Run::destroy(bucket(i));
        }
    }

    /// Where a record lies, until the next change of the table.
    struct Position {
        Run** bucket = nullptr;
        std::uint8_t* payload = nullptr;
        explicit operator bool() const { return payload != nullptr; }
    };

    std::size_t size() const { return size_; }
    /// Bytes of the table itself and of its buckets.
    std::size_t bytes() const {
        return bytes_ + segments_.capacity() * sizeof(Segment) + sizeof *this;
    }

    /// The record of this hash for which `matches(payload)` holds.
    template <class Matches>
    Position find(std::uint64_t hash, Matches&& matches) const {
        Run** slot = &bucket(index_of(hash));
        if (!*slot) return {};
        std::uint8_t tag = tag_of(hash);
        for (std::uint8_t *at = (*slot)->begin(), *end = (*slot)->end(); at != end;) {
            if (*at == tag && matches(static_cast<const std::uint8_t*>(at + 1)))
                return {slot, at + 1};
            at += 1 + Record::size(at + 1);
        }
        return {};
    }

    /// Loads what find() will read, but for what the table itself is made of.
    [[gnu::always_inline]] void prefetch(std::uint64_t hash) const {
        if (const Run* run = bucket(index_of(hash))) run->prefetch();
    }

    /// Room for a new record's payload of `size` bytes, which the caller fills before anything
    /// else. Requires: no equal record is there.
    std::uint8_t* insert(std::uint64_t hash, std::size_t size) {
        if (size_ >= buckets_ * kLoad) split_one();
        size_++;
        return append(bucket(index_of(hash)), tag_of(hash), size);
    }

    /// Replaces bytes inside a record, which moves: returns its new place.
    std::uint8_t* resize(Position at, std::size_t offset, std::size_t remove, std::size_t insert) {
        Run*& run = *at.bucket;
        auto start = static_cast<std::size_t>(at.payload - run->begin());
        bytes_ -= run->allocated();
        Run::splice(run, start + offset, remove, insert);
        bytes_ += run->allocated();
        return run->begin() + start;
    }

    void erase(Position at) {
        Run*& run = *at.bucket;
        bytes_ -= run->allocated();
        auto start = static_cast<std::size_t>(at.payload - run->begin()) - 1;
        Run::splice(run, start, 1 + Record::size(at.payload), 0);
        if (--run->count == 0) {
            Run::destroy(run);
            run = nullptr;
        } else {
            bytes_ += run->allocated();
        }
        size_--;
        if (buckets_ > 1 && size_ < buckets_ * kLoadMin) merge_one();
    }

    /// visit(payload) returns false to stop; in hash order.
    template <class Visit>
    void for_each(Visit&& visit) const {
        for (std::size_t i = 0; i < buckets_; i++) {
            if (!visit_bucket(i, visit)) return;
        }
    }

    /// One SCAN step: whole buckets until `count` records were visited. The cursor is a place in
    /// the hash order (48 bits); 0 at the start and at the end.
    template <class Visit>
    std::uint64_t scan(std::uint64_t cursor, std::size_t count, Visit&& visit) const {
        cursor &= kCursorEnd - 1;
        for (std::size_t seen = 0, steps = 0; seen < count && steps < count; steps++) {
            std::size_t index = index_of(reverse_bits(cursor << (64 - kCursorBits)));
            visit_bucket(index, [&](const std::uint8_t* payload) {
                visit(payload);
                seen++;
                return true;
            });
            int depth = depth_of(index);
            cursor = ((cursor >> (kCursorBits - depth)) + 1) << (kCursorBits - depth);
            if (cursor == kCursorEnd) return 0;
        }
        return cursor;
    }

    /// The payload of a random record: a random bucket and place, tried until the place is taken,
    /// which is uniform while no bucket holds more than kPlaces. Requires: size() > 0.
    const std::uint8_t* random(std::uint64_t seed) const {
        for (;;) {
            seed = seed * 6364136223846793005u + 1442695040888963407u;
            std::uint64_t bits = seed ^ seed >> 29;
            const Run* run = bucket(static_cast<std::size_t>((bits >> 12) % buckets_));
            if (!run) continue;
            std::size_t place =
                (bits * 0x9e3779b97f4a7c15u >> 40) % std::max<std::size_t>(kPlaces, run->count);
            if (place >= run->count) continue;
            const std::uint8_t* at = run->begin();
            while (place-- > 0) at += 1 + Record::size(at + 1);
            return at + 1;
        }
    }

    /// A table of the same records, byte by byte.
    void copy_from(const LinearTable& other) {
        while (buckets_ < other.buckets_) add_bucket();
        for (std::size_t i = 0; i < buckets_; i++) {
            if (!other.bucket(i)) continue;
            bucket(i) = Run::copy(other.bucket(i));
            bytes_ += bucket(i)->allocated();
        }
        size_ = other.size_;
    }

    /// Every payload, to be changed in place (size and hash staying as they are).
    template <class Visit>
    void for_each_mutable(Visit&& visit) {
        for_each([&](const std::uint8_t* payload) {
            visit(const_cast<std::uint8_t*>(payload));
            return true;
        });
    }

private:
    static constexpr std::size_t kLoad = 10;
    static constexpr std::size_t kLoadMin = 4;
    static constexpr std::size_t kPlaces = 48;
    static constexpr std::size_t kSegment = 512;
    static constexpr std::size_t kPointer = sizeof(void*);
    static constexpr int kCursorBits = 48;
    static constexpr std::uint64_t kCursorEnd = std::uint64_t{1} << kCursorBits;

    /// The first segment begins small, so that a table of 200 members does not pay for 4 KiB.
    using Segment = std::unique_ptr<Run*[]>;

    static std::uint8_t tag_of(std::uint64_t hash) { return static_cast<std::uint8_t>(hash >> 56); }

    /// buckets_ = 2^level + splits, and the first `splits` buckets have been split by one more bit.
    std::size_t index_of(std::uint64_t hash) const {
        std::size_t wide = hash & (2 * base_ - 1);
        return wide < buckets_ ? wide : wide & (base_ - 1);
    }
    int depth_of(std::size_t index) const {
        bool split = index < buckets_ - base_ || index >= base_;
        return std::countr_zero(base_) + (split ? 1 : 0);
    }
    Run*& bucket(std::size_t index) const { return segments_[index / kSegment][index % kSegment]; }

    static std::size_t segment_size(std::size_t used) {
        return used >= kSegment ? kSegment
                                : std::min(kSegment, std::max<std::size_t>(8, std::bit_ceil(used)));
    }

    void add_bucket() {
        std::size_t within = buckets_ % kSegment;
        if (within == 0) {
            std::size_t size = buckets_ == 0 ? 8 : kSegment;
            segments_.push_back(std::make_unique<Run*[]>(size));
            bytes_ += size * kPointer;
        } else if (buckets_ < kSegment && segment_size(within) < segment_size(within + 1)) {
            std::size_t size = segment_size(within + 1);
            auto larger = std::make_unique<Run*[]>(size);
            std::memcpy(larger.get(), segments_[0].get(), within * kPointer);
            segments_[0] = std::move(larger);
            bytes_ += (size - segment_size(within)) * kPointer;
        }
        buckets_++;
        if (buckets_ == 2 * base_) base_ = buckets_;
    }

    void remove_bucket() {
        buckets_--;
        if (buckets_ < base_) base_ /= 2;
        if (buckets_ % kSegment == 0) {
            segments_.pop_back();
            bytes_ -= kSegment * kPointer;
        } else if (buckets_ <
                   kSegment) {  // kept, but counted as what the next growth will make of it
            bytes_ -= (segment_size(buckets_ + 1) - segment_size(buckets_)) * kPointer;
        }
    }

    std::uint8_t* append(Run*& run, std::uint8_t tag, std::size_t size) {
        if (!run) {
            run = Run::create(Form::packed);
        } else {
            bytes_ -= run->allocated();
        }
        std::uint8_t* at = Run::splice(run, run->used, 0, 1 + size);
        run->count++;
        bytes_ += run->allocated();
        *at = tag;
        return at + 1;
    }

    void distribute(Run* run) {
        if (!run) return;
        bytes_ -= run->allocated();
        for (const std::uint8_t *at = run->begin(), *end = run->end(); at != end;) {
            std::size_t size = Record::size(at + 1);
            std::uint8_t* to = append(bucket(index_of(Record::hash(at + 1))), *at, size);
            std::memcpy(to, at + 1, size);
            at += 1 + size;
        }
        Run::destroy(run);
    }

    void split_one() {
        std::size_t from = buckets_ - base_;
        Run* run = bucket(from);
        bucket(from) = nullptr;
        add_bucket();
        distribute(run);
    }

    void merge_one() {
        Run* run = bucket(buckets_ - 1);
        bucket(buckets_ - 1) = nullptr;
        remove_bucket();
        distribute(run);
    }

    template <class Visit>
    bool visit_bucket(std::size_t index, Visit&& visit) const {
        const Run* run = bucket(index);
        if (!run) return true;
        for (const std::uint8_t *at = run->begin(), *end = run->end(); at != end;) {
            std::size_t size = Record::size(at + 1);
            if (!visit(at + 1)) return false;
            at += 1 + size;
        }
        return true;
    }

    std::vector<Segment> segments_;
    std::size_t buckets_ = 0;
    std::size_t base_ = 1;  ///< the largest power of two <= buckets_
    std::size_t size_ = 0;
    std::size_t bytes_ = 0;
};

}  // namespace millpond::engine
