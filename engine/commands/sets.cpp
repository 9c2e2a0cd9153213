// SPDX-License-Identifier: Apache-2.0
//
// Sets: members, one set at a time.
#include "engine/commands/sets.h"

namespace millpond::engine {

namespace {

void sadd(Call& call) {
    Bytes key = call.arg(1);
    Entry* entry = call.db().find_or_create<Set>(key);
    if (!entry) {
        call.wrong_type();
        return;
    }
    std::size_t added = 0;
    for (std::size_t i = 2; i < call.argc(); i++) added += set_of(entry).add(call.arg(i)) ? 1 : 0;
    if (added > 0) {
        call.changed(added);
        call.notify(EventClass::set, "sadd", key);
    }
    call.reply().integer(static_cast<std::int64_t>(added));
}

void srem(Call& call) {
    Bytes key = call.arg(1);
    Entry* entry;
    if (!find_for_writing(call, key, Type::set, entry)) return;
    std::size_t erased = 0;
    for (std::size_t i = 2; entry && i < call.argc(); i++)
        erased += set_of(entry).erase(call.arg(i)) ? 1 : 0;
    if (erased > 0) {
        call.changed(erased);
        call.notify(EventClass::set, "srem", key);
        erase_if_empty(call, key);
    }
    call.reply().integer(static_cast<std::int64_t>(erased));
}

void smove(Call& call) {
    Bytes from = call.arg(1), to = call.arg(2), member = call.arg(3);
    Entry* source = call.db().find_write(from);
    // Looked at only: a target that has the member already does not change.
    Entry* target = call.db().peek(to);
    if (!source) {
        call.reply().integer(0);
        return;
    }
    if (source->type() != Type::set || (target && target->type() != Type::set)) {
        call.wrong_type();
        return;
    }
    if (from == to) {
        call.reply().integer(set_of(source).contains(member) ? 1 : 0);
        return;
    }
    if (!set_of(source).erase(member)) {
        call.reply().integer(0);
        return;
    }
    call.notify(EventClass::set, "srem", from);
    erase_if_empty(call, from);
    call.changed();
    if (!target || !set_of(target).contains(member)) {
        set_of(call.db().find_or_create<Set>(to)).add(member);
        call.changed();
        call.notify(EventClass::set, "sadd", to);
    }
    call.reply().integer(1);
}

void sismember(Call& call) {
    Entry* entry;
    if (!find_for_reading(call, call.arg(1), Type::set, entry)) return;
    call.reply().integer(entry && set_of(entry).contains(call.arg(2)) ? 1 : 0);
}

void smismember(Call& call) {
    Entry* entry;
    if (!find_for_reading(call, call.arg(1), Type::set, entry)) return;
    call.reply().array(call.argc() - 2);
    for (std::size_t i = 2; i < call.argc(); i++) {
        call.reply().integer(entry && set_of(entry).contains(call.arg(i)) ? 1 : 0);
    }
}

void scard(Call& call) {
    Entry* entry;
    if (!find_for_reading(call, call.arg(1), Type::set, entry)) return;
    call.reply().integer(entry ? static_cast<std::int64_t>(set_of(entry).size()) : 0);
}

void smembers(Call& call) {
    Entry* entry;
    if (!find_for_reading(call, call.arg(1), Type::set, entry)) return;
    call.reply().set(entry ? set_of(entry).size() : 0);
    if (!entry) return;
    set_of(entry).for_each([&](Bytes member) {
        call.reply().bulk(member);
        return true;
    });
}

void sscan(Call& call) {
    CollectionScan scan(call);
    Entry* entry;
    if (!scan.read_cursor() || !find_for_reading(call, call.arg(1), Type::set, entry)) return;
    if (!entry) {
        scan.reply(0);
        return;
    }
    if (!scan.read_options()) return;
    scan.reply(set_of(entry).scan(scan.cursor(), scan.count(), [&](Bytes member) {
        if (scan.passes(member)) scan.add(member);
    }));
}

constexpr std::uint32_t kLooksUp = kReadonly | kFast;

}  // namespace

void add_set_commands(CommandTable& table) {
    const Family& family = kSetFamily;
    table.add(family.one_key("sadd", -3, kWrite | kDenyOom | kFast, sadd, "1.0.0",
                             "O(1) for each member", "RW INSERT",
                             "Adds members to a set, creating it if need be."));
    table.add(family.one_key("srem", -3, kWrite | kFast, srem, "1.0.0",
                             "O(N) in the number of members", "RW DELETE",
                             "Removes members of a set, and the set with its last member."));
    CommandSpec move =
        family.one_key("smove", 4, kWrite | kFast, smove, "1.0.0", "O(1)",
                       "RW ACCESS DELETE|RW INSERT", "Moves a member from a set to another.");
    move.keys = {1, 2, 1};
    table.add(move);
    table.add(family.one_key("sismember", 3, kLooksUp, sismember, "1.0.0", "O(1)", "RO",
                             "Tells whether a set has a member."));
    table.add(family.one_key("smismember", -3, kLooksUp, smismember, "6.2.0",
                             "O(N) in the members asked for", "RO ACCESS",
                             "Tells which of several members a set has."));
    table.add(family.one_key("scard", 2, kLooksUp, scard, "1.0.0", "O(1)", "RO",
                             "Counts the members of a set."));
    table.add(family.one_key("smembers", 2, kReadonly, smembers, "1.0.0",
                             "O(N) in the size of the set", "RO ACCESS",
                             "Lists the members of a set."));
    table.add(family.one_key("sscan", -3, kReadonly, sscan, "2.8.0",
                             "O(1) a call, O(N) for the whole set", "RO ACCESS",
                             "Walks through a set a few members at a time."));
    add_set_random_commands(table);
    add_set_algebra_commands(table);
}

}  // namespace millpond::engine
