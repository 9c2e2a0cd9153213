// SPDX-License-Identifier: Apache-2.0
//
// A set: sorted integers; or members in one run, in the order of their coming; or a table.
// Redis 7.0 knows the last two by one name, since it has no packed sets.
#include <charconv>

#include "engine/types/collections.h"
#include "engine/types/integer_set.h"
#include "engine/types/limits.h"
#include "engine/types/member_table.h"
#include "engine/types/packed.h"

namespace millpond::engine {

namespace {

Form form_of(const void* object) {
    return static_cast<const ObjectHead*>(object)->form();
}
Run*& run_of(ObjectSlot slot) {
    return reinterpret_cast<Run*&>(slot);
}
MemberTable& table_of(void* object) {
    return *static_cast<MemberTable*>(object);
}

bool visit_member(const std::uint8_t* at, FunctionView<bool(Bytes)> visit) {
    Digits digits;
    return visit(read_element(at).text(digits));
}

bool visit_integer(std::int64_t value, FunctionView<bool(Bytes)> visit) {
    Digits digits;
    return visit(Element{nullptr, 0, value}.text(digits));
}

void append(Run*& run, const Needle& member) {
    member.encode(Run::splice(run, run->used, 0, member.encoded_size()));
    run->count++;
}

void add_to_table(MemberTable& table, const Needle& member) {
    std::uint8_t* to = table.table.insert(member.hash(), member.encoded_size());
    member.encode(to);
    table.block_bytes += element_block_bytes(to);
}

bool fits_packed(std::size_t count, Bytes longest) {
    return count <= TypeLimits::kSetPackedEntries && longest.size() <= TypeLimits::kSetPackedBytes;
}

void packed_to_table(ObjectSlot slot) {
    Run* run = run_of(slot);
    auto* table = new MemberTable;
    for (const std::uint8_t *at = run->begin(), *end = run->end(); at != end;) {
        std::size_t size = element_size(at);
        std::memcpy(table->table.insert(element_hash(at), size), at, size);
        table->block_bytes += element_block_bytes(at);
        at += size;
    }
    Run::destroy(run);
    slot = table;
}

/// Leaves the integer form, for one that also holds `extra` members of the length of `longest`.
void leave_integers(ObjectSlot slot, Bytes longest) {
    Run* old = run_of(slot);
    std::size_t n = integer_set::size(old);
    if (fits_packed(n + 1, longest)) {
        Run* run = Run::create(Form::packed);
        for (std::size_t i = 0; i < n; i++) {
            visit_integer(integer_set::at(old, i), [&](Bytes member) {
                append(run, Needle(member));
                return true;
            });
        }
        slot = run;
    } else {
        auto* table = new MemberTable;
        for (std::size_t i = 0; i < n; i++) {
            visit_integer(integer_set::at(old, i), [&](Bytes member) {
                add_to_table(*table, Needle(member));
                return true;
            });
        }
        slot = table;
    }
    Run::destroy(old);
}

}  // namespace

void* Set::create() {
    return integer_set::create();
}

std::size_t Set::size() const {
    switch (form_of(slot_)) {
        case Form::integers:
            return integer_set::size(run_of(slot_));
        case Form::packed:
            return run_of(slot_)->count;
        default:
            return table_of(slot_).table.size();
    }
}

bool Set::contains(Bytes member) const {
    Needle needle(member);
    switch (form_of(slot_)) {
        case Form::integers:
            return needle.is_integer() && integer_set::contains(run_of(slot_), needle.integer());
        case Form::packed:
            return packed::find(run_of(slot_), needle, 1) != nullptr;
        default:
            return static_cast<bool>(table_of(slot_).find(needle));
    }
}

bool Set::add(Bytes member) {
    Needle needle(member);
    if (form_of(slot_) == Form::integers) {
        if (needle.is_integer()) {
            if (!integer_set::add(run_of(slot_), needle.integer())) return false;
            if (size() > type_limits().set_max_intset_entries.load(std::memory_order_relaxed)) {
                leave_integers(slot_, {});
            }
            return true;
        }
        leave_integers(slot_, member);
    }
    if (form_of(slot_) == Form::packed) {
        if (packed::find(run_of(slot_), needle, 1)) return false;
        if (fits_packed(size() + 1, member)) {
            append(run_of(slot_), needle);
            return true;
        }
        packed_to_table(slot_);
    }
    if (table_of(slot_).find(needle)) return false;
    add_to_table(table_of(slot_), needle);
    return true;
}

bool Set::erase(Bytes member) {
    Needle needle(member);
    if (form_of(slot_) == Form::integers) {
        return needle.is_integer() && integer_set::erase(run_of(slot_), needle.integer());
    }
    if (form_of(slot_) == Form::packed) {
        Run*& run = run_of(slot_);
        const std::uint8_t* at = packed::find(run, needle, 1);
        if (!at) return false;
        release_element(at);
        Run::splice(run, packed::offset(run, at), element_size(at), 0);
        run->count--;
        return true;
    }
    MemberTable& table = table_of(slot_);
    auto position = table.find(needle);
    if (!position) return false;
    table.block_bytes -= element_block_bytes(position.payload);
    release_element(position.payload);
    table.table.erase(position);
    return true;
}

void Set::for_each(FunctionView<bool(Bytes)> visit) const {
    if (form_of(slot_) == Form::table) {
        table_of(slot_).table.for_each(
            [&](const std::uint8_t* at) { return visit_member(at, visit); });
        return;
    }
    const Run* run = run_of(slot_);
    if (form_of(slot_) == Form::integers) {
        for (std::size_t i = 0, n = integer_set::size(run); i < n; i++) {
            if (!visit_integer(integer_set::at(run, i), visit)) return;
        }
        return;
    }
    for (const std::uint8_t* at = run->begin(); at != run->end(); at += element_size(at)) {
        if (!visit_member(at, visit)) return;
    }
}

std::uint64_t Set::scan(std::uint64_t cursor, std::size_t count,
                        FunctionView<void(Bytes)> visit) const {
    auto each = [&](Bytes member) {
        visit(member);
        return true;
    };
    if (form_of(slot_) == Form::table) {
        return table_of(slot_).table.scan(cursor, count,
                                          [&](const std::uint8_t* at) { visit_member(at, each); });
    }
    for_each(each);
    return 0;
}

void Set::random(std::uint64_t random, FunctionView<void(Bytes)> visit) const {
    auto each = [&](Bytes member) {
        visit(member);
        return true;
    };
    switch (form_of(slot_)) {
        case Form::integers:
            visit_integer(integer_set::at(run_of(slot_), random % size()), each);
            break;
        case Form::packed:
            visit_member(packed::group(run_of(slot_), random % size(), 1), each);
            break;
        default:
            visit_member(table_of(slot_).table.random(random), each);
    }
}

}  // namespace millpond::engine
