// SPDX-License-Identifier: Apache-2.0
//
// A function library while its code runs for the first time and registers functions. The exclusive
// lane (or the loader, before anybody is served).
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

struct lua_State;

namespace millpond::engine {

struct FunctionLibrary;

struct LibraryFunction {
    std::string name;
    std::optional<std::string> description;
    std::uint32_t flags = 0;  ///< ScriptFlag
    int function = 0;         ///< reference in the interpreter
    const FunctionLibrary* library = nullptr;
};

struct FunctionLibrary {
    std::string name;
    std::string code;  ///< shebang included
    std::map<std::string, LibraryFunction, std::less<>> functions;
};

class LibraryLoad {
public:
    static constexpr std::int64_t kLimitMs = 500;

    /// `limited`: the code may run kLimitMs and no longer.
    LibraryLoad(FunctionLibrary& library, bool limited);

    /// redis.register_function: false with an error pushed.
    bool register_function(lua_State* lua);
    /// From time to time.
    void interrupt(lua_State* lua);

private:
    const char* read_named(lua_State* lua, LibraryFunction& function);
    const char* read_positional(lua_State* lua, LibraryFunction& function);
    const char* add(LibraryFunction function);

    FunctionLibrary& library_;
    const std::int64_t until_ms_;
};

/// Letters, digits and underscores, at least one.
bool is_function_name(std::string_view name);

}  // namespace millpond::engine
