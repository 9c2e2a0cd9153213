// SPDX-License-Identifier: Apache-2.0
//
// Times to live: EXPIRE, TTL, PERSIST and their kin. All of them are logged as PEXPIREAT, or as a
// DEL when the deadline has passed already.
#include <string>
#include <vector>

#include "engine/commands/generic.h"
#include "engine/commands/numbers.h"

namespace millpond::engine {

namespace {

struct Condition {
    bool nx = false, xx = false, gt = false, lt = false;

    /// `current` is Entry::kNoExpiry, which counts as an infinite time to live, or a deadline.
    bool allows(UnixMillis current, UnixMillis wanted) const {
        const bool none = current == Entry::kNoExpiry;
        if (nx && !none) return false;
        if (xx && none) return false;
        if (gt && (none || wanted <= current)) return false;
        return !(lt && !none && wanted >= current);
    }
};

bool read_condition(Call& call, Condition& condition) {
    for (const Bytes word : call.args().subspan(3)) {
        if (is_word(word, "nx")) {
            condition.nx = true;
        } else if (is_word(word, "xx")) {
            condition.xx = true;
        } else if (is_word(word, "gt")) {
            condition.gt = true;
        } else if (is_word(word, "lt")) {
            condition.lt = true;
        } else {
            return call.error("ERR Unsupported option " + std::string(c_text(word)));
        }
    }
    if (condition.nx && (condition.xx || condition.gt || condition.lt)) {
        return call.error("ERR NX and XX, GT or LT options at the same time are not compatible");
    }
    if (condition.gt && condition.lt) {
        return call.error("ERR GT and LT options at the same time are not compatible");
    }
    return true;
}

/// Argument 2 as a deadline in unix ms; it may lie in the past.
bool read_when(Call& call, bool seconds, bool absolute, UnixMillis& when) {
    if (!call.integer(2, when)) return false;
    const bool overflows = seconds && __builtin_mul_overflow(when, std::int64_t{1000}, &when);
    if (overflows || (!absolute && __builtin_add_overflow(when, call.now(), &when))) {
        return call.error("ERR invalid expire time in '" + std::string(call.spec().name) +
                          "' command");
    }
    return true;
}

void expire_at(Call& call, bool seconds, bool absolute) {
    Condition condition;
    UnixMillis when = 0;
    if (!read_condition(call, condition) || !read_when(call, seconds, absolute, when)) return;
    const Bytes key = call.arg(1);
    Entry* entry = call.db().find_write(key);
    if (entry == nullptr || !condition.allows(entry->expiry(), when)) {
        return call.reply().integer(0);
    }
    // A replica keeps the key until its primary says DEL.
    if (when <= call.now() && !call.applying()) {
        call.db().erase(key);
        call.effect({"DEL", key});
        call.notify(EventClass::generic, "del", key);
    } else {
        call.db().set_expiry(*entry, when);
        const std::string deadline = integer_text(when);
        std::vector<Bytes> command{"PEXPIREAT", key, deadline};
        command.insert(command.end(), call.args().begin() + 3, call.args().end());
        call.effect(command);
        call.notify(EventClass::generic, "expire", key);
    }
    call.changed();
    call.reply().integer(1);
}

void expire(Call& call) {
    expire_at(call, true, false);
}
void pexpire(Call& call) {
    expire_at(call, false, false);
}
void expireat(Call& call) {
    expire_at(call, true, true);
}
void pexpireat(Call& call) {
    expire_at(call, false, true);
}

void reply_ttl(Call& call, bool seconds, bool absolute) {
    const Entry* entry = call.db().find_untouched(call.arg(1));
    if (entry == nullptr) return call.reply().integer(-2);
    if (!entry->has_expiry()) return call.reply().integer(-1);
    std::int64_t answer = entry->expiry();
    if (!absolute) answer = answer > call.now() ? answer - call.now() : 0;
    if (seconds) answer = answer / 1000 + (answer % 1000 >= 500 ? 1 : 0);
    call.reply().integer(answer);
}

void ttl(Call& call) {
    reply_ttl(call, true, false);
}
void pttl(Call& call) {
    reply_ttl(call, false, false);
}
void expiretime(Call& call) {
    reply_ttl(call, true, true);
}
void pexpiretime(Call& call) {
    reply_ttl(call, false, true);
}

void persist(Call& call) {
    const Bytes key = call.arg(1);
    Entry* entry = call.db().find_write(key);
    if (entry == nullptr || !entry->has_expiry()) return call.reply().integer(0);
    call.db().clear_expiry(*entry);
    call.changed();
    call.notify(EventClass::generic, "persist", key);
    call.reply().integer(1);
}

}  // namespace

void add_generic_expire_commands(CommandTable& table) {
    CommandSpec spec{.name = "expire",
                     .arity = -3,
                     .flags = kWrite | kFast,
                     .keys = {1, 1, 1},
                     .categories = kCatKeyspace,
                     .handler = expire,
                     .complexity = "O(1)",
                     .summary = "Gives a key a time to live in seconds.",
                     .key_flags = "RW UPDATE"};
    table.add(spec);
    spec.name = "pexpire";
    spec.handler = pexpire;
    spec.since = "2.6.0";
    spec.summary = "Gives a key a time to live in milliseconds.";
    table.add(spec);
    spec.name = "expireat";
    spec.handler = expireat;
    spec.since = "1.2.0";
    spec.summary = "Lets a key expire at a unix time in seconds.";
    table.add(spec);
    spec.name = "pexpireat";
    spec.handler = pexpireat;
    spec.since = "2.6.0";
    spec.summary = "Lets a key expire at a unix time in milliseconds.";
    table.add(spec);
    spec.name = "persist";
    spec.arity = 2;
    spec.handler = persist;
    spec.since = "2.2.0";
    spec.summary = "Takes a key's time to live away, so that it stays.";
    table.add(spec);

    spec.name = "ttl";
    spec.flags = kReadonly | kFast;
    spec.handler = ttl;
    spec.since = "1.0.0";
    spec.summary = "Answers a key's time to live in seconds.";
    spec.key_flags = "RO ACCESS";
    table.add(spec);
    spec.name = "pttl";
    spec.handler = pttl;
    spec.since = "2.6.0";
    spec.summary = "Answers a key's time to live in milliseconds.";
    table.add(spec);
    spec.name = "expiretime";
    spec.handler = expiretime;
    spec.since = "7.0.0";
    spec.summary = "Answers the unix time in seconds at which a key expires.";
    table.add(spec);
    spec.name = "pexpiretime";
    spec.handler = pexpiretime;
    spec.summary = "Answers the unix time in milliseconds at which a key expires.";
    table.add(spec);
}

}  // namespace millpond::engine
