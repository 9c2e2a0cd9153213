// SPDX-License-Identifier: Apache-2.0
#include "engine/keyspace/entry.h"

#include <cassert>
#include <new>

#include "engine/keyspace/entry_factory.h"
#include "engine/keyspace/integer.h"

namespace millpond::engine {

namespace {

/// Redis keeps strings up to this length together with their header, and calls that "embstr".
constexpr std::size_t kEmbeddedMax = 44;

bool pointed_at(Entry::Encoding encoding) {
    return encoding == Entry::Encoding::buffer || encoding == Entry::Encoding::object;
}

}  // namespace

std::int64_t Entry::integer() const noexcept {
    if (value_length_ == sizeof(std::int32_t)) {
        std::int32_t small;
        std::memcpy(&small, value(), sizeof small);
        return small;
    }
    std::int64_t wide;
    std::memcpy(&wide, value(), sizeof wide);
    return wide;
}

Bytes Entry::string(StringScratch& scratch) const noexcept {
    switch (encoding()) {
        case Encoding::in_place:
            return {value(), value_length_};
        case Encoding::integer:
            return {scratch.data(), print_integer(integer(), scratch.data())};
        default:
            return static_cast<const SharedBuffer*>(pointer())->bytes();
    }
}

std::size_t Entry::string_length() const noexcept {
    StringScratch scratch;
    return string(scratch).size();
}

std::string_view Entry::encoding_name() const noexcept {
    switch (encoding()) {
        case Encoding::integer:
            return "int";
        case Encoding::object:
            return object_encoding(type(), pointer());
        case Encoding::buffer:
            return "raw";
        default:
            return edited() || value_length_ > kEmbeddedMax ? "raw" : "embstr";
    }
}

std::size_t Entry::allocation_size() const noexcept {
    const std::size_t own = slab_size(EntryFactory::size_of(EntryFactory::shape_of(*this)));
    if (encoding() != Encoding::buffer) return own;
    return own + static_cast<const SharedBuffer*>(pointer())->allocation_size();
}

std::size_t EntryFactory::size_of(const EntryShape& shape) noexcept {
    return sizeof(Entry) + (shape.has_expiry ? sizeof(std::int64_t) : 0) +
           (pointed_at(shape.encoding) ? sizeof(void*) : shape.value) +
           (shape.key.size() >= Entry::kLongKey ? sizeof(std::uint32_t) : 0) + shape.key.size();
}

EntryShape EntryFactory::shape_of(const Entry& entry) noexcept {
    return {entry.key(), entry.type(), entry.encoding(), entry.has_expiry(), entry.value_length_};
}

void EntryFactory::reshape(Entry& entry, const EntryShape& shape) noexcept {
    assert(shape.value <= Entry::kInPlaceMax);
    entry.kind_ = static_cast<std::uint8_t>(
        static_cast<unsigned>(shape.type) | static_cast<unsigned>(shape.encoding) << 3 |
        (shape.has_expiry ? Entry::kHasExpiry : 0) | entry.walk_mark() << 6);
    entry.value_length_ = static_cast<std::uint16_t>(shape.value);
    entry.flags_ = 0;
}

Entry* EntryFactory::make(SlabArena& arena, const EntryShape& shape) {
    auto* entry = new (arena.allocate(size_of(shape))) Entry;
    reshape(*entry, shape);
    auto* at = const_cast<char*>(entry->after_pointer());
    if (shape.key.size() >= Entry::kLongKey) {
        entry->key_length_ = Entry::kLongKey;
        const auto length = static_cast<std::uint32_t>(shape.key.size());
        std::memcpy(at, &length, sizeof length);
        at += sizeof length;
    } else {
        entry->key_length_ = static_cast<std::uint8_t>(shape.key.size());
    }
    if (!shape.key.empty()) std::memcpy(at, shape.key.data(), shape.key.size());
    return entry;
}

void EntryFactory::release(SlabArena& arena, Entry* entry) noexcept {
    arena.release(entry, size_of(shape_of(*entry)));
}

void EntryFactory::inherit(Entry& entry, const Entry& from) noexcept {
    entry.clock_ = from.clock_;
    entry.flags_ = from.flags_;
    entry.set_walk_mark(from.walk_mark());
}

void EntryFactory::write_integer(Entry& entry, std::int64_t value) noexcept {
    if (entry.value_length_ == sizeof(std::int32_t)) {
        const auto small = static_cast<std::int32_t>(value);
        std::memcpy(EntryFactory::value(entry), &small, sizeof small);
    } else {
        std::memcpy(EntryFactory::value(entry), &value, sizeof value);
    }
}

void EntryFactory::destroy_value(Entry& entry) noexcept {
    if (entry.encoding() == Entry::Encoding::object) {
        destroy_object(entry.type(), entry.pointer());
    } else if (entry.encoding() == Entry::Encoding::buffer) {
        static_cast<SharedBuffer*>(entry.pointer())->release();
    }
}

}  // namespace millpond::engine
