// SPDX-License-Identifier: Apache-2.0
#include "engine/scripting/interpreter.h"
#include "engine/scripting/lua.h"

#include <mimalloc.h>

#include <new>

#include "engine/memory/account.h"

namespace millpond::engine {

void* Interpreter::allocate(void* self, void* block, std::size_t old_size, std::size_t size) {
    auto& interpreter = *static_cast<Interpreter*>(self);
    interpreter.used_.store(interpreter.used_.load(std::memory_order_relaxed) + size - old_size,
                            std::memory_order_relaxed);
    account_memory(static_cast<std::int64_t>(size) - static_cast<std::int64_t>(old_size));
    if (size == 0) {
        mi_free(block);
        return nullptr;
    }
    return mi_realloc(block, size);
}

Interpreter::Interpreter(Random48& generator)
    : random(generator), lua_(lua_newstate(allocate, this)) {
    if (!lua_) throw std::bad_alloc();
}

Interpreter::~Interpreter() {
    lua_close(lua_);
}

Interpreter& Interpreter::of(lua_State* lua) {
    void* self = nullptr;
    lua_getallocf(lua, &self);
    return *static_cast<Interpreter*>(self);
}

}  // namespace millpond::engine
