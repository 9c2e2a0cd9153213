// SPDX-License-Identifier: Apache-2.0
#include "engine/scripting/library_load.h"
#include "engine/scripting/lua.h"

#include <algorithm>
#include <limits>

#include "engine/commands/numbers.h"
#include "engine/scripting/flags.h"
#include "engine/scripting/hook.h"
#include "engine/scripting/interpreter.h"
#include "engine/scripting/sandbox.h"
#include "engine/server/clock.h"

namespace millpond::engine {

namespace {

bool read_text(lua_State* lua, int index, std::string& out) {
    if (!lua_isstring(lua, index)) return false;
    // The conversion of a number must not reach a key that is being iterated over.
    lua_pushvalue(lua, index);
    std::size_t size = 0;
    const char* text = lua_tolstring(lua, -1, &size);
    out.assign(text, size);
    lua_pop(lua, 1);
    return true;
}

/// Of the table on top of the stack.
bool read_flags(lua_State* lua, std::uint32_t& flags) {
    for (int i = 1;; ++i) {
        lua_rawgeti(lua, -1, i);
        if (lua_isnil(lua, -1)) {
            lua_pop(lua, 1);
            return true;
        }
        const char* name = lua_isstring(lua, -1) ? lua_tostring(lua, -1) : "";
        const auto* const found = std::ranges::find_if(
            kScriptFlags, [&](const auto& flag) { return is_word(name, flag.first); });
        lua_pop(lua, 1);
        if (found == kScriptFlags.end()) return false;
        flags |= found->second;
    }
}

}  // namespace

bool is_function_name(std::string_view name) {
    return !name.empty() && std::ranges::all_of(name, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '_';
    });
}

LibraryLoad::LibraryLoad(FunctionLibrary& library, bool limited)
    : library_(library),
      until_ms_(limited ? steady_ms() + kLimitMs : std::numeric_limits<std::int64_t>::max()) {}

void LibraryLoad::interrupt(lua_State* lua) {
    if (steady_ms() <= until_ms_) return;
    hook_every_line(lua);
    sandbox::push_error(lua, "FUNCTION LOAD timeout");
    lua_error(lua);
}

bool LibraryLoad::register_function(lua_State* lua) {
    const char* error = nullptr;
    {
        LibraryFunction function;
        const int count = lua_gettop(lua);
        if (count < 1 || count > 2) {
            error = "wrong number of arguments to redis.register_function";
        } else {
            error = count == 1 ? read_named(lua, function) : read_positional(lua, function);
            if (!error) error = add(std::move(function));
            if (error && function.function) luaL_unref(lua, LUA_REGISTRYINDEX, function.function);
        }
    }
    if (error) sandbox::push_error(lua, error);
    return !error;
}

const char* LibraryLoad::add(LibraryFunction function) {
    if (!is_function_name(function.name)) {
        return "Library names can only contain letters, numbers, or underscores(_) and must be at "
               "least one character long";
    }
    if (library_.functions.contains(function.name)) return "Function already exists in the library";
    function.library = &library_;
    std::string name = function.name;
    library_.functions.emplace(std::move(name), std::move(function));
    return nullptr;
}

const char* LibraryLoad::read_positional(lua_State* lua, LibraryFunction& function) {
    if (!read_text(lua, 1, function.name))
        return "first argument to redis.register_function must be a string";
    if (!lua_isfunction(lua, 2))
        return "second argument to redis.register_function must be a function";
    function.function = luaL_ref(lua, LUA_REGISTRYINDEX);
    return nullptr;
}

const char* LibraryLoad::read_named(lua_State* lua, LibraryFunction& function) {
    if (!lua_istable(lua, 1)) {
        return "calling redis.register_function with a single argument is only applicable to Lua "
               "table (representing named arguments).";
    }
    bool named = false;
    lua_pushnil(lua);
    while (lua_next(lua, 1)) {
        std::string key, text;
        if (!read_text(lua, -2, key))
            return "named argument key given to redis.register_function is not a string";
        if (is_word(key, "function_name")) {
            if (!read_text(lua, -1, function.name)) {
                return "function_name argument given to redis.register_function must be a string";
            }
            named = true;
        } else if (is_word(key, "description")) {
            if (!read_text(lua, -1, text))
                return "description argument given to redis.register_function must be a string";
            function.description = std::move(text);
        } else if (is_word(key, "callback")) {
            if (!lua_isfunction(lua, -1))
                return "callback argument given to redis.register_function must be a function";
            if (function.function) luaL_unref(lua, LUA_REGISTRYINDEX, function.function);
            lua_pushvalue(lua, -1);
            function.function = luaL_ref(lua, LUA_REGISTRYINDEX);
        } else if (is_word(key, "flags")) {
            if (!lua_istable(lua, -1)) {
                return "flags argument to redis.register_function must be a table representing "
                       "function flags";
            }
            if (!read_flags(lua, function.flags)) return "unknown flag given";
        } else {
            return "unknown argument given to redis.register_function";
        }
        lua_pop(lua, 1);
    }
    if (!named) return "redis.register_function must get a function name argument";
    if (!function.function) return "redis.register_function must get a callback argument";
    return nullptr;
}

}  // namespace millpond::engine
