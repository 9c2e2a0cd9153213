// SPDX-License-Identifier: Apache-2.0
//
// Lists: BLPOP and its kin, which wait where LPOP would find nothing. What replicas are sent is the
// command without B.
#include "engine/commands/blocking.h"
#include "engine/commands/lists.h"
#include "engine/commands/numbers.h"

namespace millpond::engine {

namespace {

std::vector<Bytes> keys_of(Call& call, std::size_t first, std::size_t count) {
    const auto keys = call.args().subspan(first, count);
    return {keys.begin(), keys.end()};
}

List list_at(Call& call, Bytes key) {
    return list_of(call.db().find_write(key));
}

/// Takes from the first key that has something by `take`, or waits for one.
void pop_or_wait(Call& call, std::vector<Bytes> keys, Timeout timeout,
                 std::function<void(Call&, Bytes key, List)> take) {
    for (const Bytes key : keys) {
        Entry* entry;
        if (!find_for_writing(call, key, Type::list, entry)) return;
        if (entry) return take(call, key, list_of(entry));
    }
    if (!call.may_block()) return call.reply().null_array();
    const auto serve = [take = std::move(take)](Call& waiting, Bytes key) {
        take(waiting, key, list_at(waiting, key));
        return true;
    };
    wait_for_keys(
        call, {.keys = std::move(keys), .type = Type::list, .timeout = timeout, .serve = serve});
}

void pop(Call& call, ListEnd end) {
    Timeout timeout;
    if (!read_timeout(call, call.argc() - 1, timeout)) return;
    pop_or_wait(call, keys_of(call, 1, call.argc() - 2), timeout,
                [end](Call& taker, Bytes key, List list) {
                    taker.effect({end == ListEnd::left ? "LPOP" : "RPOP", key});
                    taker.reply().array(2);
                    taker.reply().bulk(key);
                    pop_elements(taker, key, list, end, 1, false);
                });
}

void blpop(Call& call) {
    pop(call, ListEnd::left);
}
void brpop(Call& call) {
    pop(call, ListEnd::right);
}

void blmpop(Call& call) {
    PopOfSeveral several;
    Timeout timeout;
    if (!several.read(call, 2, "left", "right") || !read_timeout(call, 1, timeout)) return;
    const ListEnd end = several.first_word ? ListEnd::left : ListEnd::right;
    pop_or_wait(call, keys_of(call, several.keys_at, several.keys), timeout,
                [end, count = several.count](Call& taker, Bytes key, List list) {
                    pop_with_key(taker, key, list, end, count);
                });
}

/// `effect` tells replicas of a move that was made.
void move(Call& call, ListEnd from, ListEnd to, Timeout timeout,
          void (*effect)(Call&, bool waited)) {
    Entry* source;
    if (!find_for_writing(call, call.arg(1), Type::list, source)) return;
    if (source) {
        if (move_element(call, source, from, to)) effect(call, false);
        return;
    }
    if (!call.may_block()) return call.reply().null();
    const auto serve = [from, to, effect](Call& waiting, Bytes key) {
        if (move_element(waiting, waiting.db().find_write(key), from, to)) effect(waiting, true);
        return true;
    };
    wait_for_keys(call,
                  {.keys = {call.arg(1)}, .type = Type::list, .timeout = timeout, .serve = serve});
}

void blmove(Call& call) {
    ListEnd from, to;
    Timeout timeout;
    if (!read_end(call, 3, from) || !read_end(call, 4, to) || !read_timeout(call, 5, timeout))
        return;
    move(call, from, to, timeout, [](Call& mover, bool waited) {
        // Of a client that has waited Redis writes the ends itself.
        const auto word = [&](std::size_t index) -> Bytes {
            if (!waited) return mover.arg(index);
            return is_word(mover.arg(index), "left") ? "left" : "right";
        };
        mover.effect({"LMOVE", mover.arg(1), mover.arg(2), word(3), word(4)});
    });
}

void brpoplpush(Call& call) {
    Timeout timeout;
    if (!read_timeout(call, 3, timeout)) return;
    move(call, ListEnd::right, ListEnd::left, timeout, [](Call& mover, bool) {
        mover.effect({"RPOPLPUSH", mover.arg(1), mover.arg(2)});
    });
}

}  // namespace

void add_list_blocking_commands(CommandTable& table) {
    constexpr std::uint32_t kPops = kWrite | kNoscript | kBlocking;
    CommandSpec pops = kListFamily.one_key(
        "blpop", -3, kPops, blpop, "2.0.0", "O(N) in the keys named", "RW ACCESS DELETE",
        "Takes the first element of the first list that has one, waiting for it if need be.");
    pops.keys = {1, -2, 1};
    table.add(pops);
    pops.name = "brpop";
    pops.handler = brpop;
    pops.summary =
        "Takes the last element of the first list that has one, waiting for it if need be.";
    table.add(pops);

    CommandSpec moves = kListFamily.one_key(
        "brpoplpush", 4, kPops | kDenyOom, brpoplpush, "2.2.0", "O(1)",
        "RW ACCESS DELETE|RW INSERT",
        "Moves the last element of a list to the front of another, waiting for it if need be.");
    moves.keys = {1, 2, 1};
    table.add(moves);
    moves.name = "blmove";
    moves.arity = 6;
    moves.handler = blmove;
    moves.since = "6.2.0";
    moves.summary =
        "Moves an element from an end of a list to an end of another, waiting for it if need be.";
    table.add(moves);

    CommandSpec several = kListFamily.one_key(
        "blmpop", -5, kWrite | kBlocking | kMovableKeys, blmpop, "7.0.0",
        "O(N+M) in the keys named and the elements taken", "RW ACCESS DELETE",
        "Takes elements off the first list that is not empty, waiting for one if need be.");
    several.keys = {};
    several.find_keys = timeout_and_counted_keys;
    table.add(several);
}

}  // namespace millpond::engine
