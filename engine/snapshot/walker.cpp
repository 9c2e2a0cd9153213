// SPDX-License-Identifier: Apache-2.0
#include "engine/snapshot/walker.h"

#include "engine/keyspace/keyspace.h"
#include "engine/server/debug_delay.h"

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
    std::uint64_t keys = 0;
    for (int db = 0; db < Keyspace::kDatabases; ++db) keys += keyspace_.size(db);
    processed_.store(0);
    total_.store(keys);
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
    if (big_count_.load(std::memory_order_relaxed) > 0 && take_big(db, entry)) return;
    if (entry.walk_mark() == epoch_) return;
    entry.set_walk_mark(epoch_);
    if (!failed()) save(db, entry);
}

void SnapshotWalker::save(int db, Entry& entry) {
    const auto writer = EntryWriter::make(options_);
    writer->entry(entry);
    processed_.fetch_add(1, std::memory_order_relaxed);
    std::lock_guard lock(mutex_);
    if (saved_db_ != db) {
        const auto select = EntryWriter::make(options_);
        select->select_db(db);
        saved_.append(std::move(select->chunk()));
        saved_db_ = db;
    }
    saved_.append(std::move(writer->chunk()));
}

bool SnapshotWalker::deliver(SnapshotSink& sink, const SnapshotChunk& chunk) {
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
    return deliver(sink, walked) && deliver(sink, saved);
}

// -- Big collections
// -----------------------------------------------------------------------------------------

/// Writes those of a shard that the walk has come upon. False: it has failed.
bool SnapshotWalker::write_big(GateFlag& flag, SnapshotSink& sink, int db, Shard& shard) {
    for (bool more = true; more;) {
        {
            SharedLane lane(gate_, flag);
            const std::lock_guard lock(shard);
            if (failed()) {  // what was big may be gone
                forget_big();
                return false;
            }
            more = write_piece(db);
        }
        // What writers save goes behind the whole of it.
        if (!deliver(sink, std::exchange(writer_->chunk(), {}))) more = true;
    }
    return true;
}

/// False when there is nothing more of any.
bool SnapshotWalker::write_piece(int db) {
    if (!writing_) {
        const std::lock_guard lock(mutex_);
        if (big_.empty()) return false;
        begun_ = big_.back();
        writing_ = true;
        place_ = {};
        writer_->select_db(db);
        writer_->begin_big(*begun_);
    }
    if (begun_ == nullptr) {
        writer_->chunk().append(std::move(rest_));
        writing_ = false;
        return true;
    }
    writer_->big_piece(*begun_, place_);
    if (!place_.done) return true;
    writer_->end_big(*begun_);
    const std::lock_guard lock(mutex_);
    std::erase(big_, std::exchange(begun_, nullptr));
    big_count_.store(big_.size(), std::memory_order_relaxed);
    writing_ = false;
    return true;
}

/// A writer is about to change the entry: if it is a big one that is not all written, its rest is
/// written first.
bool SnapshotWalker::take_big(int db, Entry& entry) {
    {
        const std::lock_guard lock(mutex_);
        if (std::erase(big_, &entry) == 0) return false;
        big_count_.store(big_.size(), std::memory_order_relaxed);
    }
    const bool begun = begun_ == &entry;
    if (begun) begun_ = nullptr;
    if (failed()) return true;
    if (!begun) {
        save(db, entry);
        return true;
    }
    const auto writer = EntryWriter::make(options_);
    while (!place_.done) writer->big_piece(entry, place_);
    writer->end_big(entry);
    rest_ = std::move(writer->chunk());
    return true;
}

void SnapshotWalker::forget_big() {
    const std::lock_guard lock(mutex_);
    big_.clear();
    big_count_.store(0, std::memory_order_relaxed);
    begun_ = nullptr;
    writing_ = false;
    rest_ = {};
}

// -- The walk
// -----------------------------------------------------------------------------------------

bool SnapshotWalker::walk_shard(GateFlag& flag, SnapshotSink& sink, int db, int index) {
    Shard& shard = keyspace_.shard(index);
    WalkCursor cursor;
    const bool passing = failed();  // only to leave no stale mark behind
    if (passing) {
        const std::lock_guard lock(shard);
        forget_big();
    }
    while (!cursor.done) {
        const std::int64_t delay_us = key_delay_us_ ? key_delay_us_() : 0;
        std::size_t written = 0;
        {
            SharedLane lane(gate_, flag);
            while (!cursor.done && (delay_us == 0 || written == 0) &&
                   writer_->chunk().bytes.size() < piece_bytes &&
                   big_count_.load(std::memory_order_relaxed) == 0 && !gate_.wanted()) {
                shard.lock();
                shard.walk(db, cursor, delay_us == 0 ? piece_entries : 1, epoch_,
                           [&](Entry& entry) {
                               if (passing) return;
                               ++written;
                               if (is_big(entry, options_)) {
                                   const std::lock_guard lock(mutex_);
                                   big_.push_back(&entry);
                                   big_count_.store(big_.size(), std::memory_order_relaxed);
                                   return;
                               }
                               if (writer_db_ != db) writer_->select_db(db);
                               writer_db_ = db;
                               writer_->entry(entry);
                           });
                shard.unlock();
            }
        }
        const bool big = big_count_.load(std::memory_order_relaxed) > 0;
        processed_.fetch_add(written, std::memory_order_relaxed);
        const bool slowed = delay_us != 0 && written > 0;
        for (std::size_t i = 0; slowed && i < written; ++i)
            debug_delay(delay_us, [this] { return failed(); });
        if ((big || slowed || writer_->chunk().bytes.size() >= piece_bytes) && !deliver(sink))
            return false;
        if (big && !write_big(flag, sink, db, shard)) return false;
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
    total_.store(0);
    processed_.store(0);
    std::lock_guard lock(mutex_);
    saved_ = {};
    return error_;
}

}  // namespace millpond::engine
