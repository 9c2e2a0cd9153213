// SPDX-License-Identifier: Apache-2.0
//
// struct: a format, and behind its end by a zero the bytes that are taken apart by it, from a
// position that the first byte tells. What has been taken apart can be put together and is then
// taken apart again.
#include <algorithm>
#include <string>

#include "engine/scripting/sandbox.h"
#include "tests/fuzz/lua_library.h"

using namespace millpond::engine;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    static LuaLibrary library(open_struct);
    library.clear();
    lua_State* lua = library.state();
    const std::string_view input{reinterpret_cast<const char*>(data) + 1, size - 1};
    const std::string format(input.substr(0, input.find('\0')));
    const std::string_view bytes = input.substr(std::min(input.size(), format.size() + 1));

    library.push(format);
    if (library.call("size", 1)) promise(lua_isnumber(lua, -1), "a size is a number");
    lua_settop(lua, 0);

    library.push(format);
    library.push(format);
    library.push(bytes);
    lua_pushinteger(lua, 1 + static_cast<signed char>(data[0]));
    if (!library.call("unpack", 3)) return 0;
    const int values = lua_gettop(lua) - 2;  // the format below them, the position above
    promise(values >= 0, "a position is told");
    lua_pop(lua, 1);
    if (!library.call("pack", values + 1)) return 0;
    // A string whose length stood before it has lost that.
    if (format.find('c') != std::string::npos) return 0;
    library.push(format);
    lua_insert(lua, -2);
    promise(library.call("unpack", 2), "what has been packed can be unpacked");
    promise(lua_gettop(lua) == values + 1, "as many values come out");
    return 0;
}
