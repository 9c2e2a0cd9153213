// SPDX-License-Identifier: Apache-2.0
//
// Sorted sets: removing ranges, and taking members off an end. ZMPOP is logged as the ZPOPMIN or
// ZPOPMAX of the set that it chose.
#include <algorithm>

#include "engine/commands/numbers.h"
#include "engine/commands/sorted_sets.h"

namespace millpond::engine {

namespace {

void remove_range(Call& call, RangeKind kind, std::string_view event) {
    Bytes key = call.arg(1);
    SortedSetBounds bounds{.kind = kind};
    Entry* entry;
    if (!bounds.read(call, 2, 3) || !find_for_writing(call, key, Type::sorted_set, entry)) return;
    IndexRange range = entry ? bounds.ranks(sorted_set_of(entry), false) : IndexRange{};
    if (range.count > 0) {
        sorted_set_of(entry).erase_range(range.first, range.count);
        call.changed(range.count);
        call.notify(EventClass::sorted_set, event, key);
        erase_if_empty(call, key);
    }
    call.reply().integer(static_cast<std::int64_t>(range.count));
}

void zremrangebyrank(Call& call) {
    remove_range(call, RangeKind::rank, "zremrangebyrank");
}
void zremrangebyscore(Call& call) {
    remove_range(call, RangeKind::score, "zremrangebyscore");
}
void zremrangebylex(Call& call) {
    remove_range(call, RangeKind::lex, "zremrangebylex");
}

void pop(Call& call, SortedSetEnd end) {
    std::int64_t count = 1;
    bool counted = call.argc() == 3;
    Entry* entry;
    if (call.argc() > 3) {
        call.syntax_error();
        return;
    }
    if (counted && !not_negative(call, 2, count)) return;
    if (!find_for_writing(call, call.arg(1), Type::sorted_set, entry)) return;
    if (!entry || count == 0) {
        call.reply().array(0);
        return;
    }
    SortedSet set = sorted_set_of(entry);
    std::size_t n = std::min(static_cast<std::size_t>(count), set.size());
    const bool nested = counted && call.reply().resp3();
    call.reply().array(nested ? n : n * 2);
    pop_members(call, call.arg(1), set, end, n, nested);
}

void zpopmin(Call& call) {
    pop(call, SortedSetEnd::minimum);
}
void zpopmax(Call& call) {
    pop(call, SortedSetEnd::maximum);
}

void zmpop(Call& call) {
    PopOfSeveral several;
    if (!several.read(call, 1, "min", "max")) return;
    const SortedSetEnd end = several.first_word ? SortedSetEnd::minimum : SortedSetEnd::maximum;
    for (std::size_t i = several.keys_at; i < several.keys_at + several.keys; i++) {
        Entry* entry;
        if (!find_for_writing(call, call.arg(i), Type::sorted_set, entry)) return;
        if (entry) return pop_with_key(call, call.arg(i), sorted_set_of(entry), end, several.count);
    }
    call.reply().null_array();
}

}  // namespace

void pop_members(Call& call, Bytes key, SortedSet set, SortedSetEnd end, std::size_t count,
                 bool nested) {
    bool low = end == SortedSetEnd::minimum;
    std::size_t size = set.size();
    set.for_range(low ? 0 : size - 1, count, !low, [&](Bytes member, double score) {
        if (nested) call.reply().array(2);
        call.reply().bulk(member);
        call.reply().real(score);
        return true;
    });
    set.erase_range(low ? 0 : size - count, count);
    call.changed(count);
    call.notify(EventClass::sorted_set, low ? "zpopmin" : "zpopmax", key);
    erase_if_empty(call, key);
}

void pop_with_key(Call& call, Bytes key, SortedSet set, SortedSetEnd end, std::size_t count) {
    count = std::min(count, set.size());
    call.effect({end == SortedSetEnd::minimum ? "ZPOPMIN" : "ZPOPMAX", key, std::to_string(count)});
    call.reply().array(2);
    call.reply().bulk(key);
    call.reply().array(count);
    pop_members(call, key, set, end, count, true);
}

void add_sorted_set_removal_commands(CommandTable& table) {
    const Family& family = kSortedSetFamily;
    constexpr std::string_view kCost = "O(log(N)+M) for M members removed";
    table.add(family.one_key("zremrangebyrank", 4, kWrite, zremrangebyrank, "2.0.0", kCost,
                             "RW DELETE", "Removes the members of a range of ranks."));
    table.add(family.one_key("zremrangebyscore", 4, kWrite, zremrangebyscore, "1.2.0", kCost,
                             "RW DELETE", "Removes the members with scores between two bounds."));
    table.add(family.one_key("zremrangebylex", 4, kWrite, zremrangebylex, "2.8.9", kCost,
                             "RW DELETE", "Removes the members between two strings."));
    table.add(family.one_key("zpopmin", -2, kWrite | kFast, zpopmin, "5.0.0",
                             "O(M*log(N)) for M members taken", "RW ACCESS DELETE",
                             "Takes the members with the lowest scores."));
    table.add(family.one_key("zpopmax", -2, kWrite | kFast, zpopmax, "5.0.0",
                             "O(M*log(N)) for M members taken", "RW ACCESS DELETE",
                             "Takes the members with the highest scores."));
    CommandSpec several =
        family.one_key("zmpop", -4, kWrite | kMovableKeys, zmpop, "7.0.0",
                       "O(K+M*log(N)) for K keys and M members taken", "RW ACCESS DELETE",
                       "Takes members off the first sorted set that is not empty.");
    several.keys = {};
    several.find_keys = counted_keys;
    table.add(several);
}

}  // namespace millpond::engine
