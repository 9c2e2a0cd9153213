// SPDX-License-Identifier: Apache-2.0
//
// INCR, DECR, INCRBY, DECRBY and INCRBYFLOAT: strings as counters.
#include <cmath>

#include "engine/commands/numbers.h"
#include "engine/commands/strings.h"

namespace millpond::engine {

namespace {

/// The entry's value as an integer; false after the error has been written.
bool read_counter(Call& call, const Entry* entry, std::int64_t& value) {
    value = 0;
    if (entry == nullptr) return true;
    if (!entry->is_string()) return call.wrong_type();
    if (entry->string_is_integer()) {
        value = entry->integer();
        return true;
    }
    StringScratch scratch;
    const auto parsed = parse_integer(entry->string(scratch));
    if (!parsed) return call.not_an_integer();
    value = *parsed;
    return true;
}

void add(Call& call, std::int64_t change) {
    const Bytes key = call.arg(1);
    Entry* entry = call.db().find_write(key);
    std::int64_t value = 0;
    if (!read_counter(call, entry, value)) return;
    if (__builtin_add_overflow(value, change, &value)) {
        return void(call.error("ERR increment or decrement would overflow"));
    }
    if (entry != nullptr) {
        call.db().set_integer(*entry, value);
    } else {
        call.db().put_integer(key, value);
    }
    call.changed();
    call.notify(EventClass::string, "incrby", key);
    call.reply().integer(value);
}

void incr(Call& call) {
    add(call, 1);
}
void decr(Call& call) {
    add(call, -1);
}

void incrby(Call& call) {
    std::int64_t change = 0;
    if (call.integer(2, change)) add(call, change);
}

void decrby(Call& call) {
    std::int64_t change = 0;
    if (!call.integer(2, change)) return;
    if (change == INT64_MIN) return void(call.error("ERR decrement would overflow"));
    add(call, -change);
}

void incrbyfloat(Call& call) {
    const Bytes key = call.arg(1);
    const Entry* entry = call.db().find_write(key);
    long double value = 0;
    if (entry != nullptr) {
        if (!entry->is_string()) return void(call.wrong_type());
        StringScratch scratch;
        const auto parsed = parse_long_real(entry->string(scratch));
        if (!parsed) return void(call.not_a_float());
        value = *parsed;
    }
    const auto change = parse_long_real(call.arg(2));
    if (!change) return void(call.not_a_float());
    value += *change;
    if (std::isnan(value) || std::isinf(value)) {
        return void(call.error("ERR increment would produce NaN or Infinity"));
    }
    const std::string text = long_real_text(value);
    call.db().put_text(key, text, Database::Ttl::keep);
    // The sum and not the change: another machine's long double may round differently.
    call.effect({"SET", key, text, "KEEPTTL"});
    call.changed();
    call.notify(EventClass::string, "incrbyfloat", key);
    call.reply().bulk(text);
}

}  // namespace

void add_string_number_commands(CommandTable& table) {
    CommandSpec spec{.name = "incr",
                     .arity = 2,
                     .flags = kWrite | kDenyOom | kFast,
                     .keys = {1, 1, 1},
                     .categories = kCatString,
                     .handler = incr,
                     .group = "string",
                     .complexity = "O(1)",
                     .summary = "Adds one to a counter, which starts at zero.",
                     .key_flags = "RW ACCESS UPDATE"};
    table.add(spec);
    spec.name = "decr";
    spec.handler = decr;
    spec.summary = "Takes one from a counter, which starts at zero.";
    table.add(spec);
    spec.name = "incrby";
    spec.arity = 3;
    spec.handler = incrby;
    spec.summary = "Adds an integer to a counter.";
    table.add(spec);
    spec.name = "decrby";
    spec.handler = decrby;
    spec.summary = "Takes an integer from a counter.";
    table.add(spec);
    spec.name = "incrbyfloat";
    spec.handler = incrbyfloat;
    spec.since = "2.6.0";
    spec.summary = "Adds a decimal number to the one that a string holds.";
    table.add(spec);
}

}  // namespace millpond::engine
