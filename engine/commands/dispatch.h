// SPDX-License-Identifier: Apache-2.0
//
// From a parsed command to its effect: which command it is, whether it may run now, which lane and
// which locks it needs, the handler, the log. Each thread that runs commands has one Executor, made
// and used by that thread alone; it is registered with the gate for its life.
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
#include "engine/keyspace/hash.h"
#include "engine/server/session.h"
#include "resp/request_parser.h"

namespace millpond::engine {

class Gate;
class GateFlag;
class Waiter;
struct ThreadStatistics;
struct WatchedKey;
struct WatchMark;

/// A command that owns nothing: its arguments.
using Command = std::vector<Bytes>;

class Executor {
public:
    /// More shards than this are not locked one by one: the exclusive lane is cheaper.
    static constexpr std::size_t kShardsLockedMax = 16;
    static constexpr std::size_t kBatchCommandsMax = 64;
    static constexpr std::int64_t kBatchNsMax = 50'000;

    Executor(Server& server, std::string_view thread_name);
    ~Executor();

    Server& server() { return server_; }
    GateFlag& gate_flag() { return *flag_; }

    /// Runs requests of a session until all are run or the session cannot go on (its state says
    /// why: suspended, parked, closing, detaching). Returns how many were run; a parked one was
    /// not.
    std::size_t run(Session& session, const resp::RequestBatch& batch);
    /// A key that a command is about to ask for, and perhaps a member of it.
    struct Ahead {
        Bytes key;
        Bytes member;
    };
    /// Looks in memory for what commands of several sessions are about to ask for, all at once.
    /// Requires: the thread is in no lane; at most kBatchCommandsMax of them.
    void look_ahead(std::span<const Ahead> ahead, int db);
    /// From within run(), when its last command is done but the lane is not let go of, for
    /// another's long script: ends the batch there, and returns how many of it were run. The
    /// session may be served anew at once; run() will not touch it any more.
    std::size_t leave_batch(const Session& session);

    /// One record of a primary (or of a file): one command, or MULTI .. EXEC, atomically under all
    /// its locks, seeing expired keys as its primary saw them. SELECT changes `db`. `raw`, unless
    /// empty, is appended to the log unchanged inside the locks. Requires: the thread is in no
    /// lane.
    struct ApplyResult {
        bool ok = true;
        std::string error;                  ///< the first error reply: the replica has diverged
        const CommandSpec* last = nullptr;  ///< of the record's commands, if all are known
    };
    ApplyResult apply(int& db, std::span<const Command> record, std::string_view raw);

    // -- For handlers
    // --------------------------------------------------------------------------------
    /// EXEC: runs a queued command inside the running one's unit: its reply, its effects, its
    /// statistics.
    void run_nested(Call& outer, const CommandSpec& spec, std::span<const Bytes> args);
    /// redis.call: the same for a script's hidden session, with the reply to `out`.
    void run_scripted(Call& outer, Session& session, const CommandSpec& spec,
                      std::span<const Bytes> args, std::string& out, bool replicated);
    /// What the running unit has changed so far is not to be told to replicas: the server ends.
    void discard_effects() { record_.discard(); }
    /// WATCH. `was_expired`: the key is past its deadline already. Requires: its shard locked.
    void watch(const WatchedKey& key, const std::shared_ptr<WatchMark>& mark, bool was_expired);
    /// Forgets the session's watched keys. `locked`: their shards are locked, or this is the
    /// exclusive lane.
    void unwatch(Session& session, bool locked);
    /// The same, in no lane: what is registered for them is removed when next a lane can be had.
    void leave_watches(Session& session);

    /// What the other, of the same thread, has left to be done.
    void take_over(Executor& other);
    /// The session is about to end. False while a long script runs: then it is to be asked again.
    /// Requires: the thread is in no lane.
    bool forget(Session& session);
    /// Takes a blocked session's wait for keys back, unless it has been served meanwhile, and its
    /// reply is on its way, or a long script runs, and it is to be asked again. Requires: the
    /// thread is the session's, and in no lane.
    enum class WaitEnd : std::uint8_t { taken_back, served, busy };
    WaitEnd end_wait(Session& session);
    /// CLIENT UNBLOCK has ended its wait with an error.
    void count_unblocked(const Waiter& waiter);
    /// Serves who waits for these keys, or minds that they are gone. Requires: the thread is in no
    /// lane.
    void serve_keys(const std::vector<ReadyKey>& keys);

    /// Argument indexes of the keys; false when they cannot be told.
    static bool find_keys(const CommandSpec& spec, std::span<const Bytes> args,
                          std::vector<std::uint32_t>& indexes);
    /// The command, or the subcommand where there is one; nullptr when unknown.
    static const CommandSpec* resolve(const CommandTable& table, std::span<const Bytes> args);
    /// The same in a log, which names some commands as clients do, and some as Redis does.
    static const CommandSpec* resolve_logged(const CommandTable& table,
                                             std::span<const Bytes> args);

private:
    struct Scratch;
    enum class Step : std::uint8_t { ran, parked, exclusive };

    /// What is known of a request before its turn: its command (null: not looked up), its first
    /// key's hash, and whether it is the only key.
    struct Prepared {
        const CommandSpec* spec = nullptr;
        HashedKey first;
        bool one_key = false;
    };
    void prepare(const Session& session, const resp::RequestBatch& batch, std::size_t from);
    const CommandSpec* look_up(Bytes name);
    const CommandSpec* look_up_anew(Bytes name);
    Step run_shared(Session& session, std::span<const Bytes> args, Prepared& prepared);
    Step run_unusual(Session& session, std::span<const Bytes> args, const CommandSpec* spec,
                     Prepared& prepared);
    void run_exclusive(Session& session, std::span<const Bytes> args);
    bool answer_busy(Session& session, std::span<const Bytes> args);
    /// `spec` is what its first word names.
    const CommandSpec* identify(Session& session, std::span<const Bytes> args,
                                const CommandSpec* spec);
    /// `busy`: a long script, which is held, has the server to itself.
    bool admit(Session& session, const CommandSpec& spec, std::span<const Bytes> args, bool& parked,
               bool busy = false);
    /// Does nothing of the server's state stand in a command's way?
    bool is_calm() const;
    static bool is_plain(const Session& session);
    /// May data grow? Makes room for it where it can.
    bool has_room() const;
    void reject(Session& session, const CommandSpec* spec, std::span<const Bytes> args,
                std::string_view error);
    [[gnu::cold]] void show_refused(Session& session, const CommandSpec& spec,
                                    std::span<const Bytes> args);
    bool queues(const Session& session, const CommandSpec& spec) const;
    /// With these arguments: scripts may say themselves what they do.
    std::uint32_t flags_of(const CommandSpec& spec, std::span<const Bytes> args);
    void queue(Session& session, const CommandSpec& spec, std::span<const Bytes> args);
    /// The usual command, of one key.
    Step run_on_shard(Session& session, const CommandSpec& spec, std::span<const Bytes> args,
                      Prepared& prepared);
    bool collect_shards(const Session& session, const CommandSpec& spec,
                        std::span<const Bytes> args);
    void add_shards(const CommandSpec& spec, std::span<const Bytes> args);
    bool order_shards();
    void lock_shards();
    void unlock_shards();
    void execute(Session& session, const CommandSpec& spec, std::span<const Bytes> args,
                 const HashedKey& hashed);
    /// `outer`: the EXEC or script that runs it.
    void invoke(Call& call, const Call* outer);
    void settle_observers(Session& session, const CommandSpec* spec);
    void account_changes(Call& call);
    void note_deadlines(const Call& call);
    [[gnu::cold]] void count_errors(const Call& call, std::string_view written);

    // Blocked clients: serving.cpp. The first three require the locks of what they are asked about.
    bool meets_waiter(const CommandSpec& spec, std::span<const Bytes> args);
    bool meets_waiter(const Session& session, const CommandSpec& spec, std::span<const Bytes> args);
    bool meets_waiter(std::span<const Command> record);
    /// One relaxed load for each locked shard.
    bool waiters_near() const;
    void serve_ready();
    void serve_key(int db, Bytes key);
    void serve(Waiter& waiter, Bytes key, const Database::Options& options);
    void count_served(const Call& call, std::int64_t ns);
    bool is_exec(const CommandSpec& spec) const;

    [[gnu::cold]] void note_slow(const Call& call, std::int64_t us);
    ApplyResult apply_locked(int& db, std::span<const Command> record, std::string_view raw);

    void remove_watches(const Transaction& transaction, bool locked);
    void remove_left_watches();
    bool take_bus_unless_busy();
    void enter();
    void leave();
    /// Begins a unit of work.
    void read_clock();
    /// The time of the last command's end, told anew when it has changed.
    UnixMillis now_ms();
    [[gnu::cold]] void ask_clock();
    std::string& output(Session& session);

    Server& server_;
    Gate& gate_;
    std::unique_ptr<GateFlag> flag_;
    ThreadStatistics& statistics_;
    Record record_;
    std::unique_ptr<Scratch> scratch_;
    const double ns_per_tick_;
    bool calm_ = false;       ///< what is_calm() said when a batch entered the shared lane
    bool plain_ = false;      ///< that, and is_plain() of its session; usual commands leave it so
    bool exclusive_ = false;  ///< the running unit is in the exclusive lane
    std::size_t at_ = 0;      ///< in the batch, the command that wants the exclusive lane
    bool left_ = false;       ///< the batch, meanwhile
    std::vector<std::unique_ptr<Transaction>> left_watches_;  ///< of sessions that mind no more
    std::uint64_t last_ticks_ = 0;                            ///< the end of the last command
    UnixMillis now_ms_ = 0;                                   ///< unix time ...
    std::uint64_t asked_ticks_ = 0;                           ///< ... when the counter stood here
    std::uint64_t now_ticks_ = 0;                             ///< ... and for so long after
};

}  // namespace millpond::engine
