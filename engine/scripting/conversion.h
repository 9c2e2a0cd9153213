// SPDX-License-Identifier: Apache-2.0
//
// Values on their way between replies and Lua, as Redis's documentation of scripts ("Lua API
// reference", data type conversion) lays it down. The exclusive lane.
#pragma once

#include <string>
#include <string_view>

#include "engine/scripting/lua.h"

namespace millpond::resp {
class ReplyWriter;
}

namespace millpond::engine::conversion {

/// Pushes a reply that a command has written. Requires: it is a whole one.
void push_reply(lua_State* lua, std::string_view reply);

/// Writes the value on top of the stack as a reply, and pops it. `resp3_script`: the script has
/// called redis.setresp(3), so its booleans are booleans.
void write_reply(lua_State* lua, resp::ReplyWriter& reply, bool resp3_script);

}  // namespace millpond::engine::conversion
