// SPDX-License-Identifier: Apache-2.0
#include "engine/scripting/sandbox.h"

#include <algorithm>
#include <cstring>

#include "engine/scripting/interpreter.h"

extern "C" {
int luaopen_cjson(lua_State*);
int luaopen_bit(lua_State*);
}

namespace millpond::engine::sandbox {

namespace {

// Keys in a proxy's metatable and in the registry: their addresses.
constexpr char kReal = 0;           ///< in a proxy's metatable: the table behind it
constexpr char kRealMetatable = 0;  ///< in a proxy's metatable: the proxy of the other's metatable
constexpr char kStringMetatable = 0;  ///< in the registry: the proxy of the strings' metatable

void* address(const char& key) {
    return const_cast<char*>(&key);
}

int readonly_error(lua_State* lua) {
    return luaL_error(lua, "Attempt to modify a readonly table");
}

/// Without a position, as from the library's own C functions.
int raise_readonly(lua_State* lua) {
    lua_pushliteral(lua, "Attempt to modify a readonly table");
    return lua_error(lua);
}

/// If `index` is a proxy, pushes what its metatable holds under `key` (perhaps nil).
bool push_from_proxy(lua_State* lua, int index, const char& key) {
    if (!lua_istable(lua, index) || !lua_getmetatable(lua, index)) return false;
    lua_pushlightuserdata(lua, address(kReal));
    lua_rawget(lua, -2);
    const bool proxy = lua_istable(lua, -1);
    lua_pop(lua, 1);
    if (!proxy) {
        lua_pop(lua, 1);
        return false;
    }
    lua_pushlightuserdata(lua, address(key));
    lua_rawget(lua, -2);
    lua_remove(lua, -2);
    return true;
}

bool is_proxy(lua_State* lua, int index) {
    if (!push_from_proxy(lua, index, kReal)) return false;
    lua_pop(lua, 1);
    return true;
}

/// The first argument, if it is a proxy, becomes what is behind it.
void look_behind(lua_State* lua) {
    if (push_from_proxy(lua, 1, kReal)) lua_replace(lua, 1);
}

// -- Functions that go past metatables
// ------------------------------------------------------------

int next(lua_State* lua) {
    look_behind(lua);
    return Interpreter::of(lua).stock.next(lua);
}

int pairs(lua_State* lua) {
    luaL_checktype(lua, 1, LUA_TTABLE);
    lua_pushvalue(lua, lua_upvalueindex(1));
    lua_pushvalue(lua, 1);
    lua_pushnil(lua);
    return 3;
}

int rawget(lua_State* lua) {
    look_behind(lua);
    return Interpreter::of(lua).stock.rawget(lua);
}

int rawset(lua_State* lua) {
    if (is_proxy(lua, 1) && lua_gettop(lua) >= 3) return raise_readonly(lua);
    return Interpreter::of(lua).stock.rawset(lua);
}

int insert(lua_State* lua) {
    if (is_proxy(lua, 1) && (lua_gettop(lua) == 2 || lua_gettop(lua) == 3))
        return raise_readonly(lua);
    return Interpreter::of(lua).stock.insert(lua);
}

int foreach (lua_State* lua) {
    look_behind(lua);
    return Interpreter::of(lua).stock.foreach (lua);
}

int getmetatable(lua_State* lua) {
    if (lua_type(lua, 1) == LUA_TSTRING) {
        lua_pushlightuserdata(lua, address(kStringMetatable));
        lua_rawget(lua, LUA_REGISTRYINDEX);
        return 1;
    }
    if (push_from_proxy(lua, 1, kRealMetatable)) return 1;
    return Interpreter::of(lua).stock.getmetatable(lua);
}

int setmetatable(lua_State* lua) {
    const int type = lua_type(lua, 2);
    if (is_proxy(lua, 1) && (type == LUA_TNIL || type == LUA_TTABLE)) return raise_readonly(lua);
    return Interpreter::of(lua).stock.setmetatable(lua);
}

// -- No bytecode: it is trusted by Lua and must therefore come from Lua
// ------------------------------------------------------------------------------------------------

/// Requires: text on top of the stack. A space before it makes a chunk of bytecode bad source.
int load_text(lua_State* lua, const char* chunk_name) {
    std::size_t size = 0;
    const char* text = lua_tolstring(lua, -1, &size);
    if (size > 0 && text[0] == LUA_SIGNATURE[0]) {
        lua_pushliteral(lua, " ");
        lua_insert(lua, -2);
        lua_concat(lua, 2);
        text = lua_tolstring(lua, -1, &size);
    }
    if (luaL_loadbuffer(lua, text, size, chunk_name) == 0) return 1;
    lua_pushnil(lua);
    lua_insert(lua, -2);
    return 2;
}

int loadstring(lua_State* lua) {
    const char* text = luaL_checkstring(lua, 1);
    const char* chunk_name = luaL_optstring(lua, 2, text);
    if (text[0] != LUA_SIGNATURE[0]) return Interpreter::of(lua).stock.loadstring(lua);
    // The name is the text without the byte that is no character.
    lua_pushvalue(lua, 1);
    return load_text(lua, chunk_name);
}

/// nil and what is on top of the stack.
int load_failed(lua_State* lua) {
    lua_pushnil(lua);
    lua_insert(lua, -2);
    return 2;
}

/// What goes wrong in the reader meets the script's error handler.
int load(lua_State* lua) {
    const char* chunk_name = luaL_optstring(lua, 2, "=(load)");
    luaL_checktype(lua, 1, LUA_TFUNCTION);
    lua_settop(lua, 2);
    lua_pushcfunction(lua, error_handler);
    lua_pushliteral(lua, "");
    for (;;) {
        lua_pushvalue(lua, 1);
        if (lua_pcall(lua, 0, 1, 3) != 0) return load_failed(lua);
        if (lua_isnil(lua, -1)) break;
        if (!lua_isstring(lua, -1)) {
            lua_settop(lua, 3);
            luaL_where(lua, 1);
            lua_pushliteral(lua, "reader function must return a string");
            lua_concat(lua, 2);
            lua_call(lua, 1, 1);
            return load_failed(lua);
        }
        if (lua_objlen(lua, -1) == 0) break;
        lua_concat(lua, 2);
    }
    lua_settop(lua, 4);
    return load_text(lua, chunk_name);
}

// -- pcall: an error table of ours is the script's error text
// ------------------------------------------------------------------------------------------------

int pcall(lua_State* lua) {
    luaL_checkany(lua, 1);
    const int args = lua_gettop(lua);
    lua_pushboolean(lua, 1);
    lua_insert(lua, 1);
    if (lua_pcall(lua, args - 1, LUA_MULTRET, 0) == 0) return lua_gettop(lua);
    lua_remove(lua, 1);
    if (lua_istable(lua, -1)) {
        lua_getfield(lua, -1, "err");
        if (lua_isstring(lua, -1)) {
            lua_replace(lua, -2);
        }
    }
    lua_pushboolean(lua, 0);
    lua_insert(lua, 1);
    return lua_gettop(lua);
}

int unknown_global(lua_State* lua) {
    if (lua_gettop(lua) != 2)
        return luaL_error(lua, "Wrong number of arguments to luaProtectedTableError");
    if (!lua_isstring(lua, -1)) {
        return luaL_error(lua,
                          "Second argument to luaProtectedTableError must be a string or number");
    }
    return luaL_error(lua, "Script attempted to access nonexistent global variable '%s'",
                      lua_tostring(lua, -1));
}

// -- Setting up
// ----------------------------------------------------------------------------------------------

void open(lua_State* lua, const char* name, lua_CFunction function) {
    lua_pushcfunction(lua, function);
    lua_pushstring(lua, name);
    lua_call(lua, 1, 1);
    // Some libraries make their own global, some leave that to the caller.
    if (lua_istable(lua, -1) && *name) {
        lua_setglobal(lua, name);
    } else {
        lua_pop(lua, 1);
    }
}

/// Replaces a function of the table on top of the stack; returns what was there.
lua_CFunction replace(lua_State* lua, const char* name, lua_CFunction function) {
    lua_getfield(lua, -1, name);
    const lua_CFunction stock = lua_tocfunction(lua, -1);
    lua_pop(lua, 1);
    lua_pushcfunction(lua, function);
    lua_setfield(lua, -2, name);
    return stock;
}

void replace_functions(Interpreter& interpreter) {
    lua_State* lua = interpreter.lua();
    Interpreter::Stock& stock = interpreter.stock;
    lua_pushvalue(lua, LUA_GLOBALSINDEX);
    stock.next = replace(lua, "next", next);
    stock.rawget = replace(lua, "rawget", rawget);
    stock.rawset = replace(lua, "rawset", rawset);
    stock.getmetatable = replace(lua, "getmetatable", getmetatable);
    stock.setmetatable = replace(lua, "setmetatable", setmetatable);
    stock.load = replace(lua, "load", load);
    stock.loadstring = replace(lua, "loadstring", loadstring);
    replace(lua, "pcall", pcall);
    lua_getfield(lua, -1, "next");
    lua_pushcclosure(lua, pairs, 1);
    lua_setfield(lua, -2, "pairs");
    for (const char* name : {"dofile", "loadfile", "print", "getfenv", "setfenv", "newproxy",
                             "require", "module", "package"}) {
        lua_pushnil(lua);
        lua_setfield(lua, -2, name);
    }
    lua_getfield(lua, -1, "table");
    stock.insert = replace(lua, "insert", insert);
    stock.foreach = replace(lua, "foreach", foreach);
    lua_getfield(lua, -2, "math");
    replace(lua, "random", random_number);
    replace(lua, "randomseed", random_seed);
    lua_pop(lua, 3);
}

/// Requires: a table on top. Replaces the tables in it by proxies.
void protect_fields(lua_State* lua) {
    lua_pushnil(lua);
    while (lua_next(lua, -2)) {
        if (lua_istable(lua, -1) && !is_proxy(lua, lua_gettop(lua))) {
            protect(lua);
            lua_pushvalue(lua, -2);
            lua_insert(lua, -2);
            lua_settable(lua, -4);  // an existing field may be assigned to while going over them
        } else {
            lua_pop(lua, 1);
        }
    }
}

}  // namespace

void open_libraries(Interpreter& interpreter) {
    lua_State* lua = interpreter.lua();
    open(lua, "", luaopen_base);
    open(lua, LUA_TABLIBNAME, luaopen_table);
    open(lua, LUA_STRLIBNAME, luaopen_string);
    open(lua, LUA_MATHLIBNAME, luaopen_math);
    open(lua, "cjson", luaopen_cjson);
    open(lua, "struct", open_struct);
    open(lua, "cmsgpack", open_msgpack);
    open(lua, "bit", luaopen_bit);
    replace_functions(interpreter);
}

void protect(lua_State* lua) {
    lua_newtable(lua);  // real, proxy
    lua_newtable(lua);  // real, proxy, metatable
    lua_pushvalue(lua, -3);
    lua_setfield(lua, -2, "__index");
    lua_pushcfunction(lua, readonly_error);
    lua_setfield(lua, -2, "__newindex");
    lua_pushlightuserdata(lua, address(kReal));
    lua_pushvalue(lua, -4);
    lua_rawset(lua, -3);
    if (lua_getmetatable(lua, -3)) {
        protect(lua);
        lua_pushlightuserdata(lua, address(kRealMetatable));
        lua_insert(lua, -2);
        lua_rawset(lua, -3);
    }
    lua_setmetatable(lua, -2);
    lua_remove(lua, -2);
}

void refuse_unknown(lua_State* lua) {
    lua_newtable(lua);
    lua_pushcfunction(lua, unknown_global);
    lua_setfield(lua, -2, "__index");
    lua_setmetatable(lua, -2);
}

void close(lua_State* lua) {
    lua_pushvalue(lua, LUA_GLOBALSINDEX);
    lua_pushnil(lua);
    lua_setfield(lua, -2, "_G");
    protect_fields(lua);
    // The strings' own metatable leads to the real table, what scripts see of it to the proxy.
    lua_pushlightuserdata(lua, address(kStringMetatable));
    lua_newtable(lua);
    lua_getfield(lua, -3, LUA_STRLIBNAME);
    lua_setfield(lua, -2, "__index");
    protect(lua);
    lua_rawset(lua, LUA_REGISTRYINDEX);
    refuse_unknown(lua);
    lua_pushvalue(lua, -1);
    protect(lua);
    lua_pushvalue(lua, -1);
    lua_setfield(lua, -3, "_G");
    lua_replace(lua, LUA_GLOBALSINDEX);
}

void push_error(lua_State* lua, const char* message) {
    lua_newtable(lua);
    std::size_t size = std::strlen(message);
    while (size > 0 && (message[size - 1] == '\r' || message[size - 1] == '\n')) --size;
    if (message[0] != '-') {
        lua_pushliteral(lua, "ERR ");
        lua_pushlstring(lua, message, size);
        lua_concat(lua, 2);
    } else if (std::memchr(message, ' ', size)) {
        lua_pushlstring(lua, message + 1, size - 1);
    } else {
        lua_pushliteral(lua, "ERR ");
        lua_pushlstring(lua, message + 1, size - 1);
        lua_concat(lua, 2);
    }
    lua_setfield(lua, -2, "err");
}

int error_handler(lua_State* lua) {
    lua_settop(lua, 1);
    lua_Debug where;
    bool known = lua_getstack(lua, 1, &where) && lua_getinfo(lua, "Sl", &where);
    if (known && std::strcmp(where.what, "C") == 0)
        known = lua_getstack(lua, 2, &where) && lua_getinfo(lua, "Sl", &where);
    if (!lua_istable(lua, 1)) {
        lua_newtable(lua);
        switch (lua_type(lua, 1)) {
            case LUA_TSTRING:
            case LUA_TNUMBER:
                lua_pushliteral(lua, "ERR ");
                lua_pushvalue(lua, 1);
                lua_concat(lua, 2);
                break;
            case LUA_TNIL:
                lua_pushliteral(lua, "ERR nil");
                break;
            case LUA_TBOOLEAN:
                lua_pushstring(lua, lua_toboolean(lua, 1) ? "ERR true" : "ERR false");
                break;
            default:
                lua_pushfstring(lua, "ERR %s: %p", luaL_typename(lua, 1), lua_topointer(lua, 1));
        }
        lua_setfield(lua, 2, "err");
    }
    if (known) {
        lua_pushstring(lua, where.source);
        lua_setfield(lua, -2, "source");
        lua_pushinteger(lua, where.currentline);
        lua_setfield(lua, -2, "line");
    }
    return 1;
}

}  // namespace millpond::engine::sandbox
