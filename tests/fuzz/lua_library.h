// SPDX-License-Identifier: Apache-2.0
//
// One library of the scripts in an interpreter of its own, with as much memory as a script should
// be content with; calls go as a script's go, so errors are caught.
#pragma once

#include <string_view>

#include "engine/scripting/lua.h"
#include "tests/fuzz/fuzzer.h"

namespace millpond::engine {

class LuaLibrary {
public:
    explicit LuaLibrary(lua_CFunction open) : lua_(lua_newstate(allocate, this)) {
        promise(lua_ != nullptr, "an interpreter begins");
        lua_pushcfunction(lua_, open);
        promise(lua_pcall(lua_, 0, 1, 0) == 0, "a library opens");
        lua_setglobal(lua_, kName);
        lua_settop(lua_, 0);
    }
    ~LuaLibrary() { lua_close(lua_); }
    LuaLibrary(const LuaLibrary&) = delete;
    LuaLibrary& operator=(const LuaLibrary&) = delete;

    /// Calls a function with the `arguments` on top of the stack, which its results replace. False
    /// when it raised an error, whose message is told by nobody.
    bool call(const char* function, int arguments) {
        lua_getglobal(lua_, kName);
        lua_getfield(lua_, -1, function);
        lua_remove(lua_, -2);
        promise(lua_isfunction(lua_, -1), "the library has the function");
        lua_insert(lua_, -arguments - 1);
        const int status = lua_pcall(lua_, arguments, LUA_MULTRET, 0);
        if (status == 0) return true;
        promise(lua_isstring(lua_, -1), "an error has a message");
        lua_pop(lua_, 1);
        return false;
    }

    void push(std::string_view bytes) { lua_pushlstring(lua_, bytes.data(), bytes.size()); }
    /// The string at this place; it stays there.
    std::string_view text(int index) {
        std::size_t size = 0;
        const char* bytes = lua_tolstring(lua_, index, &size);
        return {bytes, size};
    }
    /// For the next input: nothing is left on the stack, and what was is freed now and then.
    void clear() {
        lua_settop(lua_, 0);
        lua_gc(lua_, LUA_GCSTEP, 0);
    }
    lua_State* state() { return lua_; }

private:
    static constexpr const char* kName = "library";
    static constexpr std::size_t kMemoryMax = 256 << 20;

    static void* allocate(void* self, void* block, std::size_t before, std::size_t size) {
        auto& used = static_cast<LuaLibrary*>(self)->used_;
        if (size == 0) {
            std::free(block);
            used -= before;
            return nullptr;
        }
        if (size > before && used + size - before > kMemoryMax) return nullptr;
        void* grown = std::realloc(block, size);
        if (grown) used += size - before;
        return grown;
    }

    std::size_t used_ = 0;
    lua_State* lua_;
};

}  // namespace millpond::engine
