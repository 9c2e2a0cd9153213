// SPDX-License-Identifier: Apache-2.0
//
// All there is of Lua in a server: the scripts of EVAL, the function libraries, and the one script
// that may be running. Scripts run in the exclusive lane.
#pragma once

#include <atomic>
#include <cstdint>
#include <span>
#include <string>

#include "engine/scripting/function_libraries.h"
#include "engine/scripting/running_script.h"
#include "engine/scripting/script_cache.h"

namespace millpond::engine {

class Call;
class Server;
struct ScriptScratch;

class Scripting {
public:
    explicit Scripting(Server& server);
    ~Scripting();

    ScriptCache& scripts() { return scripts_; }
    FunctionLibraries& functions() { return functions_; }
    RunningScript& running() { return running_; }

    /// DEBUG SET-DISABLE-DENY-SCRIPTS: may scripts call what is not for them? Any lane.
    bool allows_everything() const { return allows_everything_; }
    void allow_everything(bool yes) { allows_everything_ = yes; }

    /// EVAL and FCALL, once their script is found and their keys are counted.
    void run(Call& call, const ScriptCache::Script& script, bool read_only,
             std::span<const Bytes> keys, std::span<const Bytes> args);
    void run(Call& call, const LibraryFunction& function, bool read_only,
             std::span<const Bytes> keys, std::span<const Bytes> args);

private:
    Random48 random_;
    ScriptCache scripts_;
    FunctionLibraries functions_;
    RunningScript running_;
    std::atomic<bool> allows_everything_{false};
    std::unique_ptr<ScriptScratch> scratch_;
};

}  // namespace millpond::engine
