// SPDX-License-Identifier: Apache-2.0
//
// SLOWLOG GET, LEN, RESET.
#include "engine/commands/call.h"
#include "engine/commands/help.h"
#include "engine/commands/numbers.h"
#include "engine/commands/server.h"
#include "engine/commands/table.h"
#include "engine/server/server.h"
#include "engine/server/slow_log.h"

namespace millpond::engine {

namespace {

constexpr std::int64_t kShownByDefault = 10;

void slowlog_get(Call& call) {
    std::int64_t count = kShownByDefault;
    if (call.argc() > 3) {
        return static_cast<void>(call.error(
            "ERR unknown subcommand or wrong number of arguments for 'GET'. Try SLOWLOG HELP."));
    }
    if (call.argc() == 3) {
        const auto given = parse_integer(call.arg(2));
        if (!given || *given < -1)
            return static_cast<void>(call.error("ERR count should be greater than or equal to -1"));
        count = *given;
    }
    const auto entries =
        call.server().slow_log().newest(count < 0 ? SIZE_MAX : static_cast<std::size_t>(count));
    call.reply().array(entries.size());
    for (const SlowLog::Entry& entry : entries) {
        call.reply().array(6);
        call.reply().integer(static_cast<std::int64_t>(entry.id));
        call.reply().integer(entry.unix_seconds);
        call.reply().integer(entry.duration_us);
        call.reply().array(entry.arguments.size());
        for (const std::string& argument : entry.arguments) call.reply().bulk(argument);
        call.reply().bulk(entry.peer);
        call.reply().bulk(entry.name);
    }
}

void slowlog_len(Call& call) {
    call.reply().integer(static_cast<std::int64_t>(call.server().slow_log().size()));
}

void slowlog_reset(Call& call) {
    call.server().slow_log().clear();
    call.reply().ok();
}

}  // namespace

void add_slowlog_commands(CommandTable& table) {
    table.add({.name = "slowlog",
               .arity = -2,
               .since = "2.2.12",
               .group = "server",
               .complexity = "Depends on subcommand.",
               .summary = "A container for slow log commands"});
    const auto add = [&](std::string_view name, int arity, std::uint32_t flags, Handler handler,
                         std::string_view since, std::string_view summary) {
        table.add({.name = name,
                   .arity = arity,
                   .flags = flags | kLoading | kStale,
                   .handler = handler,
                   .since = since,
                   .group = "server",
                   .complexity = "O(N) in the number of entries",
                   .summary = summary});
    };
    add("slowlog|get", -2, kAdmin, slowlog_get, "2.2.12", "Answers the newest slow commands");
    add("slowlog|len", 2, kAdmin, slowlog_len, "2.2.12", "Answers how many slow commands are kept");
    add("slowlog|reset", 2, kAdmin, slowlog_reset, "2.2.12", "Forgets the slow commands");
    add("slowlog|help", 2, 0, help, "6.2.0", "Says what the subcommands are");
}

}  // namespace millpond::engine
