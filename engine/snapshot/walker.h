// SPDX-License-Identifier: Apache-2.0
//
// A snapshot without fork. The cut is taken in the exclusive lane; from then on one background
// thread walks all shards, piece by piece in the shared lane, while writers, told by before_change,
// save an entry that the walk has not passed before they change it. A big collection is written in
// pieces, too: whoever is about to change it meanwhile writes the rest of it first. What was
// created since the cut carries the walk's epoch and is passed over. So the output is the data as
// it was at the cut, in no particular order.
//
// One walk at a time. cut() in the exclusive lane, then walk() on one thread; before_change() on
// any thread, under the entry's shard lock; abort() on any thread.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "engine/keyspace/database.h"
#include "engine/lanes/gate.h"
#include "engine/snapshot/entry_writer.h"

namespace millpond::engine {

class Shard;

/// Takes the bytes of one snapshot, in order, on the walking thread and outside all locks.
class SnapshotSink {
public:
    virtual ~SnapshotSink() = default;
    /// False gives the walk up; the sink knows why.
    virtual bool write(Bytes bytes) = 0;
    /// The reason of the last failed write.
    virtual std::string error() const = 0;
};

class SnapshotWalker final : public KeyspaceObserver {
public:
    using SetHook = std::function<void(KeyspaceObserver*)>;

    /// `set_hook` makes dispatch tell an observer of changes, or nobody (nullptr).
    SnapshotWalker(Keyspace& keyspace, Gate& gate, SetHook set_hook);
    /// How many microseconds to wait behind each key: for tests. Constant from the first cut on.
    void set_key_delay(std::function<std::int64_t()> us) { key_delay_us_ = std::move(us); }

    /// Requires: the exclusive lane; no walk under way.
    void cut(const SnapshotOptions& options);
    /// Walks what was cut; empty when all of it has gone to the sink, else why not. Writes the
    /// keys: what stands before and behind them is the caller's. Requires: outside the lanes.
    std::string walk(GateFlag& flag, SnapshotSink& sink);
    /// The tables are about to be emptied or exchanged: what is left of the cut cannot be had any
    /// more.
    void abort(std::string why);

    /// Keys at the cut, and how many of them have been written; 0 when nothing is being walked. Any
    /// thread.
    struct Progress {
        std::uint64_t total, processed;
    };
    Progress progress() const { return {total_.load(), processed_.load()}; }

    void before_change(int db, Entry& entry, KeyHash hash) override;
    void expired(int, Bytes) override {}
    void evicted(int, Bytes) override {}

private:
    bool walk_shard(GateFlag& flag, SnapshotSink& sink, int db, int shard);
    void save(int db, Entry& entry);
    // Big collections; all of them require their shard locked.
    bool write_big(GateFlag& flag, SnapshotSink& sink, int db, Shard& shard);
    bool write_piece(int db);
    bool take_big(int db, Entry& entry);
    void forget_big();
    bool deliver(SnapshotSink& sink);
    bool deliver(SnapshotSink& sink, const SnapshotChunk& chunk);
    void fail(std::string why);
    bool failed() const { return failed_.load(std::memory_order_relaxed); }

    Keyspace& keyspace_;
    Gate& gate_;
    SetHook set_hook_;
    std::function<std::int64_t()> key_delay_us_;
    SnapshotOptions options_;
    std::uint8_t epoch_ = 0;
    std::unique_ptr<EntryWriter> writer_;  ///< of the walking thread
    int writer_db_ = -1;

    std::atomic<std::uint64_t> total_{0}, processed_{0};
    std::atomic<bool> failed_{false};
    std::mutex mutex_;
    SnapshotChunk saved_;  ///< by writers, since the last piece; begins with its database
    int saved_db_ = -1;
    std::string error_;

    // Big collections of the shard that is being walked, and where the first of them is.
    std::vector<Entry*> big_;                ///< not all written; under the mutex
    std::atomic<std::size_t> big_count_{0};  ///< of them
    Entry* begun_ = nullptr;                 ///< under its shard's lock, as what follows
    bool writing_ = false;  ///< one has been begun; without begun_ its rest is in rest_
    WritingPlace place_;
    SnapshotChunk rest_;
};

}  // namespace millpond::engine
