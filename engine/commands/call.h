// SPDX-License-Identifier: Apache-2.0
//
// One command being run: what a handler gets. It is made by dispatch on the thread that parsed the
// command, with the shards of its keys locked (or in the exclusive lane). A handler validates,
// changes the database, writes exactly one reply, and says what it changed; dispatch does the rest
// (log, dirty counter, statistics). Arguments are views that live as long as the call.
#pragma once

#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

#include "engine/keyspace/database.h"
#include "resp/reply_writer.h"

namespace millpond::engine {

struct CommandSpec;
class Executor;
class Record;
class Session;
class Server;
class SharedBuffer;

/// Keyspace notification classes, Redis's letters.
enum class EventClass : char {
    generic = 'g',
    string = '$',
    list = 'l',
    set = 's',
    hash = 'h',
    sorted_set = 'z',
    expired = 'x',
    evicted = 'e',
    stream = 't',
    key_miss = 'm',
    new_key = 'n'
};

class Call {
public:
    std::span<const Bytes> args() const { return args_; }
    std::size_t argc() const { return args_.size(); }
    Bytes arg(std::size_t index) const {
        return args_[index];
    }  ///< arg(0) is the command's name as sent
    const CommandSpec& spec() const { return *spec_; }

    resp::ReplyWriter& reply() { return reply_; }
    /// A big string as a bulk reply, without copying it: the output holds a reference.
    void reply_shared(SharedBuffer& buffer);
    /// Is the reply over the client's hard limit already, so that it is never sent? Then the rest
    /// of it need not be written; for replies whose length the client chooses.
    bool is_cut_off();
    Database& db() { return db_; }
    Database db(int index);  ///< another database, same moment (COPY ... DB, MOVE)
    UnixMillis now() const { return db_.now(); }  ///< frozen for the command, EXEC or script
    Session& session() { return *session_; }
    Server& server() { return *server_; }
    bool applying() const {
        return applying_;
    }  ///< run by the replica applier or the loader: no client is there
    /// Run by another command (EXEC, a script), whose reply it writes into.
    bool nested() const { return nested_; }
    /// May this command block its client? Not inside EXEC or a script, and not when applied.
    bool may_block() const { return !nested_ && !applying_; }
    /// The thread's own running of commands: what EXEC, WAIT and SHUTDOWN need.
    Executor& executor() { return *executor_; }

    /// This command changed `n` things. With n > 0 in all, its effect goes to the log: the command
    /// as it was sent, unless effect() was called, which replaces it (several calls, several
    /// commands).
    void changed(std::size_t n = 1) { changed_ += n; }
    void effect(std::initializer_list<Bytes> command);
    void effect(std::span<const Bytes> command);
    /// The command as it was sent never goes to the log: its effects, if any, are all there is.
    void effects_only() { rewritten_ = true; }
    /// It goes to the log, though it may have changed nothing.
    void log_in_any_case() { logged_in_any_case_ = true; }
    /// It changed nothing, but whoever watches or caches what it laid hands on is told as if it
    /// had.
    void touched() { touched_ = true; }
    /// What this command changed is nothing that WATCH minds: Redis leaves groups of streams out.
    void unwatched() { unwatched_ = true; }

    /// What observers are told of the unit that this is part of.
    Record& record() { return *record_; }
    /// There may be something for clients that wait for this key, which was there before; for a
    /// new key, or a stream that goes, nobody need say so. They are served behind the whole unit.
    void ready(Bytes key);
    /// The same for all keys of a database that are there: what SWAPDB has brought.
    void ready_all(int db);
    /// The same for the streams of a database (-1: of all) that is about to be flushed, or to be
    /// swapped with `successor`.
    void streams_leave(int db, int successor = -1);
    /// All keys of a database (-1: of all) are about to go: tells who watches them, keeps copies of
    /// them, waits for them, or writes them down. Requires: the exclusive lane.
    void before_flush(int db);

    /// A keyspace event, sent in the order of the writes.
    void notify(EventClass cls, std::string_view event, Bytes key) {
        if (notifies_) [[unlikely]]
            notify(cls, event, key, db_.index());
    }
    /// The same for a key of another database.
    void notify(EventClass cls, std::string_view event, Bytes key, int db);

    // The errors that everybody writes; each writes the reply, and returns false for `return`
    // chains.
    bool wrong_type();
    bool syntax_error();
    bool not_an_integer();
    bool not_a_float();
    bool error(std::string_view message);  ///< with its own first word: "ERR ...", "NOSCRIPT ..."

    // Arguments as numbers, Redis's exact grammar; on failure the error reply has been written.
    bool integer(std::size_t index, std::int64_t& out);
    bool real(std::size_t index, double& out);

private:
    friend class Executor;
    Call(Executor& executor, const CommandSpec& spec, std::span<const Bytes> args, Session& session,
         Server& server, Record& record, std::string& out, const Database::Options& options);

    std::span<const Bytes> args_;
    const CommandSpec* spec_;
    resp::ReplyWriter reply_;
    Executor* executor_;
    Session* session_;
    Server* server_;
    Record* record_;
    Database db_;
    std::size_t changed_ = 0;
    bool rewritten_ = false;
    bool logged_in_any_case_ = false;
    bool nested_ = false;
    bool unwatched_ = false;
    bool touched_ = false;
    bool applying_;
    bool notifies_;  ///< any event is anything to anybody
};

}  // namespace millpond::engine
