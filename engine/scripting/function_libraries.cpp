// SPDX-License-Identifier: Apache-2.0
#include "engine/scripting/function_libraries.h"
#include "engine/scripting/lua.h"

#include <cassert>

#include "engine/commands/numbers.h"
#include "engine/scripting/flags.h"
#include "engine/scripting/hook.h"
#include "engine/scripting/redis_api.h"
#include "engine/scripting/sandbox.h"
#include "resp/words.h"

namespace millpond::engine {

namespace {

/// What the first line of a library says.
struct Metadata {
    std::string engine, name;
    std::size_t shebang_size = 0;
};

bool read_metadata(std::string_view code, Metadata& metadata, std::string& error) {
    const auto fail = [&](std::string text) {
        error = std::move(text);
        return false;
    };
    if (!code.starts_with("#!")) return fail("Missing library metadata");
    metadata.shebang_size = code.find('\n');
    if (metadata.shebang_size == std::string_view::npos) return fail("Invalid library metadata");
    const auto words = resp::split_words(code.substr(0, metadata.shebang_size));
    if (!words || words->empty()) return fail("Invalid library metadata");
    metadata.engine = words->front().substr(2);
    bool named = false;
    for (std::size_t i = 1; i < words->size(); ++i) {
        const std::string& word = (*words)[i];
        if (!is_word(std::string_view(word).substr(0, 5), "name="))
            return fail("Invalid metadata value given: " + word);
        if (named) return fail("Invalid metadata value, name argument was given multiple times");
        named = true;
        metadata.name = word.substr(5);
    }
    return named || fail("Library name was not given");
}

std::string lower(std::string_view text) {
    std::string out(text);
    for (char& c : out) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
    return out;
}

std::string error_text(lua_State* lua) {
    std::string text;
    if (lua_istable(lua, -1)) {
        lua_pushliteral(lua, "err");
        lua_rawget(lua, -2);
        if (lua_isstring(lua, -1)) text = lua_tostring(lua, -1);
        lua_pop(lua, 1);
    } else if (lua_isstring(lua, -1)) {
        text = std::string("ERR ") + lua_tostring(lua, -1);
    }
    return text;
}

}  // namespace

FunctionLibraries::FunctionLibraries(Random48& random)
    : interpreter_(std::make_unique<Interpreter>(random)) {
    open();
}

FunctionLibraries::~FunctionLibraries() = default;

/// Globals are one of two sets, by the metatable of the one empty table that functions have as
/// theirs: the usual ones, or, while a library is loaded, `redis` alone.
void FunctionLibraries::open() {
    lua_State* lua = interpreter_->lua();
    sandbox::open_libraries(*interpreter_);
    redis_api::push(lua, false);
    lua_setglobal(lua, "redis");
    sandbox::close(lua);
    const int globals = luaL_ref(lua, LUA_REGISTRYINDEX);
    assert(globals == kRealGlobals);
    static_cast<void>(globals);
    lua_newtable(lua);
    redis_api::push_for_load(lua);
    sandbox::refuse_unknown(lua);
    sandbox::protect(lua);
    lua_setfield(lua, -2, "redis");
    sandbox::refuse_unknown(lua);
    load_globals_ = luaL_ref(lua, LUA_REGISTRYINDEX);
    lua_newtable(lua);  // the globals that functions are compiled with
    sandbox::protect(lua);
    lua_replace(lua, LUA_GLOBALSINDEX);
    use_globals(kRealGlobals);
    lua_settop(lua, 0);
    lua_pushcfunction(lua, sandbox::error_handler);
    set_hook(lua);
}

void FunctionLibraries::use_globals(int reference) {
    lua_State* lua = interpreter_->lua();
    lua_getmetatable(lua, LUA_GLOBALSINDEX);
    lua_rawgeti(lua, LUA_REGISTRYINDEX, reference);
    lua_setfield(lua, -2, "__index");
    lua_pop(lua, 1);
}

const LibraryFunction* FunctionLibraries::find(std::string_view function) const {
    const auto found = functions_.find(lower(function));
    return found == functions_.end() ? nullptr : found->second;
}

// -- Making a library
// ------------------------------------------------------------------------------------------

bool FunctionLibraries::run(FunctionLibrary& library, std::string_view body, bool limited,
                            std::string& error) {
    lua_State* lua = interpreter_->lua();
    if (luaL_loadbuffer(lua, body.data(), body.size(), "@user_function") != 0) {
        error = std::string("Error compiling function: ") + lua_tostring(lua, -1);
        lua_pop(lua, 1);
        return false;
    }
    LibraryLoad load(library, limited);
    interpreter_->load = &load;
    use_globals(load_globals_);
    const bool ok = lua_pcall(lua, 0, 0, 0) == 0;
    use_globals(kRealGlobals);
    interpreter_->load = nullptr;
    set_hook(lua);
    if (ok) return true;
    error = "Error registering functions: " + error_text(lua);
    lua_pop(lua, 1);
    return false;
}

std::unique_ptr<FunctionLibrary> FunctionLibraries::make(std::string_view code, bool limited,
                                                         const Libraries& existing, bool replace,
                                                         std::string& error) {
    Metadata metadata;
    if (!read_metadata(code, metadata, error)) return nullptr;
    const auto fail = [&](std::string text) {
        error = std::move(text);
        return nullptr;
    };
    if (!is_function_name(metadata.name)) {
        return fail(
            "Library names can only contain letters, numbers, or underscores(_) and must be at "
            "least one character long");
    }
    if (!is_word(metadata.engine, "lua")) return fail("Engine '" + metadata.engine + "' not found");
    if (!replace && existing.contains(metadata.name))
        return fail("Library '" + metadata.name + "' already exists");
    auto library = std::make_unique<FunctionLibrary>();
    library->name = metadata.name;
    library->code = code;
    if (!run(*library, code.substr(metadata.shebang_size), limited, error)) {
        release(*library);
        return nullptr;
    }
    if (library->functions.empty()) return fail("No functions registered");
    return library;
}

void FunctionLibraries::release(FunctionLibrary& library) {
    for (auto& [name, function] : library.functions)
        luaL_unref(interpreter_->lua(), LUA_REGISTRYINDEX, function.function);
}

/// Requires: no two of `made` have a function in common. Takes them over, or leaves all as it was.
bool FunctionLibraries::join(Libraries& made, bool replace, std::string& error) {
    for (const auto& [name, library] : made) {
        if (!replace && libraries_.contains(name)) {
            error = "Library " + name + " already exists";
            return false;
        }
        for (const auto& [function, _] : library->functions) {
            const LibraryFunction* other = find(function);
            if (other && !made.contains(other->library->name)) {
                error = "Function " + function + " already exists";
                return false;
            }
        }
    }
    for (auto& [name, library] : made) {
        std::unique_ptr<FunctionLibrary>& place = libraries_[name];
        if (place) release(*place);
        place = std::move(library);
    }
    index();
    return true;
}

void FunctionLibraries::index() {
    functions_.clear();
    std::size_t bytes = 0;
    for (const auto& [name, library] : libraries_) {
        bytes += sizeof(FunctionLibrary) + library->code.capacity();
        for (const auto& [function, made] : library->functions) {
            functions_.emplace(lower(function), &made);
            bytes += sizeof(LibraryFunction) + made.name.capacity();
        }
    }
    library_count_.store(libraries_.size(), std::memory_order_relaxed);
    function_count_.store(functions_.size(), std::memory_order_relaxed);
    overhead_.store(bytes, std::memory_order_relaxed);
}

// -- FUNCTION
// ----------------------------------------------------------------------------------------------

std::string FunctionLibraries::load(std::string_view code, bool replace, bool limited,
                                    std::string& error) {
    auto library = make(code, limited, libraries_, replace, error);
    if (!library) return {};
    std::string name = library->name;
    Libraries made;
    made.emplace(name, std::move(library));
    if (join(made, true, error)) return name;
    release(*made.begin()->second);
    return {};
}

bool FunctionLibraries::remove(std::string_view library) {
    const auto found = libraries_.find(library);
    if (found == libraries_.end()) return false;
    release(*found->second);
    libraries_.erase(found);
    index();
    return true;
}

void FunctionLibraries::flush() {
    for (auto& [name, library] : libraries_) release(*library);
    libraries_.clear();
    index();
}

bool FunctionLibraries::restore(const std::vector<std::string>& codes, Policy policy,
                                std::string& error) {
    Libraries made;
    std::unordered_map<std::string, bool> functions;
    const auto fail = [&](std::string text) {
        error = std::move(text);
        for (auto& [name, library] : made) {
            if (library) release(*library);
        }
        return false;
    };
    for (const std::string& code : codes) {
        std::string why;
        auto library = make(code, false, made, false, why);
        if (!library) return fail(std::move(why));
        for (const auto& [function, _] : library->functions) {
            if (functions.emplace(lower(function), true).second) continue;
            release(*library);
            return fail("Function " + function + " already exists");
        }
        std::string name = library->name;
        made.emplace(std::move(name), std::move(library));
    }
    if (policy == Policy::flush) flush();
    std::string why;
    return join(made, policy == Policy::replace, why) || fail(std::move(why));
}

std::vector<std::string> FunctionLibraries::codes() const {
    std::vector<std::string> codes;
    for (const auto& [name, library] : libraries_) codes.push_back(library->code);
    return codes;
}

}  // namespace millpond::engine
