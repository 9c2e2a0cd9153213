// SPDX-License-Identifier: Apache-2.0
#include "engine/scripting/hook.h"
#include "engine/scripting/lua.h"

#include "engine/scripting/interpreter.h"
#include "engine/scripting/library_load.h"
#include "engine/scripting/script_run.h"

namespace millpond::engine {

namespace {

constexpr int kInstructions = 100'000;

void hook(lua_State* lua, lua_Debug*) {
    Interpreter& interpreter = Interpreter::of(lua);
    if (interpreter.run) {
        interpreter.run->interrupt(lua);
    } else if (interpreter.load) {
        interpreter.load->interrupt(lua);
    }
}

}  // namespace

void set_hook(lua_State* lua) {
    lua_sethook(lua, hook, LUA_MASKCOUNT, kInstructions);
}

void hook_every_line(lua_State* lua) {
    lua_sethook(lua, hook, LUA_MASKLINE, 0);
}

}  // namespace millpond::engine
