// SPDX-License-Identifier: Apache-2.0
//
// cjson, which is Debian's: a text that a script takes from anywhere. What could be decoded and
// encoded can be decoded again.
#include <string>

#include "tests/fuzz/lua_library.h"

extern "C" int luaopen_cjson(lua_State*);

using namespace millpond::engine;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static LuaLibrary library(luaopen_cjson);
    library.clear();
    library.push({reinterpret_cast<const char*>(data), size});
    // Sparse arrays, and numbers that JSON has not, are not encoded.
    if (!library.call("decode", 1) || !library.call("encode", 1)) return 0;
    promise(library.call("decode", 1), "what has been encoded can be decoded");
    return 0;
}
