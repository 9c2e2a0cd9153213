// SPDX-License-Identifier: Apache-2.0
//
// One run of a script or function, from EVAL or FCALL to its reply: its commands, its time, its
// limits. It lives for the run, in the exclusive lane.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/scripting/interpreter.h"
#include "engine/scripting/running_script.h"
#include "engine/types/object.h"

namespace millpond::engine {

class Call;
struct CommandSpec;
class Session;

/// What outlives runs, so that a run allocates nothing: a hidden session and buffers.
struct ScriptScratch;

class ScriptRun {
public:
    struct What {
        RunningScript::Kind kind;
        std::string_view name;  ///< the SHA1 or the function's name
        int function;           ///< reference into the interpreter's registry
        std::uint32_t flags;    ///< ScriptFlag
        bool read_only;         ///< EVAL_RO and its like
        std::span<const Bytes> keys, args;
    };

    ScriptRun(Call& call, Interpreter& interpreter, RunningScript& running, ScriptScratch& scratch,
              const What& what);

    /// Runs it and writes the reply.
    void run();

    // -- From Lua ------------------------------------------------------------------------------
    /// redis.call and redis.pcall: pushes the reply; true when that is an error.
    bool command(lua_State* lua);
    /// redis.acl_check_cmd: pushes the answer, or an error (true).
    bool check_command(lua_State* lua);
    void set_resp3(bool yes);
    void set_replicated(bool yes) { replicated_ = yes; }
    /// From time to time.
    void interrupt(lua_State* lua);

private:
    bool refuse_run();
    bool collect_arguments(lua_State* lua);
    bool refuse(lua_State* lua, const char* error);
    std::string refusal(const CommandSpec* spec);
    std::string write_refusal() const;
    void set_global(const char* name, std::span<const Bytes> values);
    void write_error();
    void become_busy();

    Call& call_;
    Interpreter& interpreter_;
    RunningScript& running_;
    ScriptScratch& scratch_;
    const What& what_;
    bool read_only_;
    bool no_room_ = false;  ///< memory was at its limit when the script began
    bool replicated_ = true;
    bool busy_ = false;
    std::uint64_t started_;  ///< ticks
};

}  // namespace millpond::engine
