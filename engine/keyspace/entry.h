// SPDX-License-Identifier: Apache-2.0
//
// One key and its value, in one allocation:
//
//     [ 8 B header ] [ 8 B deadline, if it has one ] [ 8 B pointer, if the value is not in place ]
//     [ 4 B key length, if the key is 255 B or longer ] [ key ] [ string bytes or integer in place
//     ]
//
// Read and written under the lock of the key's shard. Entries are made, moved and freed by the
// table (through Database); a change that needs another size moves the entry, so a pointer to one
// lives until the next change of its key.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "engine/keyspace/buffer.h"
#include "engine/types/object.h"

namespace millpond::engine {

/// Room for the digits of an integer that is read as a string.
using StringScratch = std::array<char, 24>;

class Entry {
public:
    enum class Encoding : std::uint8_t { in_place = 0, integer = 1, buffer = 2, object = 3 };

    /// The longest string kept in place; a longer one is a SharedBuffer.
    static constexpr std::size_t kInPlaceMax = 16 * 1024;
    static constexpr std::int64_t kNoExpiry = -1;

    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;

    Type type() const noexcept { return static_cast<Type>(kind_ & 7); }
    bool is_string() const noexcept { return type() == Type::string; }
    Encoding encoding() const noexcept { return static_cast<Encoding>((kind_ >> 3) & 3); }

    Bytes key() const noexcept {
        const char* at = after_pointer();
        if (key_length_ != kLongKey) return {at, key_length_};
        std::uint32_t length;
        std::memcpy(&length, at, sizeof length);
        return {at + sizeof length, length};
    }

    /// Strings. Requires: is_string().
    bool string_is_integer() const noexcept { return encoding() == Encoding::integer; }
    /// Requires: string_is_integer().
    std::int64_t integer() const noexcept;
    /// The bytes; an integer's digits are written to `scratch`, which must outlive the view.
    Bytes string(StringScratch& scratch) const noexcept;
    std::size_t string_length() const noexcept;
    /// A big string's buffer, or nullptr when the bytes are in place: retain it (BufferRef) to use
    /// the bytes after the lock has been let go.
    SharedBuffer* string_buffer() const noexcept {
        return encoding() == Encoding::buffer ? static_cast<SharedBuffer*>(pointer()) : nullptr;
    }

    /// Collections. Requires: !is_string().
    void*& object() noexcept { return pointer(); }
    const void* object() const noexcept { return pointer(); }

    /// The deadline in unix milliseconds, or kNoExpiry. Database decides whether it has passed.
    bool has_expiry() const noexcept { return (kind_ & kHasExpiry) != 0; }
    std::int64_t expiry() const noexcept {
        return has_expiry() ? *reinterpret_cast<const std::int64_t*>(this + 1) : kNoExpiry;
    }

    /// 24 bits: seconds of last use, or minutes << 8 | logarithmic use counter under an LFU policy.
    std::uint32_t clock() const noexcept {
        return static_cast<std::uint32_t>(clock_[0]) | static_cast<std::uint32_t>(clock_[1]) << 8 |
               static_cast<std::uint32_t>(clock_[2]) << 16;
    }
    void set_clock(std::uint32_t clock) noexcept {
        clock_ = {static_cast<std::uint8_t>(clock), static_cast<std::uint8_t>(clock >> 8),
                  static_cast<std::uint8_t>(clock >> 16)};
    }

    /// The snapshot epoch (1, 2, 3, see Keyspace::begin_walk) in which this entry was created or
    /// saved; 0 never. An entry with the current walk's epoch needs no saving any more.
    std::uint8_t walk_mark() const noexcept { return kind_ >> 6; }
    void set_walk_mark(std::uint8_t epoch) noexcept {
        kind_ = static_cast<std::uint8_t>((kind_ & 0x3f) | epoch << 6);
    }

    /// OBJECT ENCODING's word.
    std::string_view encoding_name() const noexcept;

    /// A string that APPEND or SETRANGE has made: its encoding is "raw" however short it is.
    bool edited() const noexcept { return (flags_ & kEdited) != 0; }
    void set_edited() noexcept { flags_ |= kEdited; }

    /// Bytes of this allocation, and of a big string's buffer; a collection's object is not
    /// counted.
    std::size_t allocation_size() const noexcept;

private:
    friend class EntryFactory;
    Entry() = default;

    static constexpr std::uint8_t kLongKey = 255;
    static constexpr std::uint8_t kHasExpiry = 1 << 5;
    static constexpr std::uint8_t kEdited = 1 << 0;

    bool has_pointer() const noexcept { return (kind_ & (2 << 3)) != 0; }
    char* base() noexcept { return reinterpret_cast<char*>(this + 1); }
    const char* base() const noexcept { return reinterpret_cast<const char*>(this + 1); }
    std::size_t pointer_offset() const noexcept { return has_expiry() ? sizeof(std::int64_t) : 0; }
    void*& pointer() noexcept { return *reinterpret_cast<void**>(base() + pointer_offset()); }
    void* pointer() const noexcept {
        return *reinterpret_cast<void* const*>(base() + pointer_offset());
    }
    const char* after_pointer() const noexcept {
        return base() + pointer_offset() + (has_pointer() ? sizeof(void*) : 0);
    }
    const char* value() const noexcept {
        Bytes k = key();
        return k.data() + k.size();
    }

    std::array<std::uint8_t, 3> clock_{};
    std::uint8_t kind_ = 0;  ///< type 3 bits, encoding 2, has expiry 1, walk mark 2
    std::uint8_t key_length_ = 0;
    std::uint8_t flags_ = 0;
    std::uint16_t value_length_ = 0;  ///< of what is in place: bytes, or 4 or 8 for an integer
};

static_assert(sizeof(Entry) == 8);

}  // namespace millpond::engine
