// SPDX-License-Identifier: Apache-2.0
//
// Keys of any type: DEL, EXISTS, TYPE, RENAME, COPY, MOVE and their kin.
#include "engine/commands/generic.h"

#include <algorithm>
#include <cctype>
#include <string>

#include "engine/commands/numbers.h"
#include "engine/keyspace/keyspace.h"
#include "engine/server/config.h"
#include "engine/server/server.h"

namespace millpond::engine {

namespace {

constexpr std::string_view kSameObject = "ERR source and destination objects are the same";

/// DEL and UNLINK are one: what is big is freed in the background either way.
void del(Call& call) {
    std::size_t deleted = 0;
    for (const Bytes key : call.args().subspan(1)) {
        if (!call.db().erase(key)) continue;
        ++deleted;
        call.notify(EventClass::generic, "del", key);
    }
    call.changed(deleted);
    call.reply().integer(static_cast<std::int64_t>(deleted));
}

void exists(Call& call) {
    const auto keys = call.args().subspan(1);
    call.reply().integer(std::count_if(keys.begin(), keys.end(), [&](Bytes key) {
        return call.db().find_untouched(key) != nullptr;
    }));
}

void touch(Call& call) {
    const auto keys = call.args().subspan(1);
    call.reply().integer(std::count_if(
        keys.begin(), keys.end(), [&](Bytes key) { return call.db().find_read(key) != nullptr; }));
}

void type(Call& call) {
    const Entry* entry = call.db().find_untouched(call.arg(1));
    call.reply().simple(entry == nullptr ? "none" : type_name(entry->type()));
}

/// False when nothing was renamed; the reply has been written then.
bool rename_key(Call& call, bool only_new) {
    const Bytes from = call.arg(1);
    const Bytes to = call.arg(2);
    if (call.db().find_write(from) == nullptr) return call.error("ERR no such key");
    if (from == to) {
        if (only_new) {
            call.reply().integer(0);
        } else {
            call.reply().ok();
        }
        return false;
    }
    if (only_new && call.db().find_write(to) != nullptr) {
        call.reply().integer(0);
        return false;
    }
    call.db().move(from, call.db(), to);
    call.notify(EventClass::generic, "rename_from", from);
    call.notify(EventClass::generic, "rename_to", to);
    call.changed();
    return true;
}

void rename(Call& call) {
    if (rename_key(call, false)) call.reply().ok();
}

void renamenx(Call& call) {
    if (rename_key(call, true)) call.reply().integer(1);
}

void move(Call& call) {
    int index = 0;
    if (!read_database(call, 2, index)) return;
    if (index == call.db().index()) return void(call.error(kSameObject));
    const Bytes key = call.arg(1);
    Database target = call.db(index);
    if (call.db().find_write(key) == nullptr || target.find_write(key) != nullptr) {
        return call.reply().integer(0);
    }
    call.db().move(key, target, key);
    call.notify(EventClass::generic, "move_from", key);
    call.notify(EventClass::generic, "move_to", key, index);
    call.changed();
    call.reply().integer(1);
}

void copy(Call& call) {
    int index = call.db().index();
    bool replace = false;
    for (std::size_t i = 3; i < call.argc(); ++i) {
        if (is_word(call.arg(i), "replace")) {
            replace = true;
        } else if (is_word(call.arg(i), "db") && i + 1 < call.argc()) {
            if (!read_database(call, ++i, index)) return;
        } else {
            return void(call.syntax_error());
        }
    }
    const Bytes from = call.arg(1);
    const Bytes to = call.arg(2);
    if (index == call.db().index() && from == to) return void(call.error(kSameObject));
    Database target = call.db(index);
    Entry* source = call.db().find_read(from);
    if (source == nullptr || (target.find_write(to) != nullptr && !replace)) {
        return call.reply().integer(0);
    }
    call.db().copy(*source, target, to);
    call.notify(EventClass::generic, "copy_to", to, index);
    call.changed();
    call.reply().integer(1);
}

}  // namespace

bool read_database(Call& call, std::size_t index, int& db) {
    std::int64_t number = 0;
    if (!call.integer(index, number)) return false;
    if (number < INT32_MIN || number > INT32_MAX) {
        return call.error(
            "ERR value is out of range, value must between -2147483648 and 2147483647");
    }
    const std::int64_t databases =
        std::min<std::int64_t>(call.server().config().databases.load(), Keyspace::kDatabases);
    if (number < 0 || number >= databases) return call.error("ERR DB index is out of range");
    db = static_cast<int>(number);
    return true;
}

void reply_help(Call& call, std::string_view container,
                std::initializer_list<std::string_view> lines) {
    call.reply().array(lines.size() + 3);
    call.reply().simple(std::string(container) +
                        " <subcommand> [<arg> [value] [opt] ...]. Subcommands are:");
    for (const std::string_view line : lines) call.reply().simple(line);
    call.reply().simple("HELP");
    call.reply().simple("    Print this text.");
}

void add_generic_commands(CommandTable& table) {
    CommandSpec spec{.name = "del",
                     .arity = -2,
                     .flags = kWrite,
                     .keys = {1, -1, 1},
                     .categories = kCatKeyspace,
                     .handler = del,
                     .complexity = "O(N) in the number of keys",
                     .summary = "Deletes keys.",
                     .key_flags = "RM DELETE"};
    table.add(spec);
    spec.name = "unlink";
    spec.flags = kWrite | kFast;
    spec.since = "4.0.0";
    spec.summary = "Deletes keys; what they held is freed in the background.";
    table.add(spec);
    spec.name = "exists";
    spec.flags = kReadonly | kFast;
    spec.handler = exists;
    spec.since = "1.0.0";
    spec.summary = "Counts which of the keys exist.";
    spec.key_flags = "RO";
    table.add(spec);
    spec.name = "touch";
    spec.handler = touch;
    spec.since = "3.2.1";
    spec.summary = "Counts which of the keys exist, and notes that they were used.";
    table.add(spec);
    spec.name = "type";
    spec.arity = 2;
    spec.keys = {1, 1, 1};
    spec.handler = type;
    spec.since = "1.0.0";
    spec.complexity = "O(1)";
    spec.summary = "Answers the type of the value that a key holds.";
    table.add(spec);
    spec.name = "rename";
    spec.arity = 3;
    spec.keys = {1, 2, 1};
    spec.flags = kWrite;
    spec.handler = rename;
    spec.summary = "Gives a key's value another name, whatever that name held.";
    spec.key_flags = "RW ACCESS DELETE|OW UPDATE";
    table.add(spec);
    spec.name = "renamenx";
    spec.flags = kWrite | kFast;
    spec.handler = renamenx;
    spec.summary = "Gives a key's value another name if that name is free.";
    spec.key_flags = "RW ACCESS DELETE|OW INSERT";
    table.add(spec);
    spec.name = "move";
    spec.keys = {1, 1, 1};
    spec.handler = move;
    spec.summary = "Moves a key to another database.";
    spec.key_flags = "RW ACCESS UPDATE";
    table.add(spec);
    spec.name = "copy";
    spec.arity = -3;
    spec.keys = {1, 2, 1};
    spec.flags = kWrite | kDenyOom;
    spec.handler = copy;
    spec.since = "6.2.0";
    spec.complexity = "O(N) in the size of the value";
    spec.summary = "Copies a key's value, time to live included, to another key.";
    spec.key_flags = "RO ACCESS|OW UPDATE";
    table.add(spec);

    add_generic_scan_commands(table);
    add_generic_expire_commands(table);
    add_generic_object_commands(table);
    add_generic_memory_commands(table);
}

}  // namespace millpond::engine
