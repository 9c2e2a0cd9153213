// SPDX-License-Identifier: Apache-2.0
//
// The effects of one atomic unit (a command, an EXEC, a background removal) on their way to the
// log. It collects while the unit holds its locks and appends as one record before they are let go:
// one command as it is, several between MULTI and EXEC. Used by the one thread that runs the unit;
// reused.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "engine/keyspace/database.h"
#include "engine/log/effect_log.h"
#include "engine/observers/events.h"

namespace millpond::engine {

class Server;

/// A key for which clients may wait: its database and name.
using ReadyKey = std::pair<int, std::string>;

class Record final : public KeyspaceObserver {
public:
    explicit Record(Server& server) : server_(server), events_(server) {}

    /// Requires: the unit's locks, or the exclusive lane. `quiet` units log nothing (the applier
    /// copies its primary's bytes itself). `session` runs it; null when nobody does.
    void begin(Session* session, bool quiet = false);
    void add(int db, std::span<const Bytes> command) {
        if (logging_ && !muted_) log(db, command);
    }
    bool logging() const { return logging_; }
    /// What follows stays out of the log (or no longer): redis.set_repl.
    void mute(bool yes) { muted_ = yes; }
    /// What was collected is not appended.
    void discard() { commands_ = 0; }
    /// The running command changed something: whoever watches what it touched must know.
    void touch_watchers() {
        if (!touched_.empty()) [[unlikely]]
            touch_all();
    }
    /// It changed nothing: what it only looked at is forgotten.
    void forget_touched() { touched_.clear(); }
    /// Clients that wait for this key are to be served once the unit is over, in the order of
    /// these calls; nothing happens when nobody waits.
    void ready(int db, Bytes key);
    bool has_ready() const { return !ready_.empty(); }
    std::vector<ReadyKey> take_ready() { return std::exchange(ready_, {}); }
    /// Appends what was collected; returns the log's offset after it, 0 when there was nothing.
    LogOffset commit() {
        if (events_.any()) [[unlikely]]
            return commit_with_events();
        return commands_ == 0 || !logging_ ? 0 : append();
    }
    /// The same for a quiet unit: its bytes go to the log as they are, when it is active.
    void commit_raw(std::string_view bytes);
    /// What observers are told of the unit.
    Events& events() { return events_; }

    // What the key space tells while the unit runs.
    void before_change(int db, Entry& entry, KeyHash hash) override;
    void expired(int db, Bytes key) override;
    void evicted(int db, Bytes key) override;
    void created(int db, const Entry& entry, KeyHash hash) override;
    void missed(int db, Bytes key) override;
    void stream_leaves(int db, Bytes key, KeyHash hash) override;
    void fields_expired(int db, Bytes key, std::span<const Bytes> fields, bool key_gone) override;

private:
    void remove(int db, Bytes key, EventClass cls, std::string_view event);
    void log(int db, std::span<const Bytes> command);
    void touch_all();
    LogOffset commit_with_events();
    LogOffset append();
    void look(int db, Bytes key, ShardId shard);

    Server& server_;
    Events events_;
    bool logging_ = false;
    bool muted_ = false;
    std::uint32_t commands_ = 0;
    int first_db_ = 0;
    int last_db_ = 0;
    std::vector<std::pair<int, std::string>>
        touched_;  ///< watched keys that the command laid hands on
    std::vector<ReadyKey> ready_;
    std::string bytes_;  ///< begins with MULTI, left out when one command is all there is
};

}  // namespace millpond::engine
