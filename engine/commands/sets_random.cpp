// SPDX-License-Identifier: Apache-2.0
//
// Sets: members at random. What SPOP took is logged by name, since a replica would draw others.
#include <algorithm>

#include "engine/commands/sets.h"
#include "engine/keyspace/clock.h"

namespace millpond::engine {

namespace {

std::vector<Drawn> draw_members(const Set& set, std::size_t count) {
    return draw_distinct(
        set.size(), count,
        [&](FunctionView<void(Bytes, Bytes)> visit) {
            set.for_each([&](Bytes member) {
                visit(member, {});
                return true;
            });
        },
        [&](FunctionView<void(Bytes, Bytes)> visit) {
            set.random(thread_random(), [&](Bytes member) { visit(member, {}); });
        });
}

/// Logs the removal of drawn members, in commands of bounded length.
void log_removal(Call& call, Bytes key, const std::vector<Drawn>& drawn) {
    constexpr std::size_t kMembersMax = 1024;
    for (std::size_t i = 0; i < drawn.size(); i += kMembersMax) {
        std::vector<Bytes> command{"SREM", key};
        for (std::size_t j = i; j < std::min(drawn.size(), i + kMembersMax); j++)
            command.push_back(drawn[j].element);
        call.effect(std::span<const Bytes>(command));
    }
}

void pop_one(Call& call, Bytes key) {
    Entry* entry;
    if (!find_for_writing(call, key, Type::set, entry)) return;
    if (!entry) {
        call.reply().null();
        return;
    }
    std::string taken;
    set_of(entry).random(thread_random(), [&](Bytes member) { taken = member; });
    set_of(entry).erase(taken);
    call.notify(EventClass::set, "spop", key);
    call.effect({"SREM", key, taken});
    call.changed();
    erase_if_empty(call, key);
    call.reply().bulk(taken);
}

void spop(Call& call) {
    Bytes key = call.arg(1);
    if (call.argc() > 3) {
        call.syntax_error();
        return;
    }
    if (call.argc() == 2) return pop_one(call, key);
    std::int64_t count;
    Entry* entry;
    if (!not_negative(call, 2, count) || !find_for_writing(call, key, Type::set, entry)) return;
    if (!entry || count == 0) {
        call.reply().set(0);
        return;
    }
    Set set = set_of(entry);
    std::size_t size = set.size(), n = std::min(static_cast<std::size_t>(count), size);
    std::vector<Drawn> drawn = draw_members(set, n);
    call.reply().set(n);
    for (const Drawn& each : drawn) call.reply().bulk(each.element);
    call.notify(EventClass::set, "spop", key);
    call.changed(n);
    if (n == size) {
        call.db().erase(key);
        call.notify(EventClass::generic, "del", key);
        call.effect({"DEL", key});
        return;
    }
    for (const Drawn& each : drawn) set.erase(each.element);
    log_removal(call, key, drawn);
}

void srandmember(Call& call) {
    Bytes key = call.arg(1);
    std::int64_t count = 0;
    Entry* entry;
    if (call.argc() > 3) {
        call.syntax_error();
        return;
    }
    bool counted = call.argc() == 3;
    if (counted && !integer_between(call, 2, -kIntegerMax, kIntegerMax, count)) return;
    if (!find_for_reading(call, key, Type::set, entry)) return;
    auto reply_random = [&] {
        set_of(entry).random(thread_random(), [&](Bytes member) { call.reply().bulk(member); });
    };
    if (!counted) {
        entry ? reply_random() : call.reply().null();
        return;
    }
    if (!entry || count == 0) {
        call.reply().array(0);
        return;
    }
    if (count < 0) {
        call.reply().array(static_cast<std::size_t>(-count));
        for (std::int64_t i = 0; i < -count && !call.is_cut_off(); i++) reply_random();
        return;
    }
    std::size_t n = std::min(static_cast<std::size_t>(count), set_of(entry).size());
    call.reply().array(n);
    for (const Drawn& each : draw_members(set_of(entry), n)) call.reply().bulk(each.element);
}

}  // namespace

void add_set_random_commands(CommandTable& table) {
    table.add(kSetFamily.one_key("spop", -2, kWrite | kFast, spop, "1.0.0",
                                 "O(N) in the members taken", "RW ACCESS DELETE",
                                 "Takes members out of a set at random."));
    table.add(kSetFamily.one_key("srandmember", -2, kReadonly, srandmember, "1.0.0",
                                 "O(N) in the members given", "RO ACCESS",
                                 "Gives members of a set at random."));
}

}  // namespace millpond::engine
