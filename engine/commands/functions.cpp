// SPDX-License-Identifier: Apache-2.0
//
// FCALL and FUNCTION.
#include "engine/commands/call.h"
#include "engine/commands/glob.h"
#include "engine/commands/help.h"
#include "engine/commands/numbers.h"
#include "engine/commands/scripting.h"
#include "engine/commands/table.h"
#include "engine/scripting/flags.h"
#include "engine/scripting/payload.h"
#include "engine/scripting/scripting.h"
#include "engine/server/server.h"

namespace millpond::engine {

namespace {

/// Errors show arguments as C strings do: up to a zero byte.
std::string shown(Bytes text) {
    return std::string(text.substr(0, text.find('\0')));
}

FunctionLibraries& libraries_of(Call& call) {
    return call.server().scripting().functions();
}

void fcall_generic(Call& call, bool read_only) {
    const LibraryFunction* function = libraries_of(call).find(call.arg(1));
    if (!function) return static_cast<void>(call.error("ERR Function not found"));
    std::span<const Bytes> keys, args;
    if (!split_keys(call, keys, args, "ERR Bad number of keys provided")) return;
    call.server().scripting().run(call, *function, read_only, keys, args);
}

void fcall(Call& call) {
    fcall_generic(call, false);
}

void fcall_ro(Call& call) {
    fcall_generic(call, true);
}

std::uint32_t fcall_flags(Server& server, const CommandSpec& spec, std::span<const Bytes> args) {
    const LibraryFunction* function = server.scripting().functions().find(args[1]);
    return function ? command_flags(spec.flags, function->flags) : spec.flags;
}

// -- FUNCTION
// --------------------------------------------------------------------------------------------

void function_load(Call& call) {
    bool replace = false;
    std::size_t at = 2;
    for (; at + 1 < call.argc(); ++at) {
        if (!is_word(call.arg(at), "replace")) {
            call.error("ERR Unknown option given: " + shown(call.arg(at)));
            return;
        }
        replace = true;
    }
    std::string error;
    const std::string name =
        libraries_of(call).load(call.arg(at), replace, !call.applying(), error);
    if (name.empty()) return static_cast<void>(call.error("ERR " + error));
    call.changed();
    call.reply().bulk(name);
}

void function_delete(Call& call) {
    if (!libraries_of(call).remove(call.arg(2)))
        return static_cast<void>(call.error("ERR Library not found"));
    call.changed();
    call.reply().ok();
}

/// As Redis answers a subcommand with too many arguments.
void wrong_subcommand(Call& call, std::string_view container) {
    call.error("ERR unknown subcommand or wrong number of arguments for '" +
               std::string(call.arg(1)) + "'. Try " + std::string(container) + " HELP.");
}

void function_flush(Call& call) {
    if (call.argc() > 3) return wrong_subcommand(call, "FUNCTION");
    if (call.argc() == 3 && !is_word(call.arg(2), "sync") && !is_word(call.arg(2), "async")) {
        return static_cast<void>(call.error("ERR FUNCTION FLUSH only supports SYNC|ASYNC option"));
    }
    libraries_of(call).flush();
    call.changed();
    call.reply().ok();
}

void write_function(resp::ReplyWriter& reply, const LibraryFunction& function) {
    reply.map(3);
    reply.bulk("name");
    reply.bulk(function.name);
    reply.bulk("description");
    if (function.description) {
        reply.bulk(*function.description);
    } else {
        reply.null();
    }
    reply.bulk("flags");
    std::size_t count = 0;
    for (const auto& [name, flag] : kScriptFlags) count += (function.flags & flag) != 0;
    reply.set(count);
    for (const auto& [name, flag] : kScriptFlags) {
        if (function.flags & flag) reply.simple(name);
    }
}

void write_library(resp::ReplyWriter& reply, const FunctionLibrary& library, bool with_code) {
    reply.map(with_code ? 4 : 3);
    reply.bulk("library_name");
    reply.bulk(library.name);
    reply.bulk("engine");
    reply.bulk("LUA");
    reply.bulk("functions");
    reply.array(library.functions.size());
    for (const auto& [name, function] : library.functions) write_function(reply, function);
    if (!with_code) return;
    reply.bulk("library_code");
    reply.bulk(library.code);
}

std::string lower(std::string_view text) {
    std::string out(text);
    for (char& c : out) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
    return out;
}

void function_list(Call& call) {
    bool with_code = false;
    std::optional<Bytes> pattern;
    for (std::size_t i = 2; i < call.argc(); ++i) {
        if (!with_code && is_word(call.arg(i), "withcode")) {
            with_code = true;
        } else if (!pattern && is_word(call.arg(i), "libraryname")) {
            if (++i == call.argc()) {
                call.error("ERR library name argument was not given");
                return;
            }
            pattern = call.arg(i);
        } else {
            call.error("ERR Unknown argument " + shown(call.arg(i)));
            return;
        }
    }
    std::vector<const FunctionLibrary*> found;
    for (const auto& [name, library] : libraries_of(call).all()) {
        if (!pattern || glob_matches(lower(*pattern), lower(name))) found.push_back(library.get());
    }
    call.reply().array(found.size());
    for (const FunctionLibrary* library : found) write_library(call.reply(), *library, with_code);
}

void function_dump(Call& call) {
    call.reply().bulk(dump_functions(libraries_of(call).codes()));
}

void function_restore(Call& call) {
    using Policy = FunctionLibraries::Policy;
    if (call.argc() > 4) return wrong_subcommand(call, "FUNCTION");
    Policy policy = Policy::append;
    if (call.argc() == 4) {
        if (is_word(call.arg(3), "replace")) {
            policy = Policy::replace;
        } else if (is_word(call.arg(3), "flush")) {
            policy = Policy::flush;
        } else if (!is_word(call.arg(3), "append")) {
            return static_cast<void>(
                call.error("ERR Wrong restore policy given, value should be either FLUSH, APPEND "
                           "or REPLACE."));
        }
    }
    std::vector<std::string> codes;
    std::string error;
    if (!read_functions(call.arg(2), codes, error) ||
        !libraries_of(call).restore(codes, policy, error)) {
        return static_cast<void>(call.error("ERR " + error));
    }
    call.changed();
    call.reply().ok();
}

void function_kill(Call& call) {
    const std::string_view error =
        call.server().scripting().running().kill(RunningScript::Kind::function);
    if (!error.empty()) return static_cast<void>(call.error(error));
    call.reply().ok();
}

void function_stats(Call& call) {
    const RunningScript& running = call.server().scripting().running();
    if (running.kind() == RunningScript::Kind::eval)
        return static_cast<void>(call.error(RunningScript::kBusyEval));
    resp::ReplyWriter& reply = call.reply();
    reply.map(2);
    reply.bulk("running_script");
    running.describe(reply);
    reply.bulk("engines");
    reply.map(1);
    reply.bulk("LUA");
    reply.map(2);
    reply.bulk("libraries_count");
    reply.integer(static_cast<std::int64_t>(libraries_of(call).library_count()));
    reply.bulk("functions_count");
    reply.integer(static_cast<std::int64_t>(libraries_of(call).function_count()));
}

}  // namespace

void add_function_commands(CommandTable& table) {
    const auto run = [&](std::string_view name, std::uint32_t flags, Handler handler,
                         std::string_view summary, std::string_view key_flags) {
        table.add({.name = name,
                   .arity = -3,
                   .flags = flags | kNoscript | kStale | kSkipMonitor | kNoMandatoryKeys,
                   .categories = kCatScripting,
                   .lane = Lane::exclusive,
                   .handler = handler,
                   .since = "7.0.0",
                   .group = "scripting",
                   .complexity = "Depends on the function",
                   .summary = summary,
                   .find_keys = scripted_keys,
                   .key_flags = key_flags,
                   .flags_of = fcall_flags});
    };
    run("fcall", kMayReplicate, fcall, "Runs a function", "RW ACCESS UPDATE");
    run("fcall_ro", kReadonly, fcall_ro, "Runs a function that may not write", "RO ACCESS");

    table.add({.name = "function",
               .arity = -2,
               .since = "7.0.0",
               .group = "scripting",
               .complexity = "Depends on the subcommand",
               .summary = "Manages libraries of functions"});
    const auto sub = [&](std::string_view name, int arity, std::uint32_t flags, Handler handler,
                         std::string_view complexity, std::string_view summary) {
        const bool allows_busy = (flags & kAllowBusy) != 0;
        table.add({.name = name,
                   .arity = arity,
                   .flags = flags,
                   .categories = kCatScripting,
                   .lane = flags & kWrite ? Lane::exclusive : Lane::shared,
                   .handler = handler,
                   .while_busy = allows_busy ? handler : nullptr,
                   .since = "7.0.0",
                   .group = "scripting",
                   .complexity = complexity,
                   .summary = summary});
    };
    sub("function|load", -3, kWrite | kDenyOom | kNoscript, function_load,
        "O(N) in the code's length", "Makes a library of its code");
    sub("function|delete", 3, kWrite | kNoscript, function_delete, "O(1)",
        "Removes a library and its functions");
    sub("function|flush", -2, kWrite | kNoscript, function_flush, "O(N) in the number of functions",
        "Removes all libraries");
    sub("function|list", -2, kNoscript, function_list, "O(N) in the number of functions",
        "Lists libraries and their functions");
    sub("function|dump", 2, kNoscript, function_dump, "O(N) in the length of all code",
        "All libraries in a form that RESTORE reads");
    sub("function|restore", -3, kWrite | kDenyOom | kNoscript, function_restore,
        "O(N) in the length of all code", "Makes libraries of what DUMP has answered");
    sub("function|kill", 2, kNoscript | kAllowBusy, function_kill, "O(1)",
        "Stops the function that runs, if it has not written");
    sub("function|stats", 2, kNoscript | kAllowBusy, function_stats, "O(1)",
        "Says which function runs, and how many there are");
    sub("function|help", 2, kLoading | kStale, help, "O(1)", "Lists the subcommands");
}

}  // namespace millpond::engine
