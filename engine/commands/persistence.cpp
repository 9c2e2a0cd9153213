// SPDX-License-Identifier: Apache-2.0
//
// SAVE, BGSAVE, LASTSAVE, BGREWRITEAOF.
#include "engine/snapshot/persistence.h"

#include "engine/commands/call.h"
#include "engine/commands/numbers.h"
#include "engine/commands/table.h"
#include "engine/replication/replication.h"
#include "engine/server/server.h"
#include "engine/server/session.h"

namespace millpond::engine {

namespace {

Persistence& persistence_of(Call& call) {
    return Replication::of(call.server()).persistence();
}

/// Ours stalls nobody but its caller: it is a background save whose end is waited for.
void save(Call& call) {
    Persistence& persistence = persistence_of(call);
    if (persistence.in_progress())
        return static_cast<void>(call.error("ERR Background save already in progress"));
    Server& server = call.server();
    const BlockToken token = call.session().suspend([](bool) { return std::string("+OK\r\n"); });
    const bool started = persistence.start([&server, token](const std::string& error) {
        server.resume(token, error.empty() ? "+OK\r\n" : "-ERR " + error + "\r\n");
    });
    if (!started) server.resume(token, "-ERR Background save already in progress\r\n");
}

void bgsave(Call& call) {
    if (call.argc() > 2 || (call.argc() == 2 && !is_word(call.arg(1), "schedule"))) {
        return static_cast<void>(call.syntax_error());
    }
    if (!persistence_of(call).start())
        return static_cast<void>(call.error("ERR Background save already in progress"));
    call.reply().simple(call.nested() ? "Background saving scheduled"
                                      : "Background saving started");
}

void lastsave(Call& call) {
    call.reply().integer(persistence_of(call).last_save_unix_s());
}

void bgrewriteaof(Call& call) {
    const AppendOnly::Begun begun = Replication::of(call.server()).append_only().rewrite();
    if (begun == AppendOnly::Begun::already) {
        call.error("ERR Background append only file rewriting already in progress");
    } else if (begun == AppendOnly::Begun::scheduled || call.nested()) {
        call.reply().simple("Background append only file rewriting scheduled");
    } else {
        call.reply().simple("Background append only file rewriting started");
    }
}

}  // namespace

void add_persistence_commands(CommandTable& table) {
    const auto add = [&](std::string_view name, int arity, std::uint32_t flags,
                         std::uint32_t categories, Handler handler, std::string_view complexity,
                         std::string_view summary) {
        CommandSpec spec;
        spec.name = name;
        spec.arity = arity;
        spec.flags = flags;
        spec.categories = categories;
        spec.handler = handler;
        spec.group = "server";
        spec.complexity = complexity;
        spec.summary = summary;
        table.add(spec);
    };
    constexpr std::uint32_t admin = kAdmin | kNoscript | kNoAsyncLoading;
    constexpr std::uint32_t dangerous = kCatAdmin | kCatDangerous;
    add("save", 1, admin | kNoMulti, dangerous, save,
        "O(N) where N is the total number of keys in all databases",
        "Synchronously save the dataset to disk");
    add("bgsave", -1, admin, dangerous, bgsave, "O(1)", "Asynchronously save the dataset to disk");
    add("lastsave", 1, kLoading | kStale | kFast, dangerous, lastsave, "O(1)",
        "Get the UNIX time stamp of the last successful save to disk");
    add("bgrewriteaof", 1, admin, dangerous, bgrewriteaof, "O(1)",
        "Asynchronously rewrite the append-only file");
}

}  // namespace millpond::engine
