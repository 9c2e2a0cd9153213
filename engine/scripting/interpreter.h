// SPDX-License-Identifier: Apache-2.0
//
// One Lua interpreter with its memory counted. The exclusive lane only, but for used_bytes(), which
// anybody may ask. EVAL's scripts have one, all function libraries share another.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

struct lua_State;  // Lua's headers stay within this folder

namespace millpond::engine {

class LibraryLoad;
class ScriptRun;
using LuaFunction = int (*)(lua_State*);

/// The 48-bit linear congruential generator of POSIX (drand48), which Redis's math.random uses: the
/// same numbers everywhere for the same seed.
class Random48 {
public:
    void seed(std::int32_t seed) {
        state_ = static_cast<std::uint64_t>(static_cast<std::uint32_t>(seed)) << 16 | 0x330e;
    }
    /// 31 bits.
    std::int32_t next() {
        state_ = (state_ * 0x5deece66dULL + 0xb) & 0xffffffffffffULL;
        return static_cast<std::int32_t>(state_ >> 17);
    }

private:
    std::uint64_t state_ = 0x1234abcd330eULL;
};

class Interpreter {
public:
    /// `random` is shared with other interpreters and outlives this one.
    explicit Interpreter(Random48& random);
    ~Interpreter();
    Interpreter(const Interpreter&) = delete;
    Interpreter& operator=(const Interpreter&) = delete;

    lua_State* lua() const { return lua_; }
    std::size_t used_bytes() const { return used_.load(std::memory_order_relaxed); }

    /// The one that a Lua function, in whatever coroutine, runs in.
    static Interpreter& of(lua_State* lua);

    Random48& random;
    ScriptRun* run = nullptr;     ///< what redis.call and its like belong to; null outside a script
    LibraryLoad* load = nullptr;  ///< FUNCTION LOAD under way

    /// The library's own functions that the sandbox's stand before.
    struct Stock {
        LuaFunction next, rawget, rawset, getmetatable, setmetatable, load, loadstring, insert,
            foreach;
    } stock{};

private:
    static void* allocate(void* self, void* block, std::size_t old_size, std::size_t size);

    std::atomic<std::size_t> used_{0};
    lua_State* lua_;
};

}  // namespace millpond::engine
