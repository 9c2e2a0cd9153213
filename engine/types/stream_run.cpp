// SPDX-License-Identifier: Apache-2.0
#include "engine/types/stream_run.h"

#include "engine/types/allocation.h"

namespace millpond::engine {

namespace {

const std::uint8_t* skip(const std::uint8_t* at, std::size_t elements) {
    for (; elements > 0; --elements) at = listpack::next(at);
    return at;
}

std::int64_t take_integer(const std::uint8_t*& at) {
    const std::int64_t value = listpack::read_integer(at);
    at = listpack::next(at);
    return value;
}

std::int64_t difference(std::uint64_t a, std::uint64_t b) {
    return static_cast<std::int64_t>(a - b);
}

/// Walks a valid listpack that is not known to be a run.
class Checker {
public:
    explicit Checker(const std::uint8_t* bits) : at_(listpack::first(bits)) {}

    bool at_end() const { return listpack::at_end(at_); }
    bool integer(std::int64_t& value) {
        if (at_end()) return false;
        const Element element = listpack::read(at_);
        if (!element.is_integer()) return false;
        value = element.value;
        at_ = listpack::next(at_);
        return true;
    }
    bool flags(std::int64_t& value) { return *at_ < 0x80 && integer(value); }
    bool skip(std::int64_t elements) {
        for (; elements > 0; --elements) {
            if (at_end()) return false;
            at_ = listpack::next(at_);
        }
        return elements == 0;
    }

private:
    const std::uint8_t* at_;
};

bool is_run(const std::uint8_t* bits) {
    Checker check(bits);
    std::int64_t live = 0, deleted = 0, fields = 0, zero = 0;
    if (!check.integer(live) || !check.integer(deleted) || !check.integer(fields)) return false;
    if (!check.skip(fields) || !check.integer(zero) || zero != 0) return false;
    std::int64_t seen_live = 0, seen_deleted = 0;
    while (!check.at_end()) {
        std::int64_t flags = 0, number = 0, own = fields, elements = 3 + fields;
        if (!check.flags(flags) || !check.integer(number) || !check.integer(number)) return false;
        if ((flags & 2) == 0) {
            if (!check.integer(own) || own < 0 || own > INT32_MAX || !check.skip(own)) return false;
            elements = 4 + 2 * own;
        }
        if (!check.skip(own) || !check.integer(number) || number != elements) return false;
        ++((flags & 1) != 0 ? seen_deleted : seen_live);
    }
    return live == seen_live && deleted == seen_deleted && live + deleted > 0;
}

}  // namespace

void StreamEntry::for_each(FunctionView<void(Bytes, Bytes)> visit) const {
    const std::uint8_t* name = names_;
    const std::uint8_t* at = rest_;
    Digits name_digits, value_digits;
    for (std::size_t i = 0; i < fields_; ++i) {
        const std::uint8_t*& field_at = (flags_ & kSameFields) != 0 ? name : at;
        const Element field = listpack::read(field_at);
        field_at = listpack::next(field_at);
        const Element value = listpack::read(at);
        at = listpack::next(at);
        visit(field.text(name_digits), value.text(value_digits));
    }
}

StreamRun::Bits StreamRun::create(std::span<const Bytes> fields_and_values) {
    std::size_t used = listpack::kHeaderBytes + 1;
    const std::size_t fields = fields_and_values.size() / 2;
    used +=
        3 * listpack::element_bytes(0) + listpack::element_bytes(static_cast<std::int64_t>(fields));
    for (std::size_t i = 0; i < fields; ++i) {
        used += listpack::element_bytes(fields_and_values[2 * i]);
    }
    auto* bits = static_cast<Bits>(allocate(allocation_class(used)));
    listpack::clear(bits);
    std::uint8_t* at = bits + listpack::kHeaderBytes;
    at = listpack::put(at, 0);
    at = listpack::put(at, 0);
    at = listpack::put(at, static_cast<std::int64_t>(fields));
    for (std::size_t i = 0; i < fields; ++i) at = listpack::put(at, fields_and_values[2 * i]);
    at = listpack::put(at, 0);
    *at = listpack::kEnd;
    listpack::set_total_bytes(bits, used);
    listpack::add_to_count(bits, fields + 4);
    return bits;
}

StreamRun::Bits StreamRun::copy(const std::uint8_t* bits) {
    const std::size_t total = listpack::total_bytes(bits);
    auto* made = static_cast<Bits>(allocate(allocation_class(total)));
    std::memcpy(made, bits, total);
    return made;
}

void StreamRun::destroy(Bits bits) noexcept {
    release(bits);
}

StreamRun::Bits StreamRun::adopt(Bytes pack) {
    if (!listpack::is_valid(pack)) return nullptr;
    const auto* bits = reinterpret_cast<const std::uint8_t*>(pack.data());
    return is_run(bits) ? copy(bits) : nullptr;
}

Bytes StreamRun::bytes() const {
    return {reinterpret_cast<const char*>(bits_), listpack::total_bytes(bits_)};
}

std::size_t StreamRun::allocated() const {
    return allocation_class(listpack::total_bytes(bits_));
}

bool StreamRun::is_full(std::size_t added, std::uint64_t bytes_max,
                        std::uint64_t entries_max) const {
    constexpr std::uint64_t kBytesLimit = 1u << 30;
    if (bytes_max == 0 || bytes_max > kBytesLimit) bytes_max = kBytesLimit;
    if (listpack::total_bytes(bits_) + added >= bytes_max) return true;
    return entries_max != 0 && static_cast<std::uint64_t>(live() + deleted()) >= entries_max;
}

std::int64_t StreamRun::live() const {
    return listpack::read_integer(listpack::first(bits_));
}

std::int64_t StreamRun::deleted() const {
    return listpack::read_integer(listpack::next(listpack::first(bits_)));
}

StreamRun::Head StreamRun::head() const {
    const std::uint8_t* at = skip(listpack::first(bits_), 2);
    Head head{};
    head.fields = static_cast<std::size_t>(take_integer(at));
    head.names = at;
    head.entries = skip(at, head.fields + 1);
    return head;
}

bool StreamRun::has_fields(const Head& head, std::span<const Bytes> fields_and_values) const {
    if (fields_and_values.size() != 2 * head.fields) return false;
    const std::uint8_t* at = head.names;
    Digits digits;
    for (std::size_t i = 0; i < head.fields; ++i, at = listpack::next(at)) {
        if (listpack::read(at).text(digits) != fields_and_values[2 * i]) return false;
    }
    return true;
}

std::uint8_t* StreamRun::splice(std::size_t offset, std::size_t remove, std::size_t insert) {
    const std::size_t before = listpack::total_bytes(bits_);
    const std::size_t after = before - remove + insert;
    const std::size_t tail = before - offset - remove;
    Bits target = bits_;
    if (allocation_class(after) != allocation_class(before)) {
        target = static_cast<Bits>(allocate(allocation_class(after)));
        std::memcpy(target, bits_, offset);
    }
    std::memmove(target + offset + insert, bits_ + offset + remove, tail);
    if (target != bits_) {
        release(bits_);
        bits_ = target;
    }
    listpack::set_total_bytes(bits_, after);
    return bits_ + offset;
}

void StreamRun::replace(std::size_t offset, std::int64_t value) {
    const std::uint8_t* at = bits_ + offset;
    const auto before = static_cast<std::size_t>(listpack::next(at) - at);
    const std::size_t after = listpack::element_bytes(value);
    listpack::put(before == after ? bits_ + offset : splice(offset, before, after), value);
}

void StreamRun::append(const StreamId& id, std::span<const Bytes> fields_and_values) {
    const std::size_t fields = fields_and_values.size() / 2;
    const bool same = has_fields(head(), fields_and_values);
    const std::int64_t flags = same ? StreamEntry::kSameFields : 0;
    const std::int64_t ms = difference(id.ms, id_.ms), seq = difference(id.seq, id_.seq);
    const auto count = static_cast<std::int64_t>(fields);
    const std::int64_t elements = 3 + (same ? count : 1 + 2 * count);

    std::size_t added = listpack::element_bytes(flags) + listpack::element_bytes(ms) +
                        listpack::element_bytes(seq) + listpack::element_bytes(elements);
    if (!same) added += listpack::element_bytes(count);
    for (std::size_t i = same ? 1 : 0; i < fields_and_values.size(); i += same ? 2 : 1) {
        added += listpack::element_bytes(fields_and_values[i]);
    }

    replace(listpack::kHeaderBytes, live() + 1);
    std::uint8_t* at = splice(listpack::total_bytes(bits_) - 1, 0, added);
    at = listpack::put(at, flags);
    at = listpack::put(at, ms);
    at = listpack::put(at, seq);
    if (!same) at = listpack::put(at, count);
    for (std::size_t i = same ? 1 : 0; i < fields_and_values.size(); i += same ? 2 : 1) {
        at = listpack::put(at, fields_and_values[i]);
    }
    listpack::put(at, elements);
    listpack::add_to_count(bits_, static_cast<std::size_t>(elements) + 1);
}

void StreamRun::mark_deleted(const StreamEntry& entry) {
    // Flags are an integer of one byte.
    bits_[entry.at_ - bits_] |= StreamEntry::kDeleted;
}

void StreamRun::count_deleted(std::int64_t entries) {
    const std::int64_t now_deleted = deleted() + entries;
    replace(listpack::kHeaderBytes, live() - entries);
    const std::uint8_t* second = listpack::next(listpack::first(bits_));
    replace(static_cast<std::size_t>(second - bits_), now_deleted);
}

bool StreamRun::read(const Head& head, const std::uint8_t* at, StreamEntry& entry) const {
    if (listpack::at_end(at)) return false;
    entry.at_ = at;
    entry.flags_ = take_integer(at);
    entry.id_ = id_;
    entry.id_.ms += static_cast<std::uint64_t>(take_integer(at));
    entry.id_.seq += static_cast<std::uint64_t>(take_integer(at));
    const bool same = (entry.flags_ & StreamEntry::kSameFields) != 0;
    entry.fields_ = same ? head.fields : static_cast<std::size_t>(take_integer(at));
    entry.names_ = head.names;
    entry.names_count_ = head.fields;
    entry.rest_ = at;
    return true;
}

bool StreamRun::first(StreamEntry& entry) const {
    const Head where = head();
    return read(where, where.entries, entry);
}

bool StreamRun::next(StreamEntry& entry) const {
    const bool same = (entry.flags_ & StreamEntry::kSameFields) != 0;
    const std::uint8_t* after = skip(entry.rest_, (same ? entry.fields_ : 2 * entry.fields_) + 1);
    return read({entry.names_count_, entry.names_, nullptr}, after, entry);
}

bool StreamRun::last(StreamEntry& entry) const {
    const Head where = head();
    entry.names_ = where.names;
    entry.names_count_ = where.fields;
    entry.at_ = bits_ + listpack::total_bytes(bits_) - 1;
    return previous(entry);
}

bool StreamRun::previous(StreamEntry& entry) const {
    // Before an entry is the number of elements of the one before, or the head's terminator, 0.
    const std::uint8_t* at = listpack::previous(entry.at_);
    std::int64_t elements = listpack::read_integer(at);
    if (elements == 0) return false;
    for (; elements > 0; --elements) at = listpack::previous(at);
    return read({entry.names_count_, entry.names_, nullptr}, at, entry);
}

}  // namespace millpond::engine
