// SPDX-License-Identifier: Apache-2.0
#include "engine/commands/call.h"
#include "engine/commands/client.h"
#include "engine/commands/table.h"
#include "engine/observers/bus.h"
#include "engine/server/server.h"
#include "engine/server/session.h"

namespace millpond::engine {

namespace {

// Dispatch holds the bus, since what a session observes changes.
void monitor(Call& call) {
    if (call.nested()) {
        return static_cast<void>(call.error("ERR MONITOR isn't allowed for DENY BLOCKING client"));
    }
    if (!observes(call)) return;
    // The second one says nothing, as in redis-server.
    if (call.session().observing.monitor) return;
    call.server().bus().add_monitor(call.session());
    call.reply().ok();
}

}  // namespace

void add_monitor_commands(CommandTable& table) {
    table.add({.name = "monitor",
               .arity = 1,
               .flags = kAdmin | kNoscript | kLoading | kStale,
               .handler = monitor,
               .group = "server",
               .summary = "Shows every command as it is run"});
}

}  // namespace millpond::engine
