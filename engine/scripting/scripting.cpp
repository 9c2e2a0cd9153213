// SPDX-License-Identifier: Apache-2.0
#include "engine/scripting/scripting.h"

#include "engine/commands/call.h"
#include "engine/scripting/script_run.h"
#include "engine/scripting/script_scratch.h"
#include "engine/server/server.h"

namespace millpond::engine {

Scripting::Scripting(Server& server)
    : scripts_(random_), functions_(random_), scratch_(std::make_unique<ScriptScratch>(server)) {
    server.add_info("memory", [this](std::string& out) { info(out); });
}

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

void Scripting::info(std::string& out) const {
    const auto line = [&](std::string_view name, std::size_t value) {
        out.append(name).append(":").append(std::to_string(value)).append("\r\n");
    };
    const std::size_t eval = scripts_.interpreter_bytes();
    const std::size_t functions = functions_.interpreter_bytes();
    line("used_memory_vm_eval", eval);
    line("used_memory_lua", eval);
    line("used_memory_scripts_eval", scripts_.overhead_bytes());
    line("number_of_cached_scripts", scripts_.size());
    line("number_of_functions", functions_.function_count());
    line("number_of_libraries", functions_.library_count());
    line("used_memory_vm_functions", functions);
    line("used_memory_vm_total", eval + functions);
    line("used_memory_functions", functions_.overhead_bytes());
    line("used_memory_scripts", scripts_.overhead_bytes() + functions_.overhead_bytes());
}

}  // namespace millpond::engine
