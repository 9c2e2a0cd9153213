// SPDX-License-Identifier: Apache-2.0
//
// math.random and math.randomseed.
#include <cmath>
#include <cstdint>

#include "engine/scripting/interpreter.h"
#include "engine/scripting/lua.h"
#include "engine/scripting/sandbox.h"

namespace millpond::engine {

int random_number(lua_State* lua) {
    Interpreter& interpreter = Interpreter::of(lua);
    if (!interpreter.run)
        return luaL_error(lua, "math.random can only be called inside a script invocation");
    constexpr std::int32_t kMax = INT32_MAX;
    const lua_Number r = static_cast<lua_Number>(interpreter.random.next() % kMax) / kMax;
    switch (lua_gettop(lua)) {
        case 0:
            lua_pushnumber(lua, r);
            return 1;
        case 1: {
            const int high = luaL_checkint(lua, 1);
            luaL_argcheck(lua, 1 <= high, 1, "interval is empty");
            lua_pushnumber(lua, std::floor(r * high) + 1);
            return 1;
        }
        case 2: {
            const int low = luaL_checkint(lua, 1);
            const int high = luaL_checkint(lua, 2);
            luaL_argcheck(lua, low <= high, 2, "interval is empty");
            // The span of two ints wraps around as an int's does.
            const auto span = static_cast<std::int32_t>(static_cast<std::uint32_t>(high) -
                                                        static_cast<std::uint32_t>(low) + 1u);
            lua_pushnumber(lua, std::floor(r * span) + low);
            return 1;
        }
        default:
            return luaL_error(lua, "wrong number of arguments");
    }
}

int random_seed(lua_State* lua) {
    Interpreter& interpreter = Interpreter::of(lua);
    if (!interpreter.run)
        return luaL_error(lua, "math.randomseed can only be called inside a script invocation");
    interpreter.random.seed(luaL_checkint(lua, 1));
    return 0;
}

}  // namespace millpond::engine
