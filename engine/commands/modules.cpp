// SPDX-License-Identifier: Apache-2.0
//
// MODULE: there are none, and none can be loaded.
#include "engine/commands/call.h"
#include "engine/commands/help.h"
#include "engine/commands/server.h"
#include "engine/commands/table.h"

namespace millpond::engine {

namespace {

void module_list(Call& call) {
    call.reply().array(0);
}

void module_load(Call& call) {
    call.error("ERR Error loading the extension. Please check the server logs.");
}

void module_unload(Call& call) {
    call.error("ERR Error unloading module: no such module with that name");
}

}  // namespace

void add_module_commands(CommandTable& table) {
    table.add({.name = "module",
               .arity = -2,
               .since = "4.0.0",
               .group = "server",
               .complexity = "Depends on subcommand.",
               .summary = "A container for module commands"});
    const auto add = [&](std::string_view name, int arity, std::uint32_t flags, Handler handler,
                         std::string_view since, std::string_view summary) {
        table.add({.name = name,
                   .arity = arity,
                   .flags = flags,
                   .handler = handler,
                   .since = since,
                   .group = "server",
                   .complexity = "O(1)",
                   .summary = summary});
    };
    constexpr std::uint32_t kUsual = kAdmin | kNoscript;
    add("module|help", 2, kLoading | kStale, help, "5.0.0", "Says what the subcommands are");
    add("module|list", 2, kUsual, module_list, "4.0.0", "Lists the modules: none");
    add("module|load", -3, kUsual | kNoAsyncLoading, module_load, "4.0.0", "Is refused");
    add("module|loadex", -3, kUsual | kNoAsyncLoading, module_load, "7.0.0", "Is refused");
    add("module|unload", 3, kUsual | kNoAsyncLoading, module_unload, "4.0.0", "Is refused");
}

}  // namespace millpond::engine
