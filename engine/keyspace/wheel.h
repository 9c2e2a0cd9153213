// SPDX-License-Identifier: Apache-2.0
//
// The deadlines of one table's volatile keys, in a hierarchical timing wheel (Varghese and Lauck):
// sixteen slots a level, each level sixteen times as coarse as the one below. A slot holds 3-byte
// fragments of key hashes, not entries: whoever takes a fragment out looks the entry up and sees by
// its deadline whether it is due, must be filed again, or is none of our business any more. So a
// changed or deleted key costs the wheel nothing. Used under the shard's lock.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "engine/keyspace/hash.h"
#include "engine/memory/slab.h"

namespace millpond::engine {

class DeadlineWheel {
public:
    /// What is left of a hash here, 24 bits: 8 of directory prefix, and the tag.
    using Fragment = std::uint32_t;
    static Fragment fragment_of(KeyHash hash) {
        return static_cast<Fragment>(hash.position() >> 56 << 16) | hash.tag();
    }
    static std::uint16_t tag_of(Fragment fragment) { return static_cast<std::uint16_t>(fragment); }
    /// The first position that a fragment may stand for; does it cover that one too?
    static std::uint64_t position_of(Fragment fragment) {
        return std::uint64_t{fragment >> 16} << 56;
    }
    static bool covers(Fragment fragment, std::uint64_t position) {
        return position >> 56 == fragment >> 16;
    }

    static constexpr std::int64_t kTickMs = 16;

    DeadlineWheel(SlabArena& arena, std::int64_t now) : arena_(arena), tick_(now / kTickMs) {}
    ~DeadlineWheel();
    DeadlineWheel(const DeadlineWheel&) = delete;

    void add(Fragment fragment, std::int64_t deadline);
    /// Takes out one fragment whose tick has come; false when there is none now. It may be early
    /// (an upper level's slot has opened): then the caller adds it again.
    bool take_due(std::int64_t now, Fragment& fragment);
    /// When take_due will next have something, in unix ms; INT64_MAX when the wheel is empty.
    std::int64_t next_due() const noexcept;
    std::size_t size() const noexcept { return size_; }
    /// How many it held when it had been made anew from what there is: then all of use.
    std::size_t built_size() const noexcept { return built_size_; }
    void note_built() noexcept { built_size_ = size_; }

private:
    struct Chunk;
    static constexpr int kBits = 4;
    static constexpr int kSlots = 1 << kBits;
    static constexpr int kLevels = 10;
    struct Level {
        std::array<Chunk*, kSlots> heads{};
        std::uint32_t occupied = 0;
    };

    void push(Chunk*& list, Fragment fragment);
    std::int64_t next_tick(int& level, int& slot) const noexcept;
    void free_list(Chunk* chunk) noexcept;

    SlabArena& arena_;
    std::int64_t tick_;
    std::size_t size_ = 0;
    std::size_t built_size_ = 0;
    Chunk* due_ = nullptr;
    std::array<std::unique_ptr<Level>, kLevels> levels_;
};

}  // namespace millpond::engine
