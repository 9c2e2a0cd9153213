// SPDX-License-Identifier: Apache-2.0
//
// cmsgpack: bytes that a script takes from anywhere. What could be unpacked can be packed, and what
// has been packed comes out as it went in.
#include <string>

#include "engine/scripting/sandbox.h"
#include "tests/fuzz/lua_library.h"

using namespace millpond::engine;

namespace {

/// Unpacks all, packs all that came; the packed bytes are left on top.
bool repack(LuaLibrary& library, std::string_view bytes) {
    lua_State* lua = library.state();
    lua_settop(lua, 0);
    library.push(bytes);
    if (!library.call("unpack", 1)) return false;
    const int values = lua_gettop(lua);
    return values > 0 && library.call("pack", values);
}

void unpack_by_ones(LuaLibrary& library, std::string_view bytes) {
    constexpr int kMost = 32;  // each of them hands over all bytes
    lua_State* lua = library.state();
    lua_Integer offset = 0;
    for (int i = 0; i < kMost && offset >= 0; ++i) {
        lua_settop(lua, 0);
        library.push(bytes);
        lua_pushinteger(lua, offset);
        if (!library.call("unpack_one", 2)) return;
        const lua_Integer next = lua_tointeger(lua, 1);
        promise(next == -1 || (next >= offset && next <= static_cast<lua_Integer>(bytes.size())),
                "the offset of the rest lies in the rest");
        if (next == offset) return;  // at the end already
        offset = next;
    }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static LuaLibrary library(open_msgpack);
    library.clear();
    const std::string_view bytes{reinterpret_cast<const char*>(data), size};
    unpack_by_ones(library, bytes);
    if (!repack(library, bytes)) return 0;
    const std::string once(library.text(-1));
    // What lies too deep has become nil, and a nil in a table makes another table of it.
    constexpr char kNil = '\xc0';
    if (once.find(kNil) != std::string::npos) return 0;
    promise(repack(library, once), "what has been packed can be unpacked");
    promise(library.text(-1).size() == once.size(), "packed again it is as long");
    return 0;
}
