// SPDX-License-Identifier: Apache-2.0
//
// The append-only file: what the log of effects says, on disk, in Redis 7's form of several files
// (manifest.h), so that either server starts from what the other has left.
//
// What a client is told has been written before: an I/O thread that has replies to send passes here
// first, and writes down whatever the log holds by then, its own effects and others' (and waits for
// the disk where appendfsync is always). A thread of its own writes what no reply waits for, such
// as expired keys, and syncs once a second.
//
// A rewrite is a walk over the keys into a new base. At its cut a new increment begins; only when
// the base is whole does the manifest drop what came before, so at every moment the files that it
// names make the data.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "engine/aof/manifest.h"
#include "engine/log/effect_log.h"
#include "engine/server/write_barrier.h"
#include "engine/snapshot/entry_writer.h"
#include "engine/snapshot/snapshots.h"

namespace millpond::engine {

class AofFile;
class Server;

class AppendOnly final : public WriteBarrier {
public:
    struct Environment {
        Server& server;
        Snapshots& snapshots;
        /// The database that a replica's stream has selected.
        std::function<int()> stream_db;
        /// More of the log is on the disk; from the thread.
        std::function<void()> synced;
        /// Writes the data set to this file here and now, in the exclusive lane.
        std::function<std::string(const std::string& path, SnapshotFormat format)> save_base;
        std::function<std::vector<std::pair<std::string, std::string>>()> base_fields;
        /// A background save is under way: a rewrite comes after it.
        std::function<bool()> saving;
    };
    explicit AppendOnly(Environment environment);
    ~AppendOnly() override;

    // -- The start
    /// Is there anything to load?
    bool has_files() const;
    /// Brings the data back; an error text or an empty one. On a thread outside the lanes.
    std::string load(const std::atomic<bool>& stop);
    /// Before the data that is there goes and load_files() brings it back: writes what is left to
    /// write. An error text when the files do not hold all the data, or an empty one. Requires: the
    /// exclusive lane.
    std::string prepare_reload();
    /// What the manifest names. On a thread outside the lanes.
    std::string load_files(const std::atomic<bool>& stop);
    /// Begins to append, behind what was loaded. Requires: the exclusive lane. An error text or an
    /// empty one.
    std::string open();
    /// Writes and syncs what is left, and ends. After the server's threads.
    void stop();

    // -- While the server runs
    void pass() override;
    bool enabled() const { return state_.load() != State::off; }
    /// CONFIG SET appendonly. Requires: the exclusive lane. An error text or nothing.
    std::optional<std::string> turn(bool on);
    /// The data, and the log with it, are about to be replaced, and have been. Both in the
    /// exclusive lane.
    void data_goes();
    void data_came();

    enum class Begun : std::uint8_t { started, scheduled, already };
    Begun rewrite();
    /// About ten times a second.
    void tick(std::int64_t now_ms);

    /// Up to here the log is on the disk.
    LogOffset synced() const { return synced_.load(std::memory_order_acquire); }
    void info(std::string& out) const;

private:
    class Rewrite;
    friend class Rewrite;
    enum class State : std::uint8_t {
        off,
        waiting,   ///< for a first base, whose walk has not begun: nothing is written yet
        building,  ///< the first base is on its way, with an increment that no manifest names yet
        on
    };

    std::string folder() const;
    std::string path_of(const std::string& file) const;
    std::string manifest_path() const;
    AofManifest::File file_named(std::uint64_t sequence, const char* kind) const;
    AofManifest::File next_base() const;
    std::string make_folder() const;
    std::string read_manifest();
    std::string move_old_file();
    void remove_leftovers();
    bool drop_history(AofManifest& manifest) const;
    std::string begin_increment(bool listed);
    void cut(Rewrite& job);
    void rewritten(const Rewrite& job, std::string error);
    std::string adopt(const Rewrite& job);
    void rewrite_failed(const std::string& error);
    void write_until(LogOffset target);
    bool note_time();
    void note_write(std::int64_t ms) const;
    void write_failed();
    int sync_all();
    void sync_now();
    void tell_trouble();
    void sync_aside(std::unique_lock<std::mutex>& lock);
    void close();
    void forget_file();
    void start_rewrite();
    void run();
    std::uint64_t size() const;
    std::uint64_t size_of(const AofManifest::File& file) const;

    Environment environment_;
    std::atomic<State> state_{State::off};
    std::atomic<bool> stopped_{false};
    std::atomic<bool> always_{false};  ///< appendfsync, which every reply asks for
    std::atomic<LogOffset> written_{0}, synced_{0};

    mutable std::mutex mutex_;  ///< of what follows
    std::condition_variable wake_;
    AofManifest manifest_;
    AofManifest::File increment_;  ///< that file_ is
    std::shared_ptr<AofFile> file_;
    std::vector<std::shared_ptr<AofFile>> to_sync_;  ///< complete, but perhaps not on the disk
    std::unique_ptr<LogReader> reader_;
    std::uint64_t closed_bytes_ = 0;  ///< of the files that are no longer written
    std::uint64_t base_bytes_ = 0;    ///< of all files after the last rewrite, or at the start
    bool suspended_ = false;          ///< between data_goes() and data_came()
    bool write_failed_ = false;
    bool syncing_aside_ = false;
    int sync_errno_ = 0;
    std::int64_t failed_at_ms_ = 0, synced_at_ms_ = 0;
    std::int64_t noted_s_ = 0;  ///< the last time that stands in the file, unix seconds

    // Of rewrites.
    bool rewriting_ = false, cut_taken_ = false, last_rewrite_ok_ = true;
    std::int64_t rewrite_began_ms_ = 0, last_rewrite_s_ = -1;
    std::int64_t retry_at_ms_ = 0;  ///< 0: nothing is to be tried again
    std::uint64_t rewrites_ = 0, failures_ = 0;

    std::thread thread_;
};

}  // namespace millpond::engine
