// SPDX-License-Identifier: Apache-2.0
//
// FLUSHALL, FLUSHDB, SHUTDOWN, TIME, LOLWUT.
#include "engine/commands/server.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "engine/commands/call.h"
#include "engine/commands/numbers.h"
#include "engine/commands/record.h"
#include "engine/commands/table.h"
#include "engine/commands/watch.h"
#include "engine/keyspace/keyspace.h"
#include "engine/replication/replication.h"
#include "engine/scripting/scripting.h"
#include "engine/server/clock.h"
#include "engine/server/config.h"
#include "engine/server/server.h"
#include "engine/server/session.h"
#include "engine/server/shutdown.h"
#include "engine/snapshot/persistence.h"

namespace millpond::engine {

namespace {

/// [ASYNC | SYNC]
bool parse_flush(Call& call, bool& wait) {
    wait = !call.server().config().lazyfree_lazy_user_flush;
    if (call.argc() == 1) return true;
    const bool sync = is_word(call.arg(1), "sync");
    if (call.argc() > 2 || (!sync && !is_word(call.arg(1), "async"))) return call.syntax_error();
    wait = sync;
    return true;
}

void flush(Call& call, int db) {
    bool wait = false;
    if (!parse_flush(call, wait)) return;
    call.before_flush(db);
    Keyspace& keys = call.server().keyspace();
    for (int i = 0; i < Keyspace::kDatabases; ++i) {
        if (db < 0 || i == db) call.changed(keys.size(i));
    }
    if (db < 0) {
        keys.flush_all(wait);
        Replication::of(call.server()).persistence().save_flushed();
    } else {
        keys.flush(db, wait);
    }
    // Replicas may hold keys that this node does not.
    call.log_in_any_case();
    call.reply().ok();
}

void flushall(Call& call) {
    flush(call, -1);
}

void flushdb(Call& call) {
    flush(call, call.db().index());
}

/// [NOSAVE | SAVE] [NOW] [FORCE] | ABORT
bool parse_shutdown(Call& call, Shutdown::Options& options, bool& abort) {
    for (std::size_t i = 1; i < call.argc(); ++i) {
        if (is_word(call.arg(i), "save")) {
            options.save = true;
        } else if (is_word(call.arg(i), "nosave")) {
            options.no_save = true;
        } else if (is_word(call.arg(i), "now")) {
            options.now = true;
        } else if (is_word(call.arg(i), "force")) {
            options.force = true;
        } else if (is_word(call.arg(i), "abort")) {
            abort = true;
        } else {
            return call.syntax_error();
        }
    }
    const bool together =
        (options.save && options.no_save) ||
        (abort && (options.save || options.no_save || options.now || options.force));
    return !together || call.syntax_error();
}

constexpr std::string_view kNoShutdown = "ERR No shutdown in progress.";

/// Answers nothing when it succeeds: the connection ends.
void shutdown(Call& call) {
    Shutdown::Options options;
    bool abort = false;
    if (!parse_shutdown(call, options, abort)) return;
    Shutdown& ending = call.server().shutdown();
    if (abort)
        return ending.abort() ? call.reply().ok() : static_cast<void>(call.error(kNoShutdown));
    if (!ending.begin(options, "SHUTDOWN"))
        return static_cast<void>(call.error("ERR Errors trying to SHUTDOWN. Check logs."));
    if (!ending.waiting()) return call.session().close_after_reply();
    ending.add_client(call.session().suspend(
        [](bool) { return std::string("-UNBLOCKED client unblocked via CLIENT UNBLOCK\r\n"); }));
}

/// Only without a save: the script may have done half of its work.
void shutdown_while_busy(Call& call) {
    Shutdown::Options options;
    bool abort = false;
    if (!parse_shutdown(call, options, abort)) return;
    RunningScript& running = call.server().scripting().running();
    if (abort) return static_cast<void>(call.error(kNoShutdown));
    if (!options.no_save) return static_cast<void>(call.error(running.busy_error()));
    call.session().close_after_reply();
    running.stop_for_shutdown();
    call.server().request_shutdown("SHUTDOWN");
}

void time(Call& call) {
    const std::int64_t us = unix_us();
    call.reply().array(2);
    call.reply().bulk_integer(us / 1'000'000);
    call.reply().bulk_integer(us % 1'000'000);
}

/// Rings on a pond, where two stones fell in.
std::string rings(int columns, int rows) {
    constexpr std::string_view kWater = " .:-=~-. ";
    constexpr double kLineHeight = 2;  // a character is about twice as high as it is wide
    std::string picture;
    for (int y = 0; y < rows; ++y) {
        for (int x = 0; x < columns; ++x) {
            const double first = std::hypot(x - columns * 0.3, (y - rows * 0.4) * kLineHeight);
            const double second = std::hypot(x - columns * 0.75, (y - rows * 0.6) * kLineHeight);
            const double height = std::sin(first) + std::sin(second);
            const auto shade = static_cast<std::size_t>((height + 2) / 4 * kWater.size());
            picture += kWater[std::min(shade, kWater.size() - 1)];
        }
        picture.erase(picture.find_last_not_of(' ') + 1);
        picture += '\n';
    }
    return picture;
}

/// LOLWUT [VERSION n] [columns] [rows]: there is one picture, whatever version is asked for.
void lolwut(Call& call) {
    constexpr std::int64_t kColumnsMax = 500, kRowsMax = 100;
    std::int64_t version = 0, columns = 66, rows = 14;
    std::size_t first = 1;
    if (call.argc() >= 3 && is_word(call.arg(1), "version")) {
        if (!call.integer(2, version)) return;
        first = 3;
    }
    if (call.argc() > first && !call.integer(first, columns)) return;
    if (call.argc() > first + 1 && !call.integer(first + 1, rows)) return;
    columns = std::clamp<std::int64_t>(columns, 1, kColumnsMax);
    rows = std::clamp<std::int64_t>(rows, 1, kRowsMax);
    call.reply().verbatim("txt", rings(static_cast<int>(columns), static_cast<int>(rows)) +
                                     "\nMillpond ver. " MILLPOND_VERSION
                                     ", speaking as Redis ver. 7.0.15\n");
}

}  // namespace

void add_server_commands(CommandTable& table) {
    table.add({.name = "flushall",
               .arity = -1,
               .flags = kWrite,
               .categories = kCatKeyspace | kCatDangerous,
               .lane = Lane::exclusive,
               .handler = flushall,
               .group = "server",
               .complexity = "O(N) in the number of keys of all databases",
               .summary = "Removes all keys of all databases"});
    table.add({.name = "flushdb",
               .arity = -1,
               .flags = kWrite,
               .categories = kCatKeyspace | kCatDangerous,
               .lane = Lane::exclusive,
               .handler = flushdb,
               .group = "server",
               .complexity = "O(N) in the number of keys",
               .summary = "Removes all keys of the database"});
    table.add({.name = "shutdown",
               .arity = -1,
               .flags = kAdmin | kNoscript | kLoading | kStale | kNoMulti | kAllowBusy,
               .lane = Lane::exclusive,
               .handler = shutdown,
               .while_busy = shutdown_while_busy,
               .group = "server",
               .complexity = "O(N) when it saves",
               .summary = "Ends the server in order"});
    table.add({.name = "time",
               .arity = 1,
               .flags = kLoading | kStale | kFast,
               .handler = time,
               .since = "2.6.0",
               .group = "server",
               .complexity = "O(1)",
               .summary = "Answers the server's time"});
    table.add({.name = "lolwut",
               .arity = -1,
               .flags = kReadonly | kFast,
               .handler = lolwut,
               .since = "5.0.0",
               .group = "server",
               .complexity = "O(1)",
               .summary = "Says who is there"});
    add_cluster_commands(table);
    add_command_commands(table);
    add_config_commands(table);
    add_info_commands(table);
    add_latency_commands(table);
    add_module_commands(table);
    add_slowlog_commands(table);
}

}  // namespace millpond::engine
