// SPDX-License-Identifier: Apache-2.0
//
// SET, GET and their kin. Deadlines are logged as absolute times, so that a replica, whenever it
// applies them, lets a key go at the same moment.
#include "engine/commands/strings.h"

#include <optional>
#include <vector>

#include "engine/commands/numbers.h"
#include "engine/keyspace/keyspace.h"

namespace millpond::engine {

namespace {

struct SetOptions {
    bool only_new = false;
    bool only_existing = false;
    bool get = false;
    bool keep_ttl = false;
    bool persist = false;
    std::size_t equal_at = 0;  ///< IFEQ's argument, 0 when there is none
    std::size_t time_at = 0;   ///< the argument with the time, 0 when there is none
    TimeUnit unit{};
    bool has_lifetime() const { return time_at != 0 || keep_ttl || persist; }
};

/// The options of SET and of GETEX, from argument `first` on; false: a syntax error was answered.
bool read_options(Call& call, std::size_t first, bool getex, SetOptions& options) {
    for (std::size_t i = first; i < call.argc(); ++i) {
        const Bytes word = call.arg(i);
        const auto unit = time_unit(word);
        if (unit && !options.has_lifetime() && i + 1 < call.argc()) {
            options.unit = *unit;
            options.time_at = ++i;
        } else if (getex && is_word(word, "persist") && !options.has_lifetime()) {
            options.persist = true;
        } else if (!getex && is_word(word, "keepttl") && !options.has_lifetime()) {
            options.keep_ttl = true;
        } else if (!getex && is_word(word, "nx") && !options.only_existing && !options.equal_at) {
            options.only_new = true;
        } else if (!getex && is_word(word, "xx") && !options.only_new && !options.equal_at) {
            options.only_existing = true;
        } else if (!getex && is_word(word, "ifeq") && !options.only_new && !options.only_existing &&
                   !options.equal_at && i + 1 < call.argc()) {
            options.equal_at = ++i;
        } else if (!getex && is_word(word, "get")) {
            options.get = true;
        } else {
            return call.syntax_error();
        }
    }
    return true;
}

/// Writes the value of `key`, or null; false after a type error.
bool reply_old_value(Call& call, Bytes key) {
    const Entry* entry = call.db().find_read(key);
    if (entry == nullptr) {
        call.reply().null();
        return true;
    }
    if (!entry->is_string()) return call.wrong_type();
    reply_string(call, *entry);
    return true;
}

void log_set_until(Call& call, Bytes key, Bytes value, UnixMillis deadline) {
    call.effect({"SET", key, value, "PXAT", integer_text(deadline)});
}

void get(Call& call) {
    reply_old_value(call, call.arg(1));
}

/// What is logged of a SET that has options: with a deadline only that, and else the command as it
/// was sent, in Redis's way; but nobody asks for the old value, and what was compared has been.
void log_set(Call& call, const SetOptions& options, const std::optional<UnixMillis>& deadline) {
    const Bytes key = call.arg(1), value = call.arg(2);
    if (deadline) return log_set_until(call, key, value, *deadline);
    const bool compared = options.equal_at != 0;
    if (!compared && !options.get) return;
    std::vector<Bytes> command;
    for (std::size_t i = 0; i < call.argc(); ++i) {
        if (compared && i + 1 == options.equal_at) {
            ++i;
        } else if (i < 3 || !is_word(call.arg(i), "get")) {
            command.push_back(call.arg(i));
        }
    }
    call.effect(command);
}

/// Does the key hold exactly that? Nothing when it holds no string: the error has been written.
std::optional<bool> holds(Call& call, Bytes key, Bytes expected) {
    const Entry* entry = call.db().find_write(key);
    if (entry == nullptr) return false;
    if (!entry->is_string()) {
        call.wrong_type();
        return std::nullopt;
    }
    StringScratch scratch;
    return entry->string(scratch) == expected;
}

void set(Call& call) {
    SetOptions options;
    if (!read_options(call, 3, false, options)) return;
    std::optional<UnixMillis> deadline;
    if (options.time_at != 0) {
        deadline = read_deadline(call, options.time_at, options.unit);
        if (!deadline) return;
    }
    const Bytes key = call.arg(1);
    const Bytes value = call.arg(2);
    if (options.get && !reply_old_value(call, key)) return;
    if (options.equal_at != 0) {
        const auto equal = holds(call, key, call.arg(options.equal_at));
        if (!equal) return;
        if (!*equal) {
            if (!options.get) call.reply().null();
            return;
        }
    }
    if (options.only_new || options.only_existing) {
        const bool found = call.db().find_write(key) != nullptr;
        if (found == options.only_new) {
            if (!options.get) call.reply().null();
            return;
        }
    }
    if (deadline) {
        call.db().put_string_until(key, value, *deadline);
    } else {
        call.db().put_string(key, value,
                             options.keep_ttl ? Database::Ttl::keep : Database::Ttl::clear);
    }
    if (call.argc() > 3) log_set(call, options, deadline);
    call.changed();
    call.notify(EventClass::string, "set", key);
    if (deadline) call.notify(EventClass::generic, "expire", key);
    if (!options.get) call.reply().ok();
}

void setnx(Call& call) {
    const Bytes key = call.arg(1);
    if (call.db().find_write(key) != nullptr) return call.reply().integer(0);
    call.db().put_string(key, call.arg(2));
    call.changed();
    call.notify(EventClass::string, "set", key);
    call.reply().integer(1);
}

void set_with_lifetime(Call& call, bool seconds) {
    const auto deadline = read_deadline(call, 2, {seconds, false});
    if (!deadline) return;
    const Bytes key = call.arg(1);
    call.db().put_string_until(key, call.arg(3), *deadline);
    log_set_until(call, key, call.arg(3), *deadline);
    call.changed();
    call.notify(EventClass::string, "set", key);
    call.notify(EventClass::generic, "expire", key);
    call.reply().ok();
}

void setex(Call& call) {
    set_with_lifetime(call, true);
}
void psetex(Call& call) {
    set_with_lifetime(call, false);
}

void getset(Call& call) {
    const Bytes key = call.arg(1);
    if (!reply_old_value(call, key)) return;
    call.db().put_string(key, call.arg(2));
    call.effect({"SET", key, call.arg(2)});
    call.changed();
    call.notify(EventClass::string, "set", key);
}

void remove(Call& call, Bytes key) {
    call.db().erase(key);
    call.effect({"DEL", key});
    call.changed();
    call.notify(EventClass::generic, "del", key);
}

/// Valkey 9's: DEL if the value is still that one.
void delifeq(Call& call) {
    const Bytes key = call.arg(1);
    const auto equal = holds(call, key, call.arg(2));
    if (!equal) return;
    if (*equal) remove(call, key);
    call.reply().integer(*equal ? 1 : 0);
}

void getdel(Call& call) {
    const Bytes key = call.arg(1);
    const Entry* entry = call.db().find_read(key);
    if (entry == nullptr) return call.reply().null();
    if (!entry->is_string()) return void(call.wrong_type());
    reply_string(call, *entry);
    remove(call, key);
}

void getex(Call& call) {
    SetOptions options;
    if (!read_options(call, 2, true, options)) return;
    const Bytes key = call.arg(1);
    Entry* entry = call.db().find_read(key);
    if (entry == nullptr) return call.reply().null();
    if (!entry->is_string()) return void(call.wrong_type());
    std::optional<UnixMillis> deadline;
    if (options.time_at != 0) {
        deadline = read_deadline(call, options.time_at, options.unit);
        if (!deadline) return;
    }
    reply_string(call, *entry);
    if (!deadline && !options.persist) return;
    entry = call.db().find_write(key);
    if (deadline && options.unit.absolute && *deadline <= call.now() && !call.applying()) {
        remove(call, key);
    } else if (deadline) {
        call.db().set_expiry(*entry, *deadline);
        call.effect({"PEXPIREAT", key, integer_text(*deadline)});
        call.changed();
        call.notify(EventClass::generic, "expire", key);
    } else if (entry->has_expiry()) {
        call.db().clear_expiry(*entry);
        call.effect({"PERSIST", key});
        call.changed();
        call.notify(EventClass::generic, "persist", key);
    }
}

void mget(Call& call) {
    call.reply().array(call.argc() - 1);
    for (std::size_t i = 1; i < call.argc(); ++i) {
        const Entry* entry = call.db().find_read(call.arg(i));
        if (entry != nullptr && entry->is_string()) {
            reply_string(call, *entry);
        } else {
            call.reply().null();
        }
    }
}

bool reads_pairs(Call& call, std::string_view name) {
    if (call.argc() % 2 == 1) return true;
    return call.error("ERR wrong number of arguments for '" + std::string(name) + "' command");
}

void put_pairs(Call& call) {
    for (std::size_t i = 1; i < call.argc(); i += 2) {
        call.db().put_string(call.arg(i), call.arg(i + 1));
        call.notify(EventClass::string, "set", call.arg(i));
    }
    call.changed((call.argc() - 1) / 2);
}

void mset(Call& call) {
    if (!reads_pairs(call, "mset")) return;
    put_pairs(call);
    call.reply().ok();
}

void msetnx(Call& call) {
    if (!reads_pairs(call, "msetnx")) return;
    for (std::size_t i = 1; i < call.argc(); i += 2) {
        if (call.db().find_write(call.arg(i)) != nullptr) return call.reply().integer(0);
    }
    put_pairs(call);
    call.reply().integer(1);
}

CommandSpec string_command(std::string_view name, int arity, std::uint32_t flags, Handler handler,
                           std::string_view since, std::string_view summary,
                           std::string_view key_flags) {
    return {.name = name,
            .arity = arity,
            .flags = flags,
            .keys = {1, 1, 1},
            .categories = kCatString,
            .handler = handler,
            .since = since,
            .group = "string",
            .complexity = "O(1)",
            .summary = summary,
            .key_flags = key_flags};
}

}  // namespace

void reply_string(Call& call, const Entry& entry) {
    if (SharedBuffer* buffer = entry.string_buffer()) return call.reply_shared(*buffer);
    StringScratch scratch;
    call.reply().bulk(entry.string(scratch));
}

std::optional<TimeUnit> time_unit(Bytes word) {
    if (is_word(word, "ex")) return TimeUnit{true, false};
    if (is_word(word, "px")) return TimeUnit{false, false};
    if (is_word(word, "exat")) return TimeUnit{true, true};
    if (is_word(word, "pxat")) return TimeUnit{false, true};
    return std::nullopt;
}

std::optional<UnixMillis> read_deadline(Call& call, std::size_t index, TimeUnit unit) {
    std::int64_t time = 0;
    if (!call.integer(index, time)) return std::nullopt;
    const auto invalid = [&] {
        call.error("ERR invalid expire time in '" + std::string(call.spec().name) + "' command");
        return std::nullopt;
    };
    if (time <= 0 || (unit.seconds && time > INT64_MAX / 1000)) return invalid();
    if (unit.seconds) time *= 1000;
    if (unit.absolute) return time;
    if (time > INT64_MAX - call.now()) return invalid();
    return time + call.now();
}

void add_string_commands(CommandTable& table) {
    table.add(string_command("get", 2, kReadonly | kFast, get, "1.0.0",
                             "Gives the string that a key holds.", "RO ACCESS"));
    table.add(string_command("set", -3, kWrite | kDenyOom, set, "1.0.0",
                             "Gives a key a string, if a condition holds, and a time to live.",
                             "RW ACCESS UPDATE VARIABLE_FLAGS"));
    table.add(string_command("setnx", 3, kWrite | kDenyOom | kFast, setnx, "1.0.0",
                             "Gives a key a string if it does not exist.", "OW INSERT"));
    table.add(string_command("setex", 4, kWrite | kDenyOom, setex, "2.0.0",
                             "Gives a key a string and a time to live in seconds.", "OW UPDATE"));
    table.add(string_command("psetex", 4, kWrite | kDenyOom, psetex, "2.6.0",
                             "Gives a key a string and a time to live in milliseconds.",
                             "OW UPDATE"));
    table.add(string_command("getset", 3, kWrite | kDenyOom | kFast, getset, "1.0.0",
                             "Gives a key a new string and answers the old one.",
                             "RW ACCESS UPDATE"));
    table.add(string_command("getdel", 2, kWrite | kFast, getdel, "6.2.0",
                             "Answers a key's string and deletes the key.", "RW ACCESS DELETE"));
    table.add(string_command("getex", -2, kWrite | kFast, getex, "6.2.0",
                             "Answers a key's string and changes its time to live.",
                             "RW ACCESS UPDATE"));

    table.add(string_command("delifeq", 3, kWrite | kFast, delifeq, "9.0.0",
                             "Deletes a key if it holds exactly that string.", "RW ACCESS DELETE"));

    CommandSpec many = string_command("mget", -2, kReadonly | kFast, mget, "1.0.0",
                                      "Answers the strings of several keys.", "RO ACCESS");
    many.keys = {1, -1, 1};
    many.complexity = "O(N) in the number of keys";
    table.add(many);
    many = string_command("mset", -3, kWrite | kDenyOom, mset, "1.0.1",
                          "Gives several keys their strings.", "OW UPDATE");
    many.keys = {1, -1, 2};
    many.complexity = "O(N) in the number of keys";
    table.add(many);
    many.name = "msetnx";
    many.handler = msetnx;
    many.summary = "Gives several keys their strings if none of them exists.";
    many.key_flags = "OW INSERT";
    table.add(many);

    add_string_number_commands(table);
    add_string_range_commands(table);
    add_lcs_command(table);
}

}  // namespace millpond::engine
