// SPDX-License-Identifier: Apache-2.0
//
// The commands of hashes. HINCRBYFLOAT is logged as the HSET of its result, since a replica's long
// doubles need not be ours; everything else is logged as it was sent.
#include <algorithm>
#include <cmath>

#include "engine/commands/collections.h"
#include "engine/commands/hash_fields.h"
#include "engine/commands/numbers.h"
#include "engine/keyspace/clock.h"

namespace millpond::engine {

namespace {

Hash hash_of(Entry* entry) {
    return Hash(entry->object());
}

void set_fields(Call& call, bool answers_ok) {
    if (call.argc() % 2 != 0) {
        wrong_arity(call);
        return;
    }
    Bytes key = call.arg(1);
    Entry* entry = call.db().find_or_create<Hash>(key);
    if (!entry) {
        call.wrong_type();
        return;
    }
    Hash hash = hash_of(entry);
    std::size_t longest = 0;
    for (std::size_t i = 2; i < call.argc(); i++) longest = std::max(longest, call.arg(i).size());
    hash.expect_lengths(longest);
    std::int64_t added = 0;
    for (std::size_t i = 2; i < call.argc(); i += 2) {
        added += hash.set(call.arg(i), call.arg(i + 1)) ? 1 : 0;
        hash.set_deadline(call.arg(i), Hash::kNoDeadline);
    }
    call.changed((call.argc() - 2) / 2);
    call.notify(EventClass::hash, "hset", key);
    if (answers_ok) {
        call.reply().ok();
    } else {
        call.reply().integer(added);
    }
}

void hset(Call& call) {
    set_fields(call, false);
}
void hmset(Call& call) {
    set_fields(call, true);
}

void hsetnx(Call& call) {
    Bytes key = call.arg(1);
    Entry* entry;
    if (!find_for_writing(call, key, Type::hash, entry)) return;
    if (entry && hash_of(entry).get(call.arg(2))) {
        call.reply().integer(0);
        return;
    }
    hash_of(call.db().find_or_create<Hash>(key)).set(call.arg(2), call.arg(3));
    call.changed();
    call.notify(EventClass::hash, "hset", key);
    call.reply().integer(1);
}

void reply_field(Call& call, Entry* entry, Bytes field) {
    auto value = entry ? hash_of(entry).get(field) : std::nullopt;
    if (value) {
        call.reply().bulk(*value);
    } else {
        call.reply().null();
    }
}

void hget(Call& call) {
    Entry* entry;
    if (find_for_reading(call, call.arg(1), Type::hash, entry))
        reply_field(call, entry, call.arg(2));
}

void hmget(Call& call) {
    Entry* entry;
    if (!find_for_reading(call, call.arg(1), Type::hash, entry)) return;
    call.reply().array(call.argc() - 2);
    for (std::size_t i = 2; i < call.argc(); i++) reply_field(call, entry, call.arg(i));
}

void hdel(Call& call) {
    Bytes key = call.arg(1);
    Entry* entry;
    if (!find_for_writing(call, key, Type::hash, entry)) return;
    std::size_t erased = 0;
    for (std::size_t i = 2; entry && i < call.argc(); i++)
        erased += hash_of(entry).erase(call.arg(i)) ? 1 : 0;
    if (erased > 0) {
        call.changed(erased);
        call.notify(EventClass::hash, "hdel", key);
        erase_if_empty(call, key);
    }
    call.reply().integer(static_cast<std::int64_t>(erased));
}

void hlen(Call& call) {
    Entry* entry;
    if (!find_for_reading(call, call.arg(1), Type::hash, entry)) return;
    call.reply().integer(entry ? static_cast<std::int64_t>(hash_of(entry).size()) : 0);
}

void hstrlen(Call& call) {
    Entry* entry;
    if (!find_for_reading(call, call.arg(1), Type::hash, entry)) return;
    auto value = entry ? hash_of(entry).get(call.arg(2)) : std::nullopt;
    call.reply().integer(value ? static_cast<std::int64_t>(value->size()) : 0);
}

void hexists(Call& call) {
    Entry* entry;
    if (!find_for_reading(call, call.arg(1), Type::hash, entry)) return;
    call.reply().integer(entry && hash_of(entry).get(call.arg(2)) ? 1 : 0);
}

void hincrby(Call& call) {
    Bytes key = call.arg(1), field = call.arg(2);
    std::int64_t increment, value = 0;
    Entry* entry;
    if (!call.integer(3, increment) || !find_for_writing(call, key, Type::hash, entry)) return;
    if (auto old = entry ? hash_of(entry).get(field) : std::nullopt) {
        auto number = parse_integer(*old);
        if (!number) {
            call.error("ERR hash value is not an integer");
            return;
        }
        value = *number;
    }
    if (__builtin_add_overflow(value, increment, &value)) {
        call.error("ERR increment or decrement would overflow");
        return;
    }
    hash_of(call.db().find_or_create<Hash>(key)).set(field, integer_text(value));
    call.changed();
    call.notify(EventClass::hash, "hincrby", key);
    call.reply().integer(value);
}

void hincrbyfloat(Call& call) {
    Bytes key = call.arg(1), field = call.arg(2);
    auto increment = parse_long_real(call.arg(3));
    if (!increment) {
        call.not_a_float();
        return;
    }
    if (std::isinf(*increment)) {
        call.error("ERR value is NaN or Infinity");
        return;
    }
    Entry* entry;
    if (!find_for_writing(call, key, Type::hash, entry)) return;
    long double value = 0;
    if (auto old = entry ? hash_of(entry).get(field) : std::nullopt) {
        auto number = parse_long_real(*old);
        if (!number) {
            call.error("ERR hash value is not a float");
            return;
        }
        value = *number;
    }
    value += *increment;
    if (std::isnan(value) || std::isinf(value)) {
        call.error("ERR increment would produce NaN or Infinity");
        return;
    }
    std::string text = long_real_text(value);
    Hash hash = hash_of(call.db().find_or_create<Hash>(key));
    hash.set(field, text);
    call.effect({"HSET", key, field, text});
    log_field_deadline(call, key, field, hash.deadline(field));
    call.changed();
    call.notify(EventClass::hash, "hincrbyfloat", key);
    call.reply().bulk(text);
}

void reply_all(Call& call, bool fields, bool values) {
    Entry* entry;
    if (!find_for_reading(call, call.arg(1), Type::hash, entry)) return;
    std::size_t size = entry ? hash_of(entry).size() : 0;
    if (fields && values) {
        call.reply().map(size);
    } else {
        call.reply().array(size);
    }
    if (!entry) return;
    hash_of(entry).for_each([&](Bytes field, Bytes value) {
        if (fields) call.reply().bulk(field);
        if (values) call.reply().bulk(value);
        return true;
    });
}

void hkeys(Call& call) {
    reply_all(call, true, false);
}
void hvals(Call& call) {
    reply_all(call, false, true);
}
void hgetall(Call& call) {
    reply_all(call, true, true);
}

void hscan(Call& call) {
    CollectionScan scan(call);
    Entry* entry;
    if (!scan.read_cursor() || !find_for_reading(call, call.arg(1), Type::hash, entry)) return;
    if (!entry) {
        scan.reply(0);
        return;
    }
    if (!scan.read_options()) return;
    scan.reply(hash_of(entry).scan(scan.cursor(), scan.count(), [&](Bytes field, Bytes value) {
        if (!scan.passes(field)) return;
        scan.add(field);
        scan.add(value);
    }));
}

void reply_drawn(Call& call, Bytes field, Bytes value, bool with_values) {
    if (with_values && call.reply().resp3()) call.reply().array(2);
    call.reply().bulk(field);
    if (with_values) call.reply().bulk(value);
}

void draw_fields(Call& call, std::int64_t count, bool with_values) {
    Entry* entry;
    if (!find_for_reading(call, call.arg(1), Type::hash, entry)) return;
    if (!entry || count == 0) {
        call.reply().array(0);
        return;
    }
    Hash hash = hash_of(entry);
    auto open = [&](std::size_t n) {
        call.reply().array(with_values && !call.reply().resp3() ? n * 2 : n);
    };
    if (count < 0) {
        auto n = static_cast<std::size_t>(-count);
        open(n);
        for (std::size_t i = 0; i < n && !call.is_cut_off(); i++) {
            hash.random(thread_random(), [&](Bytes field, Bytes value) {
                reply_drawn(call, field, value, with_values);
            });
        }
        return;
    }
    std::size_t n = std::min(static_cast<std::size_t>(count), hash.size());
    auto drawn = draw_distinct(
        hash.size(), n,
        [&](FunctionView<void(Bytes, Bytes)> visit) {
            hash.for_each([&](Bytes field, Bytes value) {
                visit(field, value);
                return true;
            });
        },
        [&](FunctionView<void(Bytes, Bytes)> visit) { hash.random(thread_random(), visit); });
    open(n);
    for (const Drawn& each : drawn) reply_drawn(call, each.element, each.companion, with_values);
}

void hrandfield(Call& call) {
    if (call.argc() == 2) {
        Entry* entry;
        if (!find_for_reading(call, call.arg(1), Type::hash, entry)) return;
        if (!entry) {
            call.reply().null();
            return;
        }
        hash_of(entry).random(thread_random(),
                              [&](Bytes field, Bytes) { call.reply().bulk(field); });
        return;
    }
    std::int64_t count;
    if (!integer_between(call, 2, -kIntegerMax, kIntegerMax, count)) return;
    bool with_values = call.argc() == 4;
    if (call.argc() > 4 || (with_values && !is_word(call.arg(3), "withvalues"))) {
        call.syntax_error();
    } else if (with_values && (count < -kIntegerMax / 2 || count > kIntegerMax / 2)) {
        call.error("ERR value is out of range");
    } else {
        draw_fields(call, count, with_values);
    }
}

constexpr Family kFamily{kCatHash, "hash"};
constexpr std::uint32_t kAdds = kWrite | kDenyOom | kFast;
constexpr std::uint32_t kLooksUp = kReadonly | kFast;

void add_writers(CommandTable& table) {
    table.add(kFamily.one_key("hset", -4, kAdds, hset, "2.0.0", "O(1) for each field", "RW UPDATE",
                              "Sets fields of a hash, creating it if need be."));
    table.add(kFamily.one_key("hmset", -4, kAdds, hmset, "2.0.0", "O(N) in the number of fields",
                              "RW UPDATE", "Sets several fields of a hash."));
    table.add(kFamily.one_key("hsetnx", 4, kAdds, hsetnx, "2.0.0", "O(1)", "RW INSERT",
                              "Sets a field of a hash if the hash has no such field."));
    table.add(kFamily.one_key("hdel", -3, kWrite | kFast, hdel, "2.0.0",
                              "O(N) in the number of fields", "RW DELETE",
                              "Removes fields of a hash, and the hash with its last field."));
    table.add(kFamily.one_key("hincrby", 4, kAdds, hincrby, "2.0.0", "O(1)", "RW ACCESS UPDATE",
                              "Adds to the integer in a field of a hash."));
    table.add(kFamily.one_key("hincrbyfloat", 4, kAdds, hincrbyfloat, "2.6.0", "O(1)",
                              "RW ACCESS UPDATE", "Adds to the number in a field of a hash."));
}

void add_readers(CommandTable& table) {
    table.add(kFamily.one_key("hget", 3, kLooksUp, hget, "2.0.0", "O(1)", "RO ACCESS",
                              "Gives a field's value."));
    table.add(kFamily.one_key("hmget", -3, kLooksUp, hmget, "2.0.0", "O(N) in the number of fields",
                              "RO ACCESS", "Gives the values of several fields."));
    table.add(kFamily.one_key("hlen", 2, kLooksUp, hlen, "2.0.0", "O(1)", "RO",
                              "Counts the fields of a hash."));
    table.add(kFamily.one_key("hstrlen", 3, kLooksUp, hstrlen, "3.2.0", "O(1)", "RO",
                              "Gives the length of a field's value."));
    table.add(kFamily.one_key("hexists", 3, kLooksUp, hexists, "2.0.0", "O(1)", "RO",
                              "Tells whether a hash has a field."));
    table.add(kFamily.one_key("hkeys", 2, kReadonly, hkeys, "2.0.0", "O(N) in the size of the hash",
                              "RO ACCESS", "Lists the fields of a hash."));
    table.add(kFamily.one_key("hvals", 2, kReadonly, hvals, "2.0.0", "O(N) in the size of the hash",
                              "RO ACCESS", "Lists the values of a hash."));
    table.add(kFamily.one_key("hgetall", 2, kReadonly, hgetall, "2.0.0",
                              "O(N) in the size of the hash", "RO ACCESS",
                              "Gives all fields of a hash with their values."));
    table.add(kFamily.one_key("hscan", -3, kReadonly, hscan, "2.8.0",
                              "O(1) a call, O(N) for the whole hash", "RO ACCESS",
                              "Walks through a hash a few fields at a time."));
    table.add(kFamily.one_key("hrandfield", -2, kReadonly, hrandfield, "6.2.0",
                              "O(N) in the number of fields given", "RO ACCESS",
                              "Gives fields of a hash at random."));
}

}  // namespace

void add_hash_commands(CommandTable& table) {
    add_writers(table);
    add_readers(table);
}

}  // namespace millpond::engine
