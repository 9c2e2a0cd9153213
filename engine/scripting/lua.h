// SPDX-License-Identifier: Apache-2.0
//
// Lua's C interface. A Lua error is a longjmp: a C function that may raise one has no living local
// object with a destructor at that moment.
#pragma once

extern "C" {
#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>
}
