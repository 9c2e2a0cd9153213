// SPDX-License-Identifier: Apache-2.0
//
// Sorted sets: BZPOPMIN and its kin, which wait where ZPOPMIN would find nothing. What replicas are
// sent is the command without B.
#include "engine/commands/blocking.h"
#include "engine/commands/sorted_sets.h"

namespace millpond::engine {

namespace {

std::vector<Bytes> keys_of(Call& call, std::size_t first, std::size_t count) {
    const auto keys = call.args().subspan(first, count);
    return {keys.begin(), keys.end()};
}

/// Takes from the first key that has something by `take`, or waits for one.
void pop_or_wait(Call& call, std::vector<Bytes> keys, Timeout timeout,
                 std::function<void(Call&, Bytes key, SortedSet)> take) {
    for (const Bytes key : keys) {
        Entry* entry;
        if (!find_for_writing(call, key, Type::sorted_set, entry)) return;
        if (entry) return take(call, key, sorted_set_of(entry));
    }
    if (!call.may_block()) return call.reply().null_array();
    const auto serve = [take = std::move(take)](Call& waiting, Bytes key) {
        take(waiting, key, sorted_set_of(waiting.db().find_write(key)));
        return true;
    };
    wait_for_keys(
        call,
        {.keys = std::move(keys), .type = Type::sorted_set, .timeout = timeout, .serve = serve});
}

void pop(Call& call, SortedSetEnd end) {
    Timeout timeout;
    if (!read_timeout(call, call.argc() - 1, timeout)) return;
    pop_or_wait(call, keys_of(call, 1, call.argc() - 2), timeout,
                [end](Call& taker, Bytes key, SortedSet set) {
                    taker.effect({end == SortedSetEnd::minimum ? "ZPOPMIN" : "ZPOPMAX", key});
                    taker.reply().array(3);
                    taker.reply().bulk(key);
                    pop_members(taker, key, set, end, 1, false);
                });
}

void bzpopmin(Call& call) {
    pop(call, SortedSetEnd::minimum);
}
void bzpopmax(Call& call) {
    pop(call, SortedSetEnd::maximum);
}

void bzmpop(Call& call) {
    PopOfSeveral several;
    Timeout timeout;
    if (!several.read(call, 2, "min", "max") || !read_timeout(call, 1, timeout)) return;
    const SortedSetEnd end = several.first_word ? SortedSetEnd::minimum : SortedSetEnd::maximum;
    pop_or_wait(call, keys_of(call, several.keys_at, several.keys), timeout,
                [end, count = several.count](Call& taker, Bytes key, SortedSet set) {
                    pop_with_key(taker, key, set, end, count);
                });
}

}  // namespace

void add_sorted_set_blocking_commands(CommandTable& table) {
    CommandSpec pops = kSortedSetFamily.one_key(
        "bzpopmin", -3, kWrite | kNoscript | kBlocking | kFast, bzpopmin, "5.0.0", "O(log(N))",
        "RW ACCESS DELETE",
        "Takes the lowest member of the first sorted set that has one, waiting for it if need be.");
    pops.keys = {1, -2, 1};
    table.add(pops);
    pops.name = "bzpopmax";
    pops.handler = bzpopmax;
    pops.summary =
        "Takes the highest member of the first sorted set that has one, waiting for it if need be.";
    table.add(pops);

    CommandSpec several = kSortedSetFamily.one_key(
        "bzmpop", -5, kWrite | kBlocking | kMovableKeys, bzmpop, "7.0.0",
        "O(K+M*log(N)) for K keys and M members taken", "RW ACCESS DELETE",
        "Takes members off the first sorted set that is not empty, waiting for one if need be.");
    several.keys = {};
    several.find_keys = timeout_and_counted_keys;
    table.add(several);
}

}  // namespace millpond::engine
