// SPDX-License-Identifier: Apache-2.0
//
// Commands over a whole database: KEYS, SCAN, RANDOMKEY, DBSIZE, SWAPDB.
#include <string>
#include <vector>

#include "engine/commands/collections.h"
#include "engine/commands/generic.h"
#include "engine/commands/glob.h"
#include "engine/commands/numbers.h"
#include "engine/commands/watch.h"
#include "engine/keyspace/clock.h"
#include "engine/keyspace/keyspace.h"
#include "engine/server/server.h"

namespace millpond::engine {

namespace {

bool expired(const Call& call, const Entry& entry) {
    return entry.has_expiry() && entry.expiry() <= call.now();
}

void keys(Call& call) {
    const Bytes pattern = call.arg(1);
    std::vector<Bytes> found;
    call.db().keyspace().for_each(call.db().index(), [&](Entry& entry) {
        if (!expired(call, entry) && (pattern == "*" || glob_matches(pattern, entry.key()))) {
            found.push_back(entry.key());
        }
        return true;
    });
    call.reply().array(found.size());
    for (const Bytes key : found) call.reply().bulk(key);
}

struct ScanOptions {
    std::size_t count = 10;
    Bytes pattern = "*";
    Bytes type;
};

/// Words are compared without regard to case, as the type's name is.
bool is_type(const Entry& entry, Bytes name) {
    return is_word(name, type_name(entry.type()));
}

bool read_scan_options(Call& call, ScanOptions& options) {
    for (std::size_t i = 2; i < call.argc(); i += 2) {
        const Bytes word = call.arg(i);
        if (i + 1 == call.argc()) return call.syntax_error();
        if (is_word(word, "count")) {
            std::int64_t count = 0;
            if (!call.integer(i + 1, count)) return false;
            if (count < 1) return call.syntax_error();
            options.count = static_cast<std::size_t>(count);
        } else if (is_word(word, "match")) {
            options.pattern = call.arg(i + 1);
        } else if (is_word(word, "type")) {
            options.type = call.arg(i + 1);
        } else {
            return call.syntax_error();
        }
    }
    return true;
}

void scan(Call& call) {
    const auto cursor = parse_cursor(call.arg(1));
    if (!cursor) return void(call.error("ERR invalid cursor"));
    ScanOptions options;
    if (!read_scan_options(call, options)) return;
    // The entries' shards are let go before the reply is written, so the keys are copied.
    std::string found;
    std::vector<std::size_t> ends;
    const std::uint64_t next =
        call.db().keyspace().scan(call.db().index(), *cursor, options.count, [&](Entry& entry) {
            if (expired(call, entry)) return;
            if (!options.type.empty() && !is_type(entry, options.type)) return;
            if (options.pattern != "*" && !glob_matches(options.pattern, entry.key())) return;
            found.append(entry.key());
            ends.push_back(found.size());
        });
    call.reply().array(2);
    call.reply().bulk(std::to_string(next));
    call.reply().array(ends.size());
    std::size_t begin = 0;
    for (const std::size_t end : ends) {
        call.reply().bulk(Bytes(found).substr(begin, end - begin));
        begin = end;
    }
}

void randomkey(Call& call) {
    // A replica cannot delete what has expired: when nothing else turns up, that is the answer.
    constexpr int kTries = 100;
    std::string key;
    for (int i = 0; i < kTries; ++i) {
        Entry* entry = call.db().keyspace().random(call.db().index(), thread_random());
        if (entry == nullptr) return call.reply().null();
        key = entry->key();
        if (call.db().find_untouched(key, false) != nullptr || !call.db().options().expire) break;
    }
    call.reply().bulk(key);
}

void dbsize(Call& call) {
    call.reply().integer(static_cast<std::int64_t>(call.db().keyspace().size(call.db().index())));
}

void swapdb(Call& call) {
    int databases[2] = {};
    for (std::size_t i = 0; i < 2; ++i) {
        const auto number = parse_integer(call.arg(i + 1));
        if (!number || *number < INT32_MIN || *number > INT32_MAX) {
            return void(
                call.error(i == 0 ? "ERR invalid first DB index" : "ERR invalid second DB index"));
        }
    }
    if (!read_database(call, 1, databases[0]) || !read_database(call, 2, databases[1])) return;
    const auto [a, b] = databases;
    if (a != b) {
        // A snapshot's walk cannot follow its tables; it starts again, as for a flush.
        call.server().before_flush(a);
        call.server().before_flush(b);
        call.server().watches().touch_swapped(a, b, call.now());
        call.streams_leave(a, b);
        call.streams_leave(b, a);
        call.db().keyspace().swap(a, b);
        call.ready_all(a);
        call.ready_all(b);
    }
    call.changed();
    call.reply().ok();
}

}  // namespace

void add_generic_scan_commands(CommandTable& table) {
    table.add({.name = "keys",
               .arity = 2,
               .flags = kReadonly,
               .categories = kCatKeyspace | kCatDangerous,
               .lane = Lane::exclusive,
               .handler = keys,
               .complexity = "O(N) in the number of keys of the database",
               .summary = "Lists all keys that match a pattern."});
    table.add({.name = "scan",
               .arity = -2,
               .flags = kReadonly,
               .categories = kCatKeyspace,
               .handler = scan,
               .since = "2.8.0",
               .complexity = "O(1) for each call, O(N) for the whole of a database",
               .summary = "Lists keys piece by piece."});
    table.add({.name = "randomkey",
               .arity = 1,
               .flags = kReadonly,
               .categories = kCatKeyspace,
               .lane = Lane::exclusive,
               .handler = randomkey,
               .complexity = "O(1)",
               .summary = "Answers the name of a random key."});
    table.add({.name = "dbsize",
               .arity = 1,
               .flags = kReadonly | kFast,
               .categories = kCatKeyspace,
               .lane = Lane::exclusive,
               .handler = dbsize,
               .group = "server",
               .complexity = "O(1)",
               .summary = "Counts the keys of the database."});
    table.add({.name = "swapdb",
               .arity = 3,
               .flags = kWrite | kFast,
               .categories = kCatKeyspace | kCatDangerous,
               .lane = Lane::exclusive,
               .handler = swapdb,
               .since = "4.0.0",
               .group = "server",
               .complexity = "O(1)",
               .summary = "Exchanges two databases."});
}

}  // namespace millpond::engine
