// SPDX-License-Identifier: Apache-2.0
//
// What scripts may see and touch: Redis's set of globals, of which none can be written. Lua 5.1
// knows no read-only table, so what must not change hides behind a proxy: an empty table whose
// metatable reads from the real one and refuses writes. Functions that would go past metatables
// (rawset, next, table.insert ...) are replaced by ones that know proxies.
#pragma once

#include "engine/scripting/lua.h"

namespace millpond::engine {

class Interpreter;

namespace sandbox {

/// Loads the libraries into the global table, without what scripts must not have.
void open_libraries(Interpreter& interpreter);

/// Replaces the table on top of the stack by its proxy. Tables in it stay as they are.
void protect(lua_State* lua);
/// Gives the table on top of the stack a metatable that makes reading what is not there an error.
void refuse_unknown(lua_State* lua);
/// Protects all tables in the global table and itself; `_G` and the interpreter's globals are the
/// proxy from here on. Ensures: the real global table is on top of the stack.
void close(lua_State* lua);

/// The handler for lua_pcall: makes a table of the error, with where it happened.
int error_handler(lua_State* lua);
/// An error in Redis's form on the stack: {err = "CODE message"}. A message that begins with '-'
/// brings its own code.
void push_error(lua_State* lua, const char* message);

}  // namespace sandbox

// Libraries of Redis that Debian does not have.
int open_struct(lua_State* lua);
int open_msgpack(lua_State* lua);
int random_number(lua_State* lua);
int random_seed(lua_State* lua);

}  // namespace millpond::engine
