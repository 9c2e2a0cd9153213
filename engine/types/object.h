// SPDX-License-Identifier: Apache-2.0
//
// The value of an entry that is no string: a hash, list, set or sorted set behind one pointer. The
// pointer's target depends on type and encoding and is private to `types/`; everybody else goes
// through the handles (Hash, List, Set, SortedSet), which are made on the entry's pointer slot and
// may replace what it points at (a packed run that grows, a conversion to the large structure). All
// of this runs under the lock of the entry's shard.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace millpond::engine {

using Bytes = std::string_view;

enum class Type : std::uint8_t {
    string = 0,
    list = 1,
    set = 2,
    sorted_set = 3,
    hash = 4,
    stream = 6
};

constexpr std::size_t kTypes = 8;  ///< a bound of their numbers

/// "string", "list", "set", "zset", "hash", "stream".
std::string_view type_name(Type type);

/// The slot inside an entry that points at its object; never null while the entry lives.
using ObjectSlot = void*&;

/// What holds for any object. `effort` is the number of elements, by which UNLINK-like frees decide
/// whether to go to the background; `bytes` is what MEMORY USAGE adds to the entry.
void destroy_object(Type type, void* object) noexcept;
std::size_t object_effort(Type type, const void* object) noexcept;
std::size_t object_bytes(Type type, const void* object) noexcept;
/// OBJECT ENCODING's word: listpack, hashtable, intset, skiplist, quicklist ... by Redis 7.0's
/// thresholds.
std::string_view object_encoding(Type type, const void* object) noexcept;
/// Loads what finding this member will read, as far as can be told without waiting for it.
void prefetch_member(Type type, const void* object, Bytes member) noexcept;
/// A deep copy, for COPY.
void* clone_object(Type type, const void* object);

}  // namespace millpond::engine
