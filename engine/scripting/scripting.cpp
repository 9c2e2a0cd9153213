// SPDX-License-Identifier: Apache-2.0
#include "engine/scripting/scripting.h"

#include "engine/commands/call.h"
#include "engine/scripting/script_run.h"
#include "engine/scripting/script_scratch.h"
#include "engine/server/server.h"

namespace millpond::engine {

Scripting::Scripting(Server& server)
    : scripts_(random_), functions_(random_), scratch_(std::make_unique<ScriptScratch>(server)) {}

Scripting::~Scripting() = default;

void Scripting::run(Call& call, const ScriptCache::Script& script, bool read_only,
                    std::span<const Bytes> keys, std::span<const Bytes> args) {
    const ScriptRun::What what{.kind = RunningScript::Kind::eval,
                               .name = script.sha,
                               .function = script.function,
                               .flags = script.flags,
                               .read_only = read_only,
                               .keys = keys,
                               .args = args};
    ScriptRun(call, scripts_.interpreter(), running_, *scratch_, what).run();
}

void Scripting::run(Call& call, const LibraryFunction& function, bool read_only,
                    std::span<const Bytes> keys, std::span<const Bytes> args) {
    const ScriptRun::What what{.kind = RunningScript::Kind::function,
                               .name = function.name,
                               .function = function.function,
                               .flags = function.flags,
                               .read_only = read_only,
                               .keys = keys,
                               .args = args};
    ScriptRun(call, functions_.interpreter(), running_, *scratch_, what).run();
}

}  // namespace millpond::engine
