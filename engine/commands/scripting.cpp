// SPDX-License-Identifier: Apache-2.0
//
// EVAL and its like, and SCRIPT. What a script is and how it runs is scripting's
// (engine/scripting).
#include "engine/scripting/scripting.h"

#include "engine/commands/call.h"
#include "engine/commands/help.h"
#include "engine/commands/numbers.h"
#include "engine/commands/scripting.h"
#include "engine/commands/table.h"
#include "engine/keyspace/keyspace.h"
#include "engine/memory/background_free.h"
#include "engine/scripting/flags.h"
#include "engine/server/config.h"
#include "engine/server/server.h"

namespace millpond::engine {

bool split_keys(Call& call, std::span<const Bytes>& keys, std::span<const Bytes>& args,
                std::string_view not_a_number) {
    const auto count = parse_integer(call.arg(2));
    if (!count) return call.error(not_a_number);
    const std::span<const Bytes> rest = call.args().subspan(3);
    if (*count > static_cast<std::int64_t>(rest.size()))
        return call.error("ERR Number of keys can't be greater than number of args");
    if (*count < 0) return call.error("ERR Number of keys can't be negative");
    keys = rest.first(static_cast<std::size_t>(*count));
    args = rest.subspan(static_cast<std::size_t>(*count));
    return true;
}

bool scripted_keys(std::span<const Bytes> args, std::vector<std::uint32_t>& indexes) {
    const auto count = args.size() > 2 ? parse_integer(args[2]) : std::nullopt;
    if (!count || *count < 0 || *count > static_cast<std::int64_t>(args.size()) - 3) return false;
    for (std::int64_t i = 0; i < *count; ++i) indexes.push_back(static_cast<std::uint32_t>(3 + i));
    return true;
}

namespace {

constexpr std::string_view kNoScript = "NOSCRIPT No matching script. Please use EVAL.";

void eval_generic(Call& call, bool by_sha, bool read_only) {
    Scripting& scripting = call.server().scripting();
    const ScriptCache::Script* script = nullptr;
    if (by_sha && call.arg(1).size() != std::tuple_size_v<Sha1Hex>)
        return static_cast<void>(call.error(kNoScript));
    std::span<const Bytes> keys, args;
    if (!split_keys(call, keys, args, "ERR value is not an integer or out of range")) return;
    if (by_sha) {
        script = scripting.scripts().find(call.arg(1));
        if (!script) return static_cast<void>(call.error(kNoScript));
    } else {
        std::string error;
        script = scripting.scripts().get(call.arg(1), error);
        if (!script) return static_cast<void>(call.error(error));
    }
    scripting.run(call, *script, read_only, keys, args);
}

void eval(Call& call) {
    eval_generic(call, false, false);
}

void eval_ro(Call& call) {
    eval_generic(call, false, true);
}

void evalsha(Call& call) {
    eval_generic(call, true, false);
}

void evalsha_ro(Call& call) {
    eval_generic(call, true, true);
}

std::uint32_t eval_flags(Server&, const CommandSpec& spec, std::span<const Bytes> args) {
    const Shebang shebang = read_shebang(args[1]);
    return shebang.error.empty() ? command_flags(spec.flags, shebang.flags) : spec.flags;
}

std::uint32_t evalsha_flags(Server& server, const CommandSpec& spec, std::span<const Bytes> args) {
    const auto* script = server.scripting().scripts().find(args[1]);
    return script ? command_flags(spec.flags, script->flags) : spec.flags;
}

// -- SCRIPT
// ----------------------------------------------------------------------------------------------

void script_load(Call& call) {
    std::string error;
    const auto* script = call.server().scripting().scripts().get(call.arg(2), error);
    if (!script) return static_cast<void>(call.error(error));
    call.reply().bulk(script->sha);
}

void script_exists(Call& call) {
    const ScriptCache& scripts = call.server().scripting().scripts();
    call.reply().array(call.argc() - 2);
    for (std::size_t i = 2; i < call.argc(); ++i)
        call.reply().integer(scripts.find(call.arg(i)) ? 1 : 0);
}

void script_flush(Call& call) {
    const bool sync = call.argc() == 3 && is_word(call.arg(2), "sync");
    if (call.argc() > 3 || (call.argc() == 3 && !sync && !is_word(call.arg(2), "async"))) {
        return static_cast<void>(call.error("ERR SCRIPT FLUSH only support SYNC|ASYNC option"));
    }
    std::shared_ptr<void> old = call.server().scripting().scripts().flush();
    if (!sync) call.server().post([old = std::move(old)]() mutable { old.reset(); });
    call.reply().ok();
}

void script_kill(Call& call) {
    const std::string_view error =
        call.server().scripting().running().kill(RunningScript::Kind::eval);
    if (!error.empty()) return static_cast<void>(call.error(error));
    call.reply().ok();
}

void script_debug(Call& call) {
    if (!call.reply().buffer().empty())
        return static_cast<void>(call.error("ERR SCRIPT DEBUG must be called outside a pipeline"));
    if (is_word(call.arg(2), "no")) return call.reply().ok();
    if (is_word(call.arg(2), "yes") || is_word(call.arg(2), "sync")) {
        // An OK would promise a debugger, and the client would wait for its first line.
        return static_cast<void>(call.error("ERR the Lua debugger is not supported"));
    }
    call.error("ERR Use SCRIPT DEBUG YES/SYNC/NO");
}

}  // namespace

void add_scripting_commands(CommandTable& table) {
    constexpr std::uint32_t kRuns =
        kNoscript | kStale | kSkipMonitor | kMayReplicate | kNoMandatoryKeys;
    const auto run = [&](std::string_view name, bool read_only, Handler handler,
                         decltype(CommandSpec::flags_of) flags_of, std::string_view since,
                         std::string_view summary) {
        table.add({.name = name,
                   .arity = -3,
                   .flags = read_only ? (kRuns & ~kMayReplicate) | kReadonly : kRuns,
                   .categories = kCatScripting,
                   .lane = Lane::exclusive,
                   .handler = handler,
                   .since = since,
                   .group = "scripting",
                   .complexity = "Depends on the script",
                   .summary = summary,
                   .find_keys = scripted_keys,
                   .key_flags = read_only ? "RO ACCESS" : "RW ACCESS UPDATE",
                   .flags_of = flags_of});
    };
    run("eval", false, eval, eval_flags, "2.6.0", "Runs a Lua script");
    run("evalsha", false, evalsha, evalsha_flags, "2.6.0",
        "Runs a Lua script that the server knows");
    run("eval_ro", true, eval_ro, eval_flags, "7.0.0", "Runs a Lua script that may not write");
    run("evalsha_ro", true, evalsha_ro, evalsha_flags, "7.0.0",
        "Runs a Lua script that the server knows and that may not write");

    table.add({.name = "script",
               .arity = -2,
               .since = "2.6.0",
               .group = "scripting",
               .complexity = "Depends on the subcommand",
               .summary = "Manages the scripts that the server knows"});
    const auto sub = [&](std::string_view name, int arity, std::uint32_t flags, Lane lane,
                         Handler handler, std::string_view since, std::string_view complexity,
                         std::string_view summary) {
        table.add({.name = name,
                   .arity = arity,
                   .flags = flags,
                   .categories = kCatScripting,
                   .lane = lane,
                   .handler = handler,
                   .while_busy = handler == script_kill ? script_kill : nullptr,
                   .since = since,
                   .group = "scripting",
                   .complexity = complexity,
                   .summary = summary});
    };
    sub("script|load", 3, kNoscript | kStale, Lane::exclusive, script_load, "2.6.0",
        "O(N) in the script's length", "Makes a script known without running it");
    sub("script|exists", -3, kNoscript, Lane::shared, script_exists, "2.6.0",
        "O(N) in the number of scripts asked for", "Says which scripts are known");
    sub("script|flush", -2, kNoscript, Lane::exclusive, script_flush, "2.6.0",
        "O(N) in the number of scripts", "Forgets all scripts");
    sub("script|kill", 2, kNoscript | kAllowBusy, Lane::shared, script_kill, "2.6.0", "O(1)",
        "Stops the script that runs, if it has not written");
    sub("script|debug", 3, kNoscript, Lane::shared, script_debug, "3.2.0", "O(1)",
        "Sets the debug mode: there is no debugger, so only NO");
    sub("script|help", 2, kLoading | kStale, Lane::shared, help, "5.0.0", "O(1)",
        "Lists the subcommands");
}

}  // namespace millpond::engine
