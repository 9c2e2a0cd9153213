// SPDX-License-Identifier: Apache-2.0
//
// Makes and frees entries: the one place that knows how the parts of an entry are laid out and
// sized. Private to the key space. The arena is that of the entry's shard.
#pragma once

#include "engine/keyspace/entry.h"
#include "engine/memory/slab.h"

namespace millpond::engine {

/// Everything an entry is made of. `value` counts what is kept in place.
struct EntryShape {
    Bytes key;
    Type type = Type::string;
    Entry::Encoding encoding = Entry::Encoding::in_place;
    bool has_expiry = false;
    std::size_t value = 0;
};

class EntryFactory {
public:
    static std::size_t size_of(const EntryShape& shape) noexcept;
    static EntryShape shape_of(const Entry& entry) noexcept;

    /// With the key in it; deadline, pointer and value are still to be written.
    static Entry* make(SlabArena& arena, const EntryShape& shape);
    /// Frees the allocation, not what it points at.
    static void release(SlabArena& arena, Entry* entry) noexcept;
    /// Copies clock, walk mark and flags.
    static void inherit(Entry& entry, const Entry& from) noexcept;

    static char* value(Entry& entry) noexcept { return const_cast<char*>(entry.value()); }
    static void set_expiry(Entry& entry, std::int64_t at) noexcept {
        *reinterpret_cast<std::int64_t*>(entry.base()) = at;
    }
    static void set_pointer(Entry& entry, void* pointer) noexcept { entry.pointer() = pointer; }
    /// How many bytes an integer takes in place.
    static std::size_t width_of(std::int64_t value) noexcept {
        return value == static_cast<std::int32_t>(value) ? 4 : 8;
    }
    static void write_integer(Entry& entry, std::int64_t value) noexcept;
    static void set_value_length(Entry& entry, std::size_t length) noexcept {
        entry.value_length_ = static_cast<std::uint16_t>(length);
    }
    /// Turns the entry into a fresh one of that shape without moving it.
    /// Requires: same key, has_expiry, pointer or none, and slab size.
    static void reshape(Entry& entry, const EntryShape& shape) noexcept;
    static void clear_edited(Entry& entry) noexcept {
        entry.flags_ = static_cast<std::uint8_t>(entry.flags_ & ~Entry::kEdited);
    }

    /// Frees what the entry points at, if anything: a collection or a big string's buffer.
    static void destroy_value(Entry& entry) noexcept;
};

}  // namespace millpond::engine
