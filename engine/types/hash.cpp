// SPDX-License-Identifier: Apache-2.0
//
// A hash: field, value, field, value ... in one run, in the order of their coming; or a table of
// pairs.
#include "engine/types/collections.h"
#include "engine/types/field_deadlines.h"
#include "engine/types/limits.h"
#include "engine/types/member_table.h"
#include "engine/types/packed.h"

namespace millpond::engine {

namespace {

const ObjectHead* head(const void* object) {
    return static_cast<const ObjectHead*>(object);
}
bool is_packed(const void* object) {
    return head(object)->form() == Form::packed;
}
Run*& run_of(ObjectSlot slot) {
    return reinterpret_cast<Run*&>(slot);
}
PairTable& table_of(void* object) {
    return *static_cast<PairTable*>(object);
}

bool visit_pair(const std::uint8_t* at, FunctionView<bool(Bytes, Bytes)> visit) {
    Digits field, value;
    return visit(read_element(at).text(field), read_element(next_element(at)).text(value));
}

void add_to_table(PairTable& table, const Needle& field, const Needle& value) {
    std::uint8_t* to =
        table.table.insert(field.hash(), field.encoded_size() + value.encoded_size());
    field.encode(to);
    value.encode(to + field.encoded_size());
    table.block_bytes += element_block_bytes(to) + element_block_bytes(to + field.encoded_size());
}

/// Moves the elements as they lie, Blocks included.
void convert(ObjectSlot slot) {
    Run* run = run_of(slot);
    auto* table = new PairTable;
    for (const std::uint8_t *at = run->begin(), *end = run->end(); at != end;) {
        std::size_t size = PairRecord::size(at);
        std::memcpy(table->table.insert(PairRecord::hash(at), size), at, size);
        table->block_bytes += element_block_bytes(at) + element_block_bytes(next_element(at));
        at += size;
    }
    Run::destroy(run);
    slot = table;
}

bool set_packed(Run*& run, const Needle& field, const Needle& value) {
    if (const std::uint8_t* at = packed::find(run, field, 2)) {
        const std::uint8_t* old = next_element(at);
        release_element(old);
        value.encode(
            Run::splice(run, packed::offset(run, old), element_size(old), value.encoded_size()));
        return false;
    }
    std::uint8_t* to = Run::splice(run, run->used, 0, field.encoded_size() + value.encoded_size());
    field.encode(to);
    value.encode(to + field.encoded_size());
    run->count++;
    return true;
}

bool set_table(PairTable& table, const Needle& field, const Needle& value) {
    auto position = table.find(field);
    if (!position) {
        add_to_table(table, field, value);
        return true;
    }
    std::size_t offset = element_size(position.payload);
    const std::uint8_t* old = position.payload + offset;
    table.block_bytes -= element_block_bytes(old);
    release_element(old);
    std::uint8_t* to =
        table.table.resize(position, offset, element_size(old), value.encoded_size()) + offset;
    value.encode(to);
    table.block_bytes += element_block_bytes(to);
    return false;
}

}  // namespace

void* Hash::create() {
    return Run::create(Form::packed);
}

Hash::Hash(ObjectSlot slot)
    : whole_(slot),
      deadlines_(FieldDeadlines::of(slot)),
      slot_(deadlines_ ? &deadlines_->fields() : &slot) {}

std::size_t Hash::size() const {
    const std::size_t all = is_packed(*slot_) ? head(*slot_)->count : table_of(*slot_).table.size();
    return deadlines_ ? all - deadlines_->hidden() : all;
}

std::optional<Bytes> Hash::get(Bytes field) const {
    if (hidden(field)) return std::nullopt;
    Needle needle(field);
    const std::uint8_t* at = is_packed(*slot_) ? packed::find(run_of(*slot_), needle, 2)
                                               : table_of(*slot_).find(needle).payload;
    if (!at) return std::nullopt;
    thread_local Digits digits;
    return read_element(next_element(at)).text(digits);
}

bool Hash::set(Bytes field, Bytes value) {
    if (hidden(field)) remove(field);
    const TypeLimits& limits = type_limits();
    Needle field_needle(field), value_needle(value);
    if (is_packed(*slot_)) {
        std::size_t longest = limits.hash_max_listpack_value.load(std::memory_order_relaxed);
        if (field.size() <= longest && value.size() <= longest &&
            packed::has_room(run_of(*slot_),
                             field_needle.encoded_size() + value_needle.encoded_size())) {
            bool added = set_packed(run_of(*slot_), field_needle, value_needle);
            if (size() > limits.hash_max_listpack_entries.load(std::memory_order_relaxed))
                convert(*slot_);
            return added;
        }
        convert(*slot_);
    }
    return set_table(table_of(*slot_), field_needle, value_needle);
}

void Hash::expect_lengths(std::size_t longest) {
    if (is_packed(*slot_) &&
        longest > type_limits().hash_max_listpack_value.load(std::memory_order_relaxed)) {
        convert(*slot_);
    }
}

bool Hash::erase(Bytes field) {
    return !hidden(field) && remove(field);
}

bool Hash::remove(Bytes field) {
    if (deadlines_) deadlines_->erase(field);
    Needle needle(field);
    if (is_packed(*slot_)) {
        Run*& run = run_of(*slot_);
        const std::uint8_t* at = packed::find(run, needle, 2);
        if (!at) return false;
        release_element(at);
        release_element(next_element(at));
        Run::splice(run, packed::offset(run, at), PairRecord::size(at), 0);
        run->count--;
        return true;
    }
    PairTable& table = table_of(*slot_);
    auto position = table.find(needle);
    if (!position) return false;
    const std::uint8_t* value = next_element(position.payload);
    table.block_bytes -= element_block_bytes(position.payload) + element_block_bytes(value);
    release_element(position.payload);
    release_element(value);
    table.table.erase(position);
    return true;
}

void Hash::for_each(FunctionView<bool(Bytes, Bytes)> visit_all) const {
    const auto visit_shown = [&](Bytes field, Bytes value) {
        return hidden(field) || visit_all(field, value);
    };
    const FunctionView<bool(Bytes, Bytes)> visit =
        deadlines_ ? FunctionView<bool(Bytes, Bytes)>(visit_shown) : visit_all;
    if (!is_packed(*slot_)) {
        table_of(*slot_).table.for_each(
            [&](const std::uint8_t* at) { return visit_pair(at, visit); });
        return;
    }
    const Run* run = run_of(*slot_);
    for (const std::uint8_t* at = run->begin(); at != run->end(); at += PairRecord::size(at)) {
        if (!visit_pair(at, visit)) return;
    }
}

std::uint64_t Hash::scan(std::uint64_t cursor, std::size_t count,
                         FunctionView<void(Bytes, Bytes)> visit) const {
    auto each = [&](Bytes field, Bytes value) {
        if (!hidden(field)) visit(field, value);
        return true;
    };
    if (!is_packed(*slot_)) {
        return table_of(*slot_).table.scan(cursor, count,
                                           [&](const std::uint8_t* at) { visit_pair(at, each); });
    }
    for_each(each);
    return 0;
}

void Hash::random(std::uint64_t random, FunctionView<void(Bytes, Bytes)> visit) const {
    auto each = [&](Bytes field, Bytes value) {
        visit(field, value);
        return true;
    };
    if (hidden_count() > 0) {
        // Rare, and short: the hidden ones are about to go.
        std::size_t left = random % size();
        for_each([&](Bytes field, Bytes value) { return left-- > 0 || !each(field, value); });
        return;
    }
    visit_pair(is_packed(*slot_) ? packed::group(run_of(*slot_), random % size(), 2)
                                 : table_of(*slot_).table.random(random),
               each);
}

bool Hash::hidden(Bytes field) const {
    return deadlines_ && deadlines_->hides(field);
}

std::size_t Hash::hidden_count() const {
    return deadlines_ ? deadlines_->hidden() : 0;
}

std::int64_t Hash::next_deadline() const {
    return deadlines_ ? deadlines_->next() : kNoDeadline;
}

std::int64_t Hash::deadline(Bytes field) const {
    return deadlines_ ? deadlines_->of_field(field) : kNoDeadline;
}

bool Hash::set_deadline(Bytes field, std::int64_t at) {
    if (at == kNoDeadline) return deadlines_ && deadlines_->erase(field);
    if (!deadlines_) {
        deadlines_ = new FieldDeadlines(whole_);
        whole_ = deadlines_;
        slot_ = &deadlines_->fields();
    }
    return deadlines_->set(field, at);
}

void Hash::erase_due(std::int64_t now, std::size_t most, FunctionView<void(Bytes)> visit) {
    if (!deadlines_) return;
    deadlines_->hide(0);
    for (; most > 0; --most) {
        const std::string* due = deadlines_->first_due(now);
        if (!due) return;
        const std::string field = *due;
        remove(field);
        visit(field);
    }
    deadlines_->hide(now);
}

void Hash::hide_due(std::int64_t now) {
    if (deadlines_) deadlines_->hide(now);
}

}  // namespace millpond::engine
