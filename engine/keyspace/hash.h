// SPDX-License-Identifier: Apache-2.0
//
// The one hash of a key, from which shard, place in the shard's table, slot tag, SCAN cursor and
// deadline-wheel fragment all derive. A plain value, for any thread.
//
//     63      54 53                                  16 15      0
//     [ shard  ] [ directory prefix, most significant  ] [ tag   ]
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>

#include "engine/types/object.h"

namespace millpond::engine {

/// One of the 1,024 shards. Locks are taken in ascending order of it.
struct ShardId {
    std::uint16_t value = 0;
    auto operator<=>(const ShardId&) const = default;
};

struct KeyHash {
    static constexpr int kShardBits = 10;
    static constexpr int kTagBits = 16;
    static constexpr int kPrefixBits = 64 - kShardBits - kTagBits;
    static constexpr int kCursorShift = 11;  ///< SCAN cursors are the upper 53 bits

    std::uint64_t value = 0;

    ShardId shard() const { return {static_cast<std::uint16_t>(value >> (64 - kShardBits))}; }
    std::uint16_t tag() const { return static_cast<std::uint16_t>(value); }
    /// The bits below the shard, left-aligned: their order is the order of the table.
    std::uint64_t position() const { return value << kShardBits; }
    /// What SCAN's cursor counts in: shard and hash prefix, below 2^53.
    std::uint64_t scan_position() const { return value >> kCursorShift; }
    auto operator<=>(const KeyHash&) const = default;
};

/// A key with its hash. It is known again by where its bytes lie, not by what they are, so they
/// must stay as they are meanwhile.
struct HashedKey {
    Bytes key;
    KeyHash hash;

    bool is(Bytes other) const {
        return key.data() == other.data() && key.size() == other.size() && !key.empty();
    }
};

/// Hashes keys with a secret drawn at start, so that nobody can aim at one bucket from outside.
class KeyHasher {
public:
    /// A secret from the kernel, or one derived from `seed` for tests that must repeat.
    KeyHasher();
    explicit KeyHasher(std::uint64_t seed);
    KeyHash operator()(Bytes key) const noexcept;

private:
    static constexpr std::size_t kSecretSize = 192;
    alignas(64) std::array<unsigned char, kSecretSize> secret_;
};

}  // namespace millpond::engine
