// SPDX-License-Identifier: Apache-2.0
//
// The table `redis` that scripts see, and the smaller one that is there while a library is loaded.
#pragma once

#include "engine/scripting/lua.h"

namespace millpond::engine::redis_api {

/// Pushes the table for scripts and functions. `eval`: with what only EVAL's has.
void push(lua_State* lua, bool eval);
/// Pushes the table for FUNCTION LOAD.
void push_for_load(lua_State* lua);

}  // namespace millpond::engine::redis_api
