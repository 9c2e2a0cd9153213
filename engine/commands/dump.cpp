// SPDX-License-Identifier: Apache-2.0
//
// DUMP and RESTORE: a value as bytes, and back.
#include "engine/snapshot/dump.h"

#include <climits>
#include <string>
#include <utility>
#include <vector>

#include "engine/commands/call.h"
#include "engine/commands/numbers.h"
#include "engine/commands/table.h"
#include "engine/keyspace/clock.h"
#include "engine/keyspace/keyspace.h"
#include "engine/server/config.h"
#include "engine/server/server.h"

namespace millpond::engine {

namespace {

void dump(Call& call) {
    Entry* entry = call.db().find_read(call.arg(1));
    if (entry == nullptr) return call.reply().null();
    call.reply().bulk(dump_value(*entry, call.server().config().rdbcompression));
}

struct RestoreOptions {
    bool replace = false;
    bool absolute = false;
    std::int64_t idle_seconds = -1;
    std::int64_t frequency = -1;
};

bool read_options(Call& call, RestoreOptions& options) {
    for (std::size_t i = 4; i < call.argc(); ++i) {
        const bool more = i + 1 < call.argc();
        if (is_word(call.arg(i), "replace")) {
            options.replace = true;
        } else if (is_word(call.arg(i), "absttl")) {
            options.absolute = true;
        } else if (is_word(call.arg(i), "idletime") && more && options.frequency == -1) {
            if (!call.integer(++i, options.idle_seconds)) return false;
            if (options.idle_seconds < 0)
                return call.error("ERR Invalid IDLETIME value, must be >= 0");
        } else if (is_word(call.arg(i), "freq") && more && options.idle_seconds == -1) {
            if (!call.integer(++i, options.frequency)) return false;
            if (options.frequency < 0 || options.frequency > 255)
                return call.error("ERR Invalid FREQ value, must be >= 0 and <= 255");
        } else {
            return call.syntax_error();
        }
    }
    return true;
}

/// When the value ends, or 0. False: the error has been written.
bool read_deadline(Call& call, const RestoreOptions& options, UnixMillis& deadline) {
    std::int64_t ttl = 0;
    if (!call.integer(2, ttl)) return false;
    if (ttl < 0) return call.error("ERR Invalid TTL value, must be >= 0");
    deadline = ttl;
    // A time beyond all time is as good as the last one.
    if (ttl != 0 && !options.absolute && __builtin_add_overflow(ttl, call.now(), &deadline))
        deadline = INT64_MAX;
    return true;
}

/// The value was due already: nothing is kept, and what it would have replaced is gone.
void drop_expired(Call& call, const RestoreOptions& options) {
    const Bytes key = call.arg(1);
    if (options.replace && call.db().erase(key)) {
        call.notify(EventClass::generic, "del", key);
        call.effect({"DEL", key});
        call.changed();
    }
    call.reply().ok();
}

Entry* put(Call& call, RestoredValue value) {
    const Bytes key = call.arg(1);
    if (const auto* text = std::get_if<std::string>(&value))
        return call.db().put_string(key, *text);
    auto& object = std::get<OwnedObject>(value);
    const Type type = object.type();
    return call.db().put_object(key, type, object.take());
}

void set_use(Call& call, Entry& entry, const RestoreOptions& options) {
    const bool lfu = call.db().keyspace().clocks().lfu.load(std::memory_order_relaxed);
    constexpr std::int64_t kIdleMax = 0xffffff;  // what an entry's clock can tell
    if (lfu && options.frequency >= 0) {
        set_frequency(entry, static_cast<std::uint8_t>(options.frequency), call.now());
    } else if (!lfu && options.idle_seconds >= 0) {
        const auto idle = std::min(options.idle_seconds, kIdleMax);
        set_idle_seconds(entry, static_cast<std::uint32_t>(idle), call.now());
    }
}

/// Replicas are told the moment itself, not how long it is until then.
void log_absolute(Call& call, UnixMillis deadline) {
    std::vector<Bytes> effect(call.args().begin(), call.args().end());
    const std::string text = integer_text(deadline);
    effect[2] = text;
    effect.push_back("ABSTTL");
    call.effect(effect);
}

void restore(Call& call) {
    RestoreOptions options;
    if (!read_options(call, options)) return;
    const Bytes key = call.arg(1);
    if (!options.replace && call.db().find_write(key) != nullptr)
        return void(call.error("BUSYKEY Target key name already exists."));
    UnixMillis deadline = 0;
    if (!read_deadline(call, options, deadline)) return;
    if (!dump_is_intact(call.arg(3)))
        return void(call.error("ERR DUMP payload version or checksum are wrong"));
    auto value = restore_value(call.arg(3));
    if (!value) return void(call.error("ERR Bad data format"));
    if (deadline != 0 && deadline <= call.now() && !call.applying())
        return drop_expired(call, options);
    Entry* entry = put(call, std::move(*value));
    if (deadline != 0) entry = call.db().set_expiry(*entry, deadline);
    set_use(call, *entry, options);
    call.changed();
    call.notify(EventClass::generic, "restore", key);
    if (deadline != 0 && !options.absolute) log_absolute(call, deadline);
    call.reply().ok();
}

}  // namespace

void add_dump_commands(CommandTable& table) {
    CommandSpec spec{.name = "dump",
                     .arity = 2,
                     .flags = kReadonly,
                     .keys = {1, 1, 1},
                     .categories = kCatKeyspace,
                     .handler = dump,
                     .since = "2.6.0",
                     .group = "generic",
                     .complexity = "O(N) in the size of the value",
                     .summary = "Answers a value as bytes that RESTORE takes.",
                     .key_flags = "RO ACCESS"};
    table.add(spec);
    spec.name = "restore";
    spec.arity = -4;
    spec.flags = kWrite | kDenyOom;
    spec.categories = kCatKeyspace | kCatDangerous;
    spec.handler = restore;
    spec.summary = "Makes a key of what DUMP has given.";
    spec.key_flags = "OW UPDATE";
    table.add(spec);
    spec.name = "restore-asking";
    spec.flags |= kAsking;
    spec.since = "3.0.0";
    spec.group = "server";
    spec.summary = "RESTORE to a slot that is being imported.";
    table.add(spec);
}

}  // namespace millpond::engine
