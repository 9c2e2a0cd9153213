// SPDX-License-Identifier: Apache-2.0
#include "engine/snapshot/walker.h"

#include "engine/keyspace/keyspace.h"

namespace millpond::engine {

namespace {

constexpr std::size_t piece_entries = 256;
constexpr std::size_t piece_bytes = 128 << 10;

}  // namespace

SnapshotWalker::SnapshotWalker(Keyspace& keyspace, Gate& gate, SetHook set_hook)
    : keyspace_(keyspace), gate_(gate), set_hook_(std::move(set_hook)) {}

void SnapshotWalker::cut(const SnapshotOptions& options) {
    options_ = options;
    writer_ = EntryWriter::make(options);
    writer_db_ = -1;
    {
        std::lock_guard lock(mutex_);
        saved_ = {};
        saved_db_ = -1;
        error_.clear();
    }
    failed_.store(false);
    epoch_ = keyspace_.begin_walk();
    set_hook_(this);
}

void SnapshotWalker::fail(std::string why) {
    std::lock_guard lock(mutex_);
    if (error_.empty()) error_ = std::move(why);
    failed_.store(true);
}

void SnapshotWalker::abort(std::string why) {
    fail(std::move(why));
}

void SnapshotWalker::before_change(int db, Entry& entry, KeyHash) {
    if (entry.walk_mark() == epoch_) return;
    entry.set_walk_mark(epoch_);
    if (failed()) return;
    const auto writer = EntryWriter::make(options_);
    writer->entry(entry);
    std::lock_guard lock(mutex_);
    if (saved_db_ != db) {
        const auto select = EntryWriter::make(options_);
        select->select_db(db);
        saved_.append(std::move(select->chunk()));
        saved_db_ = db;
    }
    saved_.append(std::move(writer->chunk()));
}

bool SnapshotWalker::deliver(SnapshotSink& sink, SnapshotChunk chunk) {
    if (failed()) return false;
    if (chunk.for_each([&](Bytes bytes) { return sink.write(bytes); })) return true;
    fail(sink.error());
    return false;
}

/// What was walked, and what writers have saved meanwhile.
bool SnapshotWalker::deliver(SnapshotSink& sink) {
    SnapshotChunk walked = std::exchange(writer_->chunk(), {});
    writer_db_ = -1;
    SnapshotChunk saved;
    {
        std::lock_guard lock(mutex_);
        std::swap(saved, saved_);
        saved_db_ = -1;
    }
    return deliver(sink, std::move(walked)) && deliver(sink, std::move(saved));
}

bool SnapshotWalker::walk_shard(GateFlag& flag, SnapshotSink& sink, int db, int index) {
    Shard& shard = keyspace_.shard(index);
    WalkCursor cursor;
    const bool passing = failed();  // only to leave no stale mark behind
    while (!cursor.done) {
        {
            SharedLane lane(gate_, flag);
            while (!cursor.done && writer_->chunk().bytes.size() < piece_bytes && !gate_.wanted()) {
                shard.lock();
                shard.walk(db, cursor, piece_entries, epoch_, [&](Entry& entry) {
                    if (passing) return;
                    if (writer_db_ != db) writer_->select_db(db);
                    writer_db_ = db;
                    writer_->entry(entry);
                });
                shard.unlock();
            }
        }
        if (writer_->chunk().bytes.size() >= piece_bytes && !deliver(sink)) return false;
    }
    return true;
}

std::string SnapshotWalker::walk(GateFlag& flag, SnapshotSink& sink) {
    for (int db = 0; db < Keyspace::kDatabases; ++db) {
        for (int shard = 0; shard < Keyspace::kShards; ++shard) {
            // A table that is made after the cut holds nothing from before it.
            if (keyspace_.shard(shard).table(db)) {
                if (!walk_shard(flag, sink, db, shard)) walk_shard(flag, sink, db, shard);
            }
        }
    }
    gate_.run_exclusive(flag, "snapshot", [this] { set_hook_(nullptr); });
    deliver(sink);
    std::lock_guard lock(mutex_);
    saved_ = {};
    return error_;
}

}  // namespace millpond::engine
