// SPDX-License-Identifier: Apache-2.0
//
// What Lua calls every so many instructions: a look at the time. And the fixed references of the
// registry.
#pragma once

#include "engine/scripting/lua.h"

namespace millpond::engine {

/// The first reference that is made in an interpreter: the table of real globals.
inline constexpr int kRealGlobals = 1;

void set_hook(lua_State* lua);
void hook_every_line(lua_State* lua);

}  // namespace millpond::engine
