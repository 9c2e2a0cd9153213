// SPDX-License-Identifier: Apache-2.0
#include "engine/scripting/script_cache.h"
#include "engine/scripting/lua.h"

#include <algorithm>
#include <array>
#include <cassert>

#include "engine/scripting/flags.h"
#include "engine/scripting/hook.h"
#include "engine/scripting/redis_api.h"
#include "engine/scripting/sandbox.h"
#include "engine/scripting/sha1.h"

namespace millpond::engine {

ScriptCache::ScriptCache(Random48& random) : random_(random) {
    open();
}

ScriptCache::~ScriptCache() = default;

void ScriptCache::open() {
    interpreter_ = std::make_unique<Interpreter>(random_);
    lua_State* lua = interpreter_->lua();
    sandbox::open_libraries(*interpreter_);
    redis_api::push(lua, true);
    lua_setglobal(lua, "redis");
    lua_pushcfunction(lua, sandbox::error_handler);
    lua_setglobal(lua, "__redis__err__handler");
    sandbox::close(lua);
    const int globals = luaL_ref(lua, LUA_REGISTRYINDEX);
    assert(globals == kRealGlobals);
    static_cast<void>(globals);
    lua_settop(lua, 0);
    lua_pushcfunction(lua, sandbox::error_handler);
    set_hook(lua);
}

const ScriptCache::Script* ScriptCache::get(std::string_view body, std::string& error) {
    if (const auto known = by_body_.find(body); known != by_body_.end()) return known->second.get();
    const Shebang shebang = read_shebang(body);
    if (!shebang.error.empty()) {
        error = "ERR " + shebang.error;
        return nullptr;
    }
    lua_State* lua = interpreter_->lua();
    const std::string_view code = body.substr(shebang.size);
    // Source that begins as bytecode does is source all the same.
    std::string guarded;
    if (code.starts_with(LUA_SIGNATURE[0])) guarded = " " + std::string(code);
    const std::string_view text = guarded.empty() ? code : std::string_view(guarded);
    if (luaL_loadbuffer(lua, text.data(), text.size(), "@user_script") != 0) {
        error = std::string("ERR Error compiling script (new function): ") + lua_tostring(lua, -1);
        lua_pop(lua, 1);
        return nullptr;
    }
    const Sha1Hex sha = sha1_hex(body);
    auto script = std::make_unique<Script>(Script{{sha.data(), sha.size()},
                                                  std::string(body),
                                                  shebang.flags,
                                                  luaL_ref(lua, LUA_REGISTRYINDEX)});
    const Script* made = script.get();
    by_sha_.emplace(made->sha, made);
    by_body_.emplace(made->body, std::move(script));
    size_.fetch_add(1, std::memory_order_relaxed);
    overhead_.fetch_add(sizeof(Script) + made->sha.capacity() + made->body.capacity(),
                        std::memory_order_relaxed);
    return made;
}

const ScriptCache::Script* ScriptCache::find(std::string_view sha) const {
    std::array<char, std::tuple_size_v<Sha1Hex>> lower;
    if (sha.size() != lower.size()) return nullptr;
    std::ranges::transform(sha, lower.begin(), [](char c) {
        return static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
    });
    const auto found = by_sha_.find({lower.data(), lower.size()});
    return found == by_sha_.end() ? nullptr : found->second;
}

std::shared_ptr<void> ScriptCache::flush() {
    struct Old {
        std::unique_ptr<Interpreter> interpreter;
        std::unordered_map<std::string_view, std::unique_ptr<Script>> scripts;
    };
    auto old = std::make_shared<Old>();
    old->interpreter = std::move(interpreter_);
    old->scripts.swap(by_body_);
    by_sha_.clear();
    size_.store(0, std::memory_order_relaxed);
    overhead_.store(0, std::memory_order_relaxed);
    open();
    return old;
}

}  // namespace millpond::engine
