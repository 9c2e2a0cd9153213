// SPDX-License-Identifier: Apache-2.0
//
// From a parsed command to its effect: which command it is, whether it may run now, which lane and which
// locks it needs, the handler, the log. Each thread that runs commands has one Executor, made and used by
// that thread alone; it is registered with the gate for its life.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/commands/call.h"
#include "engine/commands/record.h"
#include "engine/commands/table.h"
#include "resp/request_parser.h"

namespace millpond::engine {

class Gate;
class GateFlag;
class Shard;
struct ThreadStatistics;

/// A command that owns nothing: its arguments.
using Command = std::vector<Bytes>;

class Executor {
public:
    Executor(Server& server, std::string_view thread_name);
    ~Executor();

    Server& server() { return server_; }
    GateFlag& gate_flag() { return *flag_; }

    /// Runs requests of a session until all are run or the session cannot go on (its state says why:
    /// suspended, parked, closing, detaching). Returns how many were run; a parked one was not.
    std::size_t run(Session& session, const resp::RequestBatch& batch);

    /// One record of a primary (or of a file): one command, or MULTI .. EXEC, atomically under all its
    /// locks, seeing expired keys as its primary saw them. SELECT changes `db`. `raw`, unless empty, is
    /// appended to the log unchanged inside the locks.
    struct ApplyResult {
        bool ok = true;
        std::string error;  ///< the first error reply: the replica has diverged
    };
    ApplyResult apply(int& db, std::span<const Command> record, std::string_view raw);

    // -- For the handlers of EXEC -----------------------------------------------------------------------
    /// Runs a queued command inside the running one's unit: its reply, its effects, its statistics.
    void run_nested(Call& outer, const CommandSpec& spec, std::span<const Bytes> args);

    /// The command and, where it is a subcommand, that; nullptr with the error reply written.
    const CommandSpec* resolve(std::span<const Bytes> args, resp::ReplyWriter& reply);

    /// Argument indexes of the keys; false when they cannot be told.
    static bool find_keys(const CommandSpec& spec, std::span<const Bytes> args, std::vector<std::uint32_t>& indexes);

private:
    struct Scratch;
    enum class Verdict : std::uint8_t { run, answered, park };

    bool run_one(Session& session, std::span<const Bytes> args);
    Verdict admit(Session& session, const CommandSpec& spec, std::span<const Bytes> args);
    Verdict admit_in_lane(Session& session, const CommandSpec& spec);
    bool wide(Session& session, const CommandSpec& spec, std::span<const Bytes> args);
    void execute(Session& session, const CommandSpec& spec, std::span<const Bytes> args);
    void invoke(Call& call);
    void queue(Session& session, const CommandSpec& spec, std::span<const Bytes> args);
    void collect_shards(std::span<const Bytes> args, const CommandSpec& spec);
    void touch_watchers_before(int db, std::span<const Bytes> args);
    void enter();
    void leave();
    Database::Options options(Session& session) const;

    Server& server_;
    Gate& gate_;
    std::unique_ptr<GateFlag> flag_;
    Record record_;
    std::unique_ptr<Scratch> scratch_;
    ThreadStatistics& statistics_;
    UnixMillis now_ = 0;
};

}  // namespace millpond::engine
