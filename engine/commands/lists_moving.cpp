// SPDX-License-Identifier: Apache-2.0
//
// Lists: taking from one of several lists, and moving elements between two. LMPOP is logged as the
// LPOP or RPOP of the list that it chose.
#include "engine/commands/lists.h"
#include "engine/commands/numbers.h"

namespace millpond::engine {

namespace {

void move(Call& call, ListEnd from, ListEnd to) {
    Entry* source;
    if (!find_for_writing(call, call.arg(1), Type::list, source)) return;
    if (!source) return call.reply().null();
    move_element(call, source, from, to);
}

void lmove(Call& call) {
    ListEnd from, to;
    if (read_end(call, 3, from) && read_end(call, 4, to)) move(call, from, to);
}

void rpoplpush(Call& call) {
    move(call, ListEnd::right, ListEnd::left);
}

void lmpop(Call& call) {
    PopOfSeveral several;
    if (!several.read(call, 1, "left", "right")) return;
    const ListEnd end = several.first_word ? ListEnd::left : ListEnd::right;
    for (std::size_t i = several.keys_at; i < several.keys_at + several.keys; i++) {
        Entry* entry;
        if (!find_for_writing(call, call.arg(i), Type::list, entry)) return;
        if (entry) return pop_with_key(call, call.arg(i), list_of(entry), end, several.count);
    }
    call.reply().null_array();
}

}  // namespace

bool move_element(Call& call, Entry* source, ListEnd from, ListEnd to) {
    Bytes source_key = call.arg(1), target_key = call.arg(2);
    Entry* target;
    if (!find_for_writing(call, target_key, Type::list, target)) return false;
    List list = list_of(source);
    std::string value = from == ListEnd::left ? list.pop_front() : list.pop_back();
    List destination = list_of(target ? target : call.db().find_or_create<List>(target_key));
    if (to == ListEnd::left) {
        destination.push_front(value);
    } else {
        destination.push_back(value);
    }
    call.changed();
    call.notify(EventClass::list, to == ListEnd::left ? "lpush" : "rpush", target_key);
    call.notify(EventClass::list, from == ListEnd::left ? "lpop" : "rpop", source_key);
    erase_if_empty(call, source_key);
    call.reply().bulk(value);
    return true;
}

void pop_with_key(Call& call, Bytes key, List list, ListEnd end, std::size_t count) {
    count = std::min(count, list.size());
    call.effect({end == ListEnd::left ? "LPOP" : "RPOP", key, std::to_string(count)});
    call.reply().array(2);
    call.reply().bulk(key);
    pop_elements(call, key, list, end, count, true);
}

void add_list_moving_commands(CommandTable& table) {
    CommandSpec two = kListFamily.one_key(
        "rpoplpush", 3, kWrite | kDenyOom, rpoplpush, "1.2.0", "O(1)", "RW ACCESS DELETE|RW INSERT",
        "Moves the last element of a list to the front of another.");
    two.keys = {1, 2, 1};
    table.add(two);
    two.name = "lmove";
    two.arity = 5;
    two.handler = lmove;
    two.since = "6.2.0";
    two.summary = "Moves an element from an end of a list to an end of another.";
    table.add(two);

    CommandSpec several =
        kListFamily.one_key("lmpop", -4, kWrite | kMovableKeys, lmpop, "7.0.0",
                            "O(N+M) in the keys named and the elements taken", "RW ACCESS DELETE",
                            "Takes elements off the first list that is not empty.");
    several.keys = {};
    several.find_keys = counted_keys;
    table.add(several);
}

}  // namespace millpond::engine
