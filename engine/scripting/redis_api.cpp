// SPDX-License-Identifier: Apache-2.0
#include "engine/scripting/redis_api.h"
#include "engine/scripting/lua.h"

#include <spdlog/spdlog.h>

#include <string>

#include "engine/scripting/interpreter.h"
#include "engine/scripting/library_load.h"
#include "engine/scripting/sandbox.h"
#include "engine/scripting/script_run.h"
#include "engine/scripting/sha1.h"
#include "engine/server/version.h"

namespace millpond::engine::redis_api {

namespace {

enum LogLevel : int { kDebug = 0, kVerbose = 1, kNotice = 2, kWarning = 3 };
enum Replication : int { kNone = 0, kAof = 1, kReplica = 2, kAll = 3 };

int raise(lua_State* lua, const char* message) {
    sandbox::push_error(lua, message);
    return lua_error(lua);
}

int call(lua_State* lua) {
    ScriptRun* run = Interpreter::of(lua).run;
    if (!run) return raise(lua, "redis.call/pcall can only be called inside a script invocation");
    return run->command(lua) ? lua_error(lua) : 1;
}

int pcall(lua_State* lua) {
    ScriptRun* run = Interpreter::of(lua).run;
    if (!run) return raise(lua, "redis.call/pcall can only be called inside a script invocation");
    run->command(lua);
    return 1;
}

int acl_check_cmd(lua_State* lua) {
    ScriptRun* run = Interpreter::of(lua).run;
    if (!run)
        return raise(lua, "redis.acl_check_cmd can only be called inside a script invocation");
    return run->check_command(lua) ? lua_error(lua) : 1;
}

int sha1hex(lua_State* lua) {
    if (lua_gettop(lua) != 1) return raise(lua, "wrong number of arguments");
    std::size_t size = 0;
    const char* text = lua_tolstring(lua, 1, &size);
    const Sha1Hex hex = sha1_hex({text ? text : "", size});
    lua_pushlstring(lua, hex.data(), hex.size());
    return 1;
}

bool is_one_text(lua_State* lua) {
    if (lua_gettop(lua) == 1 && lua_type(lua, 1) == LUA_TSTRING) return true;
    sandbox::push_error(lua, "wrong number or type of arguments");
    return false;
}

int error_reply(lua_State* lua) {
    if (!is_one_text(lua)) return 1;
    if (lua_tostring(lua, 1)[0] != '-') {
        lua_pushliteral(lua, "-");
        lua_insert(lua, 1);
        lua_concat(lua, 2);
    }
    sandbox::push_error(lua, lua_tostring(lua, 1));
    return 1;
}

int status_reply(lua_State* lua) {
    if (!is_one_text(lua)) return 1;
    lua_createtable(lua, 0, 1);
    lua_pushvalue(lua, 1);
    lua_setfield(lua, -2, "ok");
    return 1;
}

int set_repl(lua_State* lua) {
    ScriptRun* run = Interpreter::of(lua).run;
    if (!run) return raise(lua, "redis.set_repl can only be called inside a script invocation");
    if (lua_gettop(lua) != 1) return raise(lua, "redis.set_repl() requires two arguments.");
    const auto flags = static_cast<int>(lua_tointeger(lua, 1));
    if (flags & ~kAll) {
        return raise(lua,
                     "Invalid replication flags. Use REPL_AOF, REPL_REPLICA, REPL_ALL or "
                     "REPL_NONE.");
    }
    run->set_replicated((flags & kReplica) != 0);
    return 0;
}

int setresp(lua_State* lua) {
    ScriptRun* run = Interpreter::of(lua).run;
    if (!run) return raise(lua, "redis.setresp can only be called inside a script invocation");
    if (lua_gettop(lua) != 1) return raise(lua, "redis.setresp() requires one argument.");
    const auto version = static_cast<int>(lua_tointeger(lua, 1));
    if (version != 2 && version != 3) return raise(lua, "RESP version must be 2 or 3.");
    run->set_resp3(version == 3);
    return 0;
}

void write_log(int level, lua_State* lua) {
    std::string line;
    for (int i = 2; i <= lua_gettop(lua); ++i) {
        std::size_t size = 0;
        const char* text = lua_tolstring(lua, i, &size);
        if (!text) continue;
        if (i > 2) line += ' ';
        line.append(text, size);
    }
    constexpr spdlog::level::level_enum kLevels[] = {spdlog::level::debug, spdlog::level::debug,
                                                     spdlog::level::info, spdlog::level::warn};
    spdlog::log(kLevels[level], "{}", line);
}

int log(lua_State* lua) {
    if (lua_gettop(lua) < 2) return raise(lua, "redis.log() requires two arguments or more.");
    if (!lua_isnumber(lua, 1)) return raise(lua, "First argument must be a number (log level).");
    const auto level = static_cast<int>(lua_tointeger(lua, 1));
    if (level < kDebug || level > kWarning) return raise(lua, "Invalid debug level.");
    write_log(level, lua);
    return 0;
}

// There is no debugger: as in Redis while none is attached.
int breakpoint(lua_State* lua) {
    lua_pushboolean(lua, 0);
    return 1;
}

int debug(lua_State*) {
    return 0;
}

/// Effects are always what is replicated.
int replicate_commands(lua_State* lua) {
    lua_pushboolean(lua, 1);
    return 1;
}

int register_function(lua_State* lua) {
    LibraryLoad* load = Interpreter::of(lua).load;
    if (!load)
        return raise(lua, "redis.register_function can only be called on FUNCTION LOAD command");
    return load->register_function(lua) ? 0 : lua_error(lua);
}

void set(lua_State* lua, const char* name, lua_CFunction function) {
    lua_pushcfunction(lua, function);
    lua_setfield(lua, -2, name);
}

void set(lua_State* lua, const char* name, int number) {
    lua_pushinteger(lua, number);
    lua_setfield(lua, -2, name);
}

void set_common(lua_State* lua) {
    set(lua, "log", log);
    set(lua, "LOG_DEBUG", kDebug);
    set(lua, "LOG_VERBOSE", kVerbose);
    set(lua, "LOG_NOTICE", kNotice);
    set(lua, "LOG_WARNING", kWarning);
    lua_pushliteral(lua, "7.0.15");
    lua_setfield(lua, -2, "REDIS_VERSION");
    set(lua, "REDIS_VERSION_NUM", 0x0007000f);
}

}  // namespace

void push(lua_State* lua, bool eval) {
    lua_newtable(lua);
    set_common(lua);
    set(lua, "call", call);
    set(lua, "pcall", pcall);
    set(lua, "setresp", setresp);
    set(lua, "sha1hex", sha1hex);
    set(lua, "error_reply", error_reply);
    set(lua, "status_reply", status_reply);
    set(lua, "set_repl", set_repl);
    set(lua, "REPL_NONE", kNone);
    set(lua, "REPL_AOF", kAof);
    set(lua, "REPL_SLAVE", kReplica);
    set(lua, "REPL_REPLICA", kReplica);
    set(lua, "REPL_ALL", kAll);
    set(lua, "acl_check_cmd", acl_check_cmd);
    if (!eval) return;
    set(lua, "breakpoint", breakpoint);
    set(lua, "debug", debug);
    set(lua, "replicate_commands", replicate_commands);
}

void push_for_load(lua_State* lua) {
    lua_newtable(lua);
    set_common(lua);
    set(lua, "register_function", register_function);
}

}  // namespace millpond::engine::redis_api
