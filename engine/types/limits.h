// SPDX-License-Identifier: Apache-2.0
//
// Up to which size a collection stays one packed run: Redis 7.0's configuration of the same names.
// Written by CONFIG SET in the exclusive lane, read by any thread; a change concerns later
// additions only, and no collection ever returns from its large form.
#pragma once

#include <atomic>
#include <cstdint>

namespace millpond::engine {

struct TypeLimits {
    std::atomic<std::uint64_t> hash_max_listpack_entries{128};
    std::atomic<std::uint64_t> hash_max_listpack_value{64};
    std::atomic<std::uint64_t> zset_max_listpack_entries{128};
    std::atomic<std::uint64_t> zset_max_listpack_value{64};
    std::atomic<std::uint64_t> set_max_intset_entries{512};
    /// Where a stream's run ends; 0: nowhere.
    std::atomic<std::uint64_t> stream_node_max_bytes{4096};
    std::atomic<std::uint64_t> stream_node_max_entries{100};
    /// Of sets that hold more than integers; ours alone, since Redis 7.0 calls them hashtable
    /// anyway.
    static constexpr std::size_t kSetPackedEntries = 128;
    static constexpr std::size_t kSetPackedBytes = 64;
};

/// The process's one set of limits: handles are made on an entry's slot alone and carry nothing
/// else.
TypeLimits& type_limits() noexcept;

}  // namespace millpond::engine
