// SPDX-License-Identifier: Apache-2.0
//
// DEBUG: for tests and for looking inside, in the exclusive lane as a whole. As in Redis it is one
// command whose handler reads the subcommand, so that an unknown one is refused in its words.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <thread>

#include "engine/commands/call.h"
#include "engine/commands/debug_digest.h"
#include "engine/commands/debug_faults.h"
#include "engine/commands/debug_tools.h"
#include "engine/commands/numbers.h"
#include "engine/commands/table.h"
#include "engine/keyspace/clock.h"
#include "engine/keyspace/keyspace.h"
#include "engine/memory/account.h"
#include "engine/server/config.h"
#include "engine/server/directive_values.h"
#include "engine/server/server.h"

namespace millpond::engine {

namespace {

/// The whole server stops for that long, which is what the tests that use it want.
void sleep(Call& call) {
    double seconds = std::strtod(std::string(call.arg(2)).c_str(), nullptr);
    constexpr double kSecondsMax = 86400;
    if (seconds > 0)
        std::this_thread::sleep_for(std::chrono::duration<double>(std::min(seconds, kSecondsMax)));
    call.reply().ok();
}

/// Not of Redis: what a command costs in memory asked for.
void allocations(Call& call) {
    call.reply().integer(static_cast<std::int64_t>(allocations_made()));
}

void digest(Call& call) {
    call.reply().simple(digest_dataset(call.db().keyspace()).hex());
}

void digest_values(Call& call) {
    call.reply().array(call.argc() - 2);
    for (std::size_t i = 2; i < call.argc(); i++) {
        Digest digest;
        if (Entry* entry = find_even_expired(call, call.arg(i))) digest_value(digest, *entry);
        call.reply().simple(digest.hex());
    }
}

void object(Call& call) {
    Entry* entry = find_even_expired(call, call.arg(2));
    if (!entry) {
        call.error("ERR no such key");
        return;
    }
    std::size_t bytes =
        entry->is_string() ? entry->string_length() : object_bytes(entry->type(), entry->object());
    char place[32];
    std::snprintf(place, sizeof place, "%p", static_cast<void*>(entry));
    call.reply().simple("Value at:" + std::string(place) +
                        " refcount:1 encoding:" + std::string(entry->encoding_name()) +
                        " serializedlength:" + std::to_string(bytes) +
                        " lru:" + std::to_string(entry->clock()) +
                        " lru_seconds_idle:" + std::to_string(idle_seconds(*entry, call.now())));
}

void set_active_expire(Call& call) {
    call.server().set_active_expiry(std::atoi(std::string(call.arg(2)).c_str()) != 0);
    call.reply().ok();
}

/// Checked, and without effect: our lists keep long elements apart from 512 bytes on, always.
void packed_threshold(Call& call) {
    constexpr std::int64_t kBytesMax = UINT32_MAX - 1;
    const Bytes text = call.arg(2);
    const auto bytes = text.empty() ? std::optional<std::int64_t>(0) : parse_memory(text);
    if (bytes && *bytes <= kBytesMax) return call.reply().ok();
    call.error("ERR argument must be a memory value bigger than 1 and smaller than 4gb");
}

void rewrite_whole_config(Call& call) {
    if (const auto why = call.server().config().rewrite(true)) {
        call.error(*why);
    } else {
        call.reply().ok();
    }
}

void error(Call& call) {
    call.error(call.arg(2));
}

void help(Call& call) {
    constexpr std::string_view kLines[] = {
        "DEBUG <subcommand> [<arg> [value] [opt] ...]. Subcommands are:",
        "ALLOCATIONS",
        "    Tell how often memory has been asked for since the start.",
        "ASSERT, OOM, PANIC, SEGFAULT",
        "    End the process at once, as if it had failed: nothing is saved.",
        "CHANGE-REPL-ID",
        "    Begin a history of its own: replicas must synchronise in full.",
        "CONFIG-REWRITE-FORCE-ALL",
        "    Write the configuration file anew with every directive, defaults too.",
        "DIGEST",
        "    Give a signature of all data, equal to redis-server's for equal data.",
        "DIGEST-VALUE <key> [<key> ...]",
        "    Give the signature of each key's value.",
        "ERROR <string>",
        "    Answer an error with this text.",
        "HTSTATS <dbid>",
        "    Tell how many keys a database has.",
        "HTSTATS-KEY <key>",
        "    Tell how many elements a large hash, set or sorted set has.",
        "LISTPACK <key>",
        "    Tell the log about a packed value.",
        "LOADAOF",
        "    Forget all data and load the append-only file.",
        "LOG <message>",
        "    Write a message to the log.",
        "OBJECT <key>",
        "    Tell how a key's value is kept.",
        "POPULATE <count> [<prefix>] [<size>]",
        "    Make so many string keys, unless they are there; replicas are not told.",
        "PROTOCOL <type>",
        "    Answer a value of that type of the protocol.",
        "QUICKLIST-PACKED-THRESHOLD <size>",
        "    Accepted for compatibility; long list elements are always kept apart.",
        "QUICKLIST <key>",
        "    Tell the log about a list.",
        "RELOAD [MERGE] [NOFLUSH] [NOSAVE]",
        "    Save all data and load them again.",
        "REPLICATE <argument> [<argument> ...]",
        "    Send replicas these words as a command, whatever they are.",
        "SDSLEN <key>",
        "    Tell the length of a key and its string, and the room that is kept behind it.",
        "SET-ACTIVE-EXPIRE <0|1>",
        "    Stop or resume the removal of expired keys that nobody asks for.",
        "SET-DISABLE-DENY-SCRIPTS <0|1>",
        "    Let scripts call what is not for them.",
        "SET-SKIP-CHECKSUM-VALIDATION <0|1>",
        "    Take values from RESTORE whatever their checksum.",
        "SLEEP <seconds>",
        "    Stop the server for so long; a fraction is allowed.",
        "STRINGMATCH-TEST",
        "    Match many random patterns.",
        "HELP",
        "    Print this text.",
    };
    call.reply().array(std::size(kLines));
    for (std::string_view line : kLines) call.reply().simple(line);
}

struct Subcommand {
    std::string_view name;
    int arity;  ///< as in the command table, DEBUG and the subcommand included
    Handler handler;
};

void debug(Call& call) {
    constexpr Subcommand kSubcommands[] = {
        {"help", 2, help},
        {"sleep", 3, sleep},
        {"digest", 2, digest},
        {"digest-value", -2, digest_values},
        {"object", -3, object},
        {"set-active-expire", 3, set_active_expire},
        {"quicklist-packed-threshold", 3, packed_threshold},
        {"error", 3, error},
        {"reload", -2, debug_reload},
        {"loadaof", -2, debug_loadaof},
        {"populate", 3, debug_populate},
        {"populate", 4, debug_populate},
        {"populate", 5, debug_populate},
        {"protocol", 3, debug_protocol},
        {"log", 3, debug_log},
        {"structsize", 2, debug_structsize},
        {"htstats", -3, debug_htstats},
        {"htstats-key", -3, debug_htstats_key},
        {"listpack", 3, debug_listpack},
        {"quicklist", -3, debug_quicklist},
        {"sdslen", 3, debug_sdslen},
        {"set-skip-checksum-validation", 3, debug_skip_checksum},
        {"stringmatch-test", 2, debug_stringmatch},
        {"segfault", 2, debug_segfault},
        {"assert", -2, debug_abort},
        {"panic", 2, debug_abort},
        {"oom", 2, debug_abort},
        {"leak", 3, debug_accepted},
        {"drop-cluster-packet-filter", 3, debug_accepted},
        {"allocations", 2, allocations},
        {"replicate", -3, debug_replicate},
        {"change-repl-id", 2, debug_change_repl_id},
        {"config-rewrite-force-all", 2, rewrite_whole_config},
        {"replybuffer", 4, debug_replybuffer},
        {"set-disable-deny-scripts", 3, debug_allow_in_scripts},
        {"pause-cron", 3, debug_accepted},
    };
    auto argc = static_cast<int>(call.argc());
    for (const Subcommand& each : kSubcommands) {
        bool arity_holds = each.arity < 0 ? argc >= -each.arity : argc == each.arity;
        if (arity_holds && is_word(call.arg(1), each.name)) return each.handler(call);
    }
    call.error("ERR unknown subcommand or wrong number of arguments for '" +
               std::string(call.arg(1).substr(0, 128)) + "'. Try DEBUG HELP.");
}

}  // namespace

void add_debug_commands(CommandTable& table) {
    table.add({.name = "debug",
               .arity = -2,
               .flags = kAdmin | kNoscript | kLoading | kStale,
               .categories = kCatDangerous | kCatAdmin,
               .lane = Lane::exclusive,
               .handler = debug,
               .since = "1.0.0",
               .group = "server",
               .complexity = "Depends on the subcommand",
               .summary = "Looks inside the server, and makes it do odd things for tests."});
}

}  // namespace millpond::engine
