// SPDX-License-Identifier: Apache-2.0
//
// CONFIG GET, SET, RESETSTAT, REWRITE.
#include "engine/server/config.h"

#include <algorithm>
#include <map>
#include <vector>

#include "engine/commands/call.h"
#include "engine/commands/guarded.h"
#include "engine/commands/help.h"
#include "engine/commands/numbers.h"
#include "engine/commands/refusals.h"
#include "engine/commands/server.h"
#include "engine/commands/table.h"
#include "engine/keyspace/keyspace.h"
#include "engine/memory/account.h"
#include "engine/memory/background_free.h"
#include "engine/server/server.h"
#include "engine/server/statistics.h"

namespace millpond::engine {

namespace {

void config_get(Call& call) {
    std::map<std::string, std::string> found;
    for (std::size_t i = 2; i < call.argc(); ++i) {
        for (auto& [name, value] : call.server().config().match(call.arg(i)))
            found[name] = std::move(value);
    }
    call.reply().map(found.size());
    for (const auto& [name, value] : found) {
        call.reply().bulk(name);
        call.reply().bulk(value);
    }
}

void config_set(Call& call) {
    if (call.argc() % 2 != 0) {
        return static_cast<void>(call.syntax_error());
    }
    std::vector<std::pair<std::string, std::string>> pairs;
    for (std::size_t i = 2; i + 1 < call.argc(); i += 2)
        pairs.emplace_back(call.arg(i), call.arg(i + 1));
    Config& config = call.server().config();
    const bool guarded = is_allowed(config.enable_protected_configs.get(), call.session());
    // They say where data come from, and where they go.
    const auto waits = [&](const auto& pair) {
        return is_word(pair.first, "appendonly") || is_word(pair.first, "repl-diskless-load") ||
               (is_word(pair.first, "dir") && guarded);
    };
    if (call.server().loading() && std::ranges::any_of(pairs, waits))
        return static_cast<void>(call.error(std::string(refusals::kLoading)));
    if (const auto error = config.set(pairs, true, guarded)) {
        call.error(*error);
    } else {
        call.reply().ok();
    }
}

void config_resetstat(Call& call) {
    call.server().statistics().reset();
    KeyspaceCounters& counters = call.server().keyspace().counters();
    for (ThreadCounter* counter :
         {&counters.hits, &counters.misses, &counters.expired, &counters.evicted}) {
        counter->reset();
    }
    call.server().keyspace().background().reset_freed();
    reset_memory_peak();
    call.reply().ok();
}

void config_rewrite(Call& call) {
    if (const auto error = call.server().config().rewrite()) {
        call.error(*error);
    } else {
        call.reply().ok();
    }
}

}  // namespace

void add_config_commands(CommandTable& table) {
    constexpr std::uint32_t kUsual = kAdmin | kNoscript | kLoading | kStale;
    table.add({.name = "config",
               .arity = -2,
               .since = "2.0.0",
               .group = "server",
               .complexity = "Depends on subcommand.",
               .summary = "A container for configuration commands"});
    const auto add = [&](std::string_view name, int arity, Handler handler, std::string_view since,
                         std::string_view summary, Lane lane) {
        table.add({.name = name,
                   .arity = arity,
                   .flags = kUsual,
                   .lane = lane,
                   .handler = handler,
                   .since = since,
                   .group = "server",
                   .complexity = "O(N) in the number of directives",
                   .summary = summary});
    };
    add("config|get", -3, config_get, "2.0.0", "Answers directives by patterns", Lane::shared);
    add("config|set", -4, config_set, "2.0.0", "Sets directives, all or none", Lane::exclusive);
    add("config|resetstat", 2, config_resetstat, "2.0.0", "Sets the statistics to zero",
        Lane::exclusive);
    add("config|rewrite", 2, config_rewrite, "2.8.0", "Writes the configuration file anew",
        Lane::exclusive);
    table.add({.name = "config|help",
               .arity = 2,
               .flags = kLoading | kStale,
               .handler = help,
               .since = "5.0.0",
               .group = "server",
               .complexity = "O(1)",
               .summary = "Says what the subcommands are"});
}

}  // namespace millpond::engine
