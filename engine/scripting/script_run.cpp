// SPDX-License-Identifier: Apache-2.0
#include "engine/scripting/script_run.h"
#include "engine/scripting/lua.h"

#include <spdlog/spdlog.h>

#include <charconv>
#include <cmath>
#include <cstdio>

#include "engine/acl/access_control.h"
#include "engine/commands/call.h"
#include "engine/commands/dispatch.h"
#include "engine/commands/refusals.h"
#include "engine/commands/table.h"
#include "engine/lanes/gate.h"
#include "engine/scripting/conversion.h"
#include "engine/scripting/flags.h"
#include "engine/scripting/hook.h"
#include "engine/scripting/sandbox.h"
#include "engine/scripting/script_scratch.h"
#include "engine/scripting/scripting.h"
#include "engine/server/clock.h"
#include "engine/server/config.h"
#include "engine/server/server.h"

namespace millpond::engine {

namespace {

/// Every so many runs the collector does as many steps, so that garbage never grows until a whole
/// cycle is due at once.
constexpr int kRunsPerCollection = 50;
constexpr std::size_t kNumberBytesMax = 32;

/// As %.17g prints it, which for whole numbers is their digits.
std::size_t print_number(lua_Number value, char* out) {
    constexpr lua_Number kExactMax = 1e15;
    if (value > -kExactMax && value < kExactMax && value == std::floor(value) &&
        (value != 0 || !std::signbit(value))) {
        const char* end =
            std::to_chars(out, out + kNumberBytesMax, static_cast<std::int64_t>(value)).ptr;
        return static_cast<std::size_t>(end - out);
    }
    return static_cast<std::size_t>(std::snprintf(out, kNumberBytesMax, "%.17g", value));
}

std::string_view trim_line_ends(std::string_view text) {
    const std::size_t first = text.find_first_not_of("\r\n");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of("\r\n") - first + 1);
}

/// The field as a C string, or null; the string stays in the table.
const char* text_field(lua_State* lua, const char* name) {
    lua_pushstring(lua, name);
    lua_rawget(lua, -2);
    const char* text = lua_isstring(lua, -1) ? lua_tostring(lua, -1) : nullptr;
    lua_pop(lua, 1);
    return text;
}

void push_array(lua_State* lua, std::span<const Bytes> values) {
    lua_createtable(lua, static_cast<int>(values.size()), 0);
    int i = 0;
    for (const Bytes value : values) {
        lua_pushlstring(lua, value.data(), value.size());
        lua_rawseti(lua, -2, ++i);
    }
}

bool is_stale(Server& server) {
    return server.role() == Role::replica && server.stale() &&
           !server.config().replica_serve_stale_data;
}

}  // namespace

ScriptRun::ScriptRun(Call& call, Interpreter& interpreter, RunningScript& running,
                     ScriptScratch& scratch, const What& what)
    : call_(call),
      interpreter_(interpreter),
      running_(running),
      scratch_(scratch),
      what_(what),
      read_only_(what.read_only ||
                 (what.flags & (kScriptSaysNothing | kScriptNoWrites)) == kScriptNoWrites),
      started_(ticks()) {}

// -- May it run at all?
// ------------------------------------------------------------------------------------------------

/// A script that says what it is, is judged as a command that is just that.
bool ScriptRun::refuse_run() {
    Server& server = call_.server();
    Config& config = server.config();
    if (config.maxmemory.load(std::memory_order_relaxed) > 0 && server.role() == Role::primary &&
        server.room_hook() && !call_.applying()) {
        no_room_ = !server.room_hook()();
    }
    const auto refuse = [&](std::string_view error) {
        call_.error(error);
        return true;
    };
    if (what_.flags & kScriptSaysNothing)
        return is_stale(server) && !call_.applying() && refuse(refusals::kMasterDown);
    if (call_.applying()) return false;
    const std::uint32_t flags = command_flags(0, what_.flags);
    const bool writes = (flags & kWrite) != 0;
    if ((flags & kDenyOom) && no_room_) return refuse(refusals::kOom);
    if (writes) {
        const std::string error = write_refusal();
        if (!error.empty()) return refuse(error);
    }
    if (is_stale(server) && !(flags & kStale)) return refuse(refusals::kMasterDown);
    if (writes && what_.read_only)
        return refuse("ERR Can not execute a script with write flag using *_ro command.");
    return false;
}

std::string ScriptRun::write_refusal() const {
    Server& server = call_.server();
    Config& config = server.config();
    const Role role = server.role();
    if (call_.applying()) return {};
    if (role != Role::primary && (role == Role::none || config.replica_read_only))
        return std::string(refusals::kReadonly);
    if (role != Role::primary) return {};
    if (server.save_failed() && config.stop_writes_on_bgsave_error && !config.save.get().empty())
        return std::string(refusals::kMisconf);
    if (config.min_replicas_to_write > 0 && config.min_replicas_max_lag > 0 &&
        server.good_replicas() < config.min_replicas_to_write) {
        return std::string(refusals::kNoReplicas);
    }
    return {};
}

// -- The run
// -----------------------------------------------------------------------------------------------

void ScriptRun::set_global(const char* name, std::span<const Bytes> values) {
    lua_State* lua = interpreter_.lua();
    lua_rawgeti(lua, LUA_REGISTRYINDEX, kRealGlobals);
    push_array(lua, values);
    lua_setfield(lua, -2, name);
    lua_pop(lua, 1);
}

void ScriptRun::run() {
    if (refuse_run()) return;
    lua_State* lua = interpreter_.lua();
    scratch_.session.select(call_.db().index());
    scratch_.session.set_protocol(resp::ReplyWriter::Protocol::resp2);
    running_.begin(what_.kind, call_.applying());
    interpreter_.run = this;
    // The error handler lies on the bottom of the stack for good.
    int failed = 0;
    if (what_.kind == RunningScript::Kind::eval) {
        set_global("KEYS", what_.keys);
        set_global("ARGV", what_.args);
        lua_rawgeti(lua, LUA_REGISTRYINDEX, what_.function);
        failed = lua_pcall(lua, 0, 1, 1);
    } else {
        lua_rawgeti(lua, LUA_REGISTRYINDEX, what_.function);
        push_array(lua, what_.keys);
        push_array(lua, what_.args);
        failed = lua_pcall(lua, 2, 1, 1);
    }
    if (++scratch_.runs % kRunsPerCollection == 0) lua_gc(lua, LUA_GCSTEP, kRunsPerCollection);
    if (failed) {
        write_error();
    } else {
        conversion::write_reply(lua, call_.reply(),
                                scratch_.session.protocol() == resp::ReplyWriter::Protocol::resp3);
    }
    lua_settop(lua, 1);
    if (busy_) {
        set_hook(lua);  // a kill has made it a hook of every line
        call_.server().gate().set_busy(false);
        if (running_.shut_down()) call_.executor().discard_effects();
    }
    interpreter_.run = nullptr;
    running_.end();
    if (scratch_.reply.capacity() > ScriptScratch::kBytesKept) std::string().swap(scratch_.reply);
    if (scratch_.numbers.capacity() > ScriptScratch::kBytesKept)
        std::string().swap(scratch_.numbers);
}

/// The error on top of the stack as the reply.
void ScriptRun::write_error() {
    lua_State* lua = interpreter_.lua();
    std::string text;
    if (!lua_istable(lua, -1)) {
        constexpr std::size_t kTextMax = 100;
        const char* message = lua_isstring(lua, -1) ? lua_tostring(lua, -1) : "execution failure";
        text = "ERR Error running script " + std::string(what_.name) + ", " +
               std::string(std::string_view(message).substr(0, kTextMax));
    } else {
        const char* message = text_field(lua, "err");
        text = message ? message : "ERR execution failure";
        const char* source = text_field(lua, "source");
        const char* line = text_field(lua, "line");
        if (source && line) {
            text.append(" script: ").append(what_.name).append(", on ");
            text.append(source).append(":").append(line).append(".");
        }
    }
    call_.error(trim_line_ends(text));
}

// -- Commands
// ----------------------------------------------------------------------------------------------

bool ScriptRun::refuse(lua_State* lua, const char* error) {
    lua_settop(lua, 0);
    sandbox::push_error(lua, error);
    return true;
}

bool ScriptRun::collect_arguments(lua_State* lua) {
    const int count = lua_gettop(lua);
    auto& arguments = scratch_.arguments;
    auto& numbers = scratch_.numbers;
    arguments.clear();
    numbers.clear();
    for (int i = 1; i <= count; ++i) {
        std::size_t size = 0;
        if (lua_type(lua, i) == LUA_TNUMBER) {
            // Views into it must stay: it grows once, for all that may come.
            if (numbers.empty()) numbers.reserve(static_cast<std::size_t>(count) * kNumberBytesMax);
            char digits[kNumberBytesMax];
            size = print_number(lua_tonumber(lua, i), digits);
            numbers.append(digits, size);
            arguments.emplace_back(numbers.data() + numbers.size() - size, size);
        } else {
            const char* text = lua_tolstring(lua, i, &size);
            if (!text) return false;
            arguments.emplace_back(text, size);
        }
    }
    return true;
}

std::string ScriptRun::refusal(const CommandSpec* spec) {
    Server& server = call_.server();
    const auto& arguments = scratch_.arguments;
    if (!spec) return "Unknown Redis command called from script";
    const auto argc = static_cast<int>(arguments.size());
    if (spec->arity >= 0 ? argc != spec->arity : argc < -spec->arity)
        return "Wrong number of args calling Redis command from script";
    const bool forbidden = (spec->flags & kNoscript) && !server.scripting().allows_everything();
    if (forbidden || !spec->handler) return "This Redis command is not allowed from script";
    if (is_stale(server) && !call_.applying() && !(spec->flags & kStale))
        return "Can not execute the command on a stale replica";
    if (auto denied = server.acl().refuse_in_script(call_.session(), *spec, arguments))
        return std::move(*denied);
    // What may replicate counts: clients that are paused for writes may run such a script.
    if (read_only_ && (spec->flags & (kWrite | kMayReplicate)))
        return "Write commands are not allowed from read-only scripts.";
    if (spec->flags & kWrite) {
        const std::string error = write_refusal();
        if (!error.empty()) return "-" + error;
    }
    const bool may_grow = !(what_.flags & kScriptSaysNothing) && (what_.flags & kScriptAllowOom);
    if ((spec->flags & kDenyOom) && no_room_ && !may_grow && !running_.wrote())
        return "-" + std::string(refusals::kOom);
    if ((spec->flags & kWrite) && !running_.may_write())
        return "Script killed by user with SCRIPT KILL...";
    return {};
}

bool ScriptRun::command(lua_State* lua) {
    if (lua_gettop(lua) == 0)
        return refuse(lua, "Please specify at least one argument for this redis lib call");
    if (!collect_arguments(lua))
        return refuse(lua, "Lua redis lib command arguments must be strings or integers");
    const CommandSpec* spec = Executor::resolve(call_.server().commands(), scratch_.arguments);
    {
        const std::string error = refusal(spec);
        if (!error.empty()) {
            refuse(lua, error.c_str());
            lua_pushboolean(lua, 1);
            lua_setfield(lua, -2, "ignore_error_stats_update");
            return true;
        }
    }
    scratch_.reply.clear();
    call_.executor().run_scripted(call_, scratch_.session, *spec, scratch_.arguments,
                                  scratch_.reply, replicated_);
    lua_settop(lua, 0);
    // DEBUG SET-DISABLE-DENY-SCRIPTS lets through what answers later, or never.
    if (scratch_.reply.empty()) return refuse(lua, "This Redis command is not allowed from script");
    conversion::push_reply(lua, scratch_.reply);
    return scratch_.reply.front() == '-';
}

bool ScriptRun::check_command(lua_State* lua) {
    if (lua_gettop(lua) == 0)
        return refuse(lua, "Please specify at least one argument for this redis lib call");
    if (!collect_arguments(lua))
        return refuse(lua, "Lua redis lib command arguments must be strings or integers");
    const CommandSpec* spec = Executor::resolve(call_.server().commands(), scratch_.arguments);
    if (!spec) return refuse(lua, "Invalid command passed to redis.acl_check_cmd()");
    lua_pushboolean(lua, call_.server().acl().allows(call_.session(), *spec, scratch_.arguments));
    return false;
}

void ScriptRun::set_resp3(bool yes) {
    scratch_.session.set_protocol(yes ? resp::ReplyWriter::Protocol::resp3
                                      : resp::ReplyWriter::Protocol::resp2);
}

// -- Time
// --------------------------------------------------------------------------------------------------

void ScriptRun::become_busy() {
    const auto ms =
        static_cast<std::int64_t>(static_cast<double>(ticks() - started_) * ns_per_tick() / 1e6);
    const std::int64_t limit = call_.server().config().busy_reply_threshold;
    if (limit <= 0 || ms < limit) return;
    spdlog::warn(
        "Slow script detected: still in execution after {} milliseconds. You can try killing the "
        "script using the {} KILL command. Script name is: {}.",
        ms, what_.kind == RunningScript::Kind::eval ? "SCRIPT" : "FUNCTION", what_.name);
    busy_ = true;
    running_.show(what_.name, call_.args(), steady_ms() - ms);
    call_.server().gate().set_busy(true);
}

void ScriptRun::interrupt(lua_State* lua) {
    if (!busy_) become_busy();
    if (!busy_) return;
    call_.server().gate().idle();
    if (!running_.killed()) return;
    spdlog::warn("Lua script killed by user with SCRIPT KILL.");
    // At every line from here on: a pcall around it must not let it go on.
    hook_every_line(lua);
    sandbox::push_error(lua, "Script killed by user with SCRIPT KILL...");
    lua_error(lua);
}

}  // namespace millpond::engine
