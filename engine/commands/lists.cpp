// SPDX-License-Identifier: Apache-2.0
//
// Lists: adding, removing and changing elements of one list.
#include "engine/commands/lists.h"

#include <algorithm>

#include "engine/commands/numbers.h"

namespace millpond::engine {

namespace {

void push(Call& call, ListEnd end, bool only_existing) {
    Bytes key = call.arg(1);
    Entry* entry;
    if (!find_for_writing(call, key, Type::list, entry)) return;
    if (!entry) {
        if (only_existing) {
            call.reply().integer(0);
            return;
        }
        entry = call.db().find_or_create<List>(key);
    }
    List list = list_of(entry);
    for (std::size_t i = 2; i < call.argc(); i++) {
        if (end == ListEnd::left) {
            list.push_front(call.arg(i));
        } else {
            list.push_back(call.arg(i));
        }
    }
    call.changed(call.argc() - 2);
    call.notify(EventClass::list, end == ListEnd::left ? "lpush" : "rpush", key);
    call.reply().integer(static_cast<std::int64_t>(list.size()));
}

void lpush(Call& call) {
    push(call, ListEnd::left, false);
}
void rpush(Call& call) {
    push(call, ListEnd::right, false);
}
void lpushx(Call& call) {
    push(call, ListEnd::left, true);
}
void rpushx(Call& call) {
    push(call, ListEnd::right, true);
}

void pop(Call& call, ListEnd end) {
    Bytes key = call.arg(1);
    bool counted = call.argc() == 3;
    std::int64_t count = 1;
    Entry* entry;
    if (call.argc() > 3) {
        wrong_arity(call);
        return;
    }
    if ((counted && !not_negative(call, 2, count)) ||
        !find_for_writing(call, key, Type::list, entry))
        return;
    if (!entry) {
        counted ? call.reply().null_array() : call.reply().null();
        return;
    }
    if (count == 0) {
        call.reply().array(0);
        return;
    }
    pop_elements(call, key, list_of(entry), end, static_cast<std::size_t>(count), counted);
}

void lpop(Call& call) {
    pop(call, ListEnd::left);
}
void rpop(Call& call) {
    pop(call, ListEnd::right);
}

void lset(Call& call) {
    Bytes key = call.arg(1);
    Entry* entry;
    std::int64_t index;
    if (!find_for_writing(call, key, Type::list, entry)) return;
    if (!entry) {
        call.error("ERR no such key");
        return;
    }
    if (!call.integer(2, index)) return;
    List list = list_of(entry);
    auto size = static_cast<std::int64_t>(list.size());
    if (index < 0) index += size;
    if (index < 0 || index >= size) {
        call.error("ERR index out of range");
        return;
    }
    list.set(static_cast<std::size_t>(index), call.arg(3));
    call.changed();
    call.notify(EventClass::list, "lset", key);
    call.reply().ok();
}

void linsert(Call& call) {
    Bytes key = call.arg(1);
    bool after = is_word(call.arg(2), "after");
    Entry* entry;
    if (!after && !is_word(call.arg(2), "before")) {
        call.syntax_error();
        return;
    }
    if (!find_for_writing(call, key, Type::list, entry)) return;
    if (!entry) {
        call.reply().integer(0);
        return;
    }
    List list = list_of(entry);
    std::size_t index = 0;
    bool found = false;
    list.for_each([&](Bytes value) {
        found = value == call.arg(3);
        index += found ? 0 : 1;
        return !found;
    });
    if (!found) {
        call.reply().integer(-1);
        return;
    }
    list.insert(index + (after ? 1 : 0), call.arg(4));
    call.changed();
    call.notify(EventClass::list, "linsert", key);
    call.reply().integer(static_cast<std::int64_t>(list.size()));
}

/// Indexes of up to `most` elements equal to `value`, in the direction of the search.
std::vector<std::size_t> find_equal(const List& list, Bytes value, std::size_t most,
                                    bool backwards) {
    std::vector<std::size_t> found;
    std::size_t size = list.size(), seen = 0;
    list.for_range(backwards ? size - 1 : 0, size, backwards, [&](Bytes each) {
        if (each == value) found.push_back(backwards ? size - 1 - seen : seen);
        seen++;
        return found.size() < most;
    });
    return found;
}

void lrem(Call& call) {
    Bytes key = call.arg(1);
    std::int64_t count;
    Entry* entry;
    if (!call.integer(2, count)) return;
    if (!find_for_writing(call, key, Type::list, entry)) return;
    if (!entry) {
        call.reply().integer(0);
        return;
    }
    List list = list_of(entry);
    // Unsigned, since the lowest number has no opposite: it then means all, as it should.
    auto wanted = static_cast<std::uint64_t>(count);
    std::uint64_t most = count == 0 ? UINT64_MAX : count < 0 ? 0 - wanted : wanted;
    std::vector<std::size_t> found = find_equal(list, call.arg(3), most, count < 0);
    std::sort(found.begin(), found.end(), std::greater<>());
    for (std::size_t index : found) list.erase(index, 1);
    if (!found.empty()) {
        call.changed(found.size());
        call.notify(EventClass::list, "lrem", key);
        erase_if_empty(call, key);
    }
    call.reply().integer(static_cast<std::int64_t>(found.size()));
}

void ltrim(Call& call) {
    Bytes key = call.arg(1);
    std::int64_t start, end;
    Entry* entry;
    if (!call.integer(2, start) || !call.integer(3, end)) return;
    if (!find_for_writing(call, key, Type::list, entry)) return;
    if (entry) {
        List list = list_of(entry);
        std::size_t size = list.size();
        IndexRange keep = index_range(start, end, size);
        list.erase(keep.first + keep.count, size);
        list.erase(0, keep.first);
        call.changed(size - list.size());
        call.touched();  // even where nothing was left out, as in Redis
        call.notify(EventClass::list, "ltrim", key);
        erase_if_empty(call, key);
    }
    call.reply().ok();
}

constexpr std::uint32_t kAdds = kWrite | kDenyOom | kFast;

}  // namespace

void pop_elements(Call& call, Bytes key, List list, ListEnd end, std::size_t count, bool as_array) {
    bool left = end == ListEnd::left;
    std::size_t size = list.size();
    count = std::min(count, size);
    if (as_array) call.reply().array(count);
    if (count == 1) {
        list.take_end(left, [&](Bytes value) { call.reply().bulk(value); });
    } else {
        list.for_range(left ? 0 : size - 1, count, !left, [&](Bytes value) {
            call.reply().bulk(value);
            return true;
        });
        list.erase(left ? 0 : size - count, count);
    }
    call.changed(count);
    call.notify(EventClass::list, left ? "lpop" : "rpop", key);
    if (count == size) erase_if_empty(call, key);
}

bool read_end(Call& call, std::size_t index, ListEnd& end) {
    bool left = is_word(call.arg(index), "left");
    end = left ? ListEnd::left : ListEnd::right;
    return left || is_word(call.arg(index), "right") || call.syntax_error();
}

void add_list_commands(CommandTable& table) {
    const Family& family = kListFamily;
    table.add(family.one_key("lpush", -3, kAdds, lpush, "1.0.0", "O(1) for each element",
                             "RW INSERT",
                             "Puts elements before the first of a list, creating it if need be."));
    table.add(family.one_key("rpush", -3, kAdds, rpush, "1.0.0", "O(1) for each element",
                             "RW INSERT",
                             "Puts elements after the last of a list, creating it if need be."));
    table.add(family.one_key("lpushx", -3, kAdds, lpushx, "2.2.0", "O(1) for each element",
                             "RW INSERT", "Puts elements before the first of a list that exists."));
    table.add(family.one_key("rpushx", -3, kAdds, rpushx, "2.2.0", "O(1) for each element",
                             "RW INSERT", "Puts elements after the last of a list that exists."));
    table.add(family.one_key("lpop", -2, kWrite | kFast, lpop, "1.0.0",
                             "O(N) in the elements taken", "RW ACCESS DELETE",
                             "Takes the first elements of a list."));
    table.add(family.one_key("rpop", -2, kWrite | kFast, rpop, "1.0.0",
                             "O(N) in the elements taken", "RW ACCESS DELETE",
                             "Takes the last elements of a list."));
    table.add(family.one_key("lset", 4, kWrite | kDenyOom, lset, "1.0.0",
                             "O(N) in the runs of the list", "RW UPDATE",
                             "Replaces the element at an index."));
    table.add(family.one_key("linsert", 5, kWrite | kDenyOom, linsert, "2.2.0",
                             "O(N) in the elements searched", "RW INSERT",
                             "Puts an element before or after another one."));
    table.add(family.one_key("lrem", 4, kWrite, lrem, "1.0.0", "O(N) in the size of the list",
                             "RW DELETE", "Removes elements that equal a value."));
    table.add(family.one_key("ltrim", 4, kWrite, ltrim, "1.0.0", "O(N) in the elements removed",
                             "RW DELETE", "Keeps a range of a list and removes the rest."));
    add_list_reading_commands(table);
    add_list_moving_commands(table);
    add_list_blocking_commands(table);
}

}  // namespace millpond::engine
