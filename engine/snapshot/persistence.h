// SPDX-License-Identifier: Apache-2.0
//
// The data set on disk: one RDB file, written in the background by BGSAVE and the save points, in
// the foreground at shutdown, and loaded at start. Public functions may be called from any thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "engine/snapshot/snapshots.h"

namespace millpond::engine {

class ByteSource;
class KeyspaceLoader;
class Server;
struct RdbReadResult;

/// Reads a data file into the key space, function libraries too; warnings are logged with `path`.
RdbReadResult load_rdb(Server& server, ByteSource& source, KeyspaceLoader& target,
                       const std::string& path);

class Persistence {
public:
    /// `history` gives the aux fields that let a replica resume (repl-id, repl-offset); in the
    /// exclusive lane.
    using Fields = std::vector<std::pair<std::string, std::string>>;
    Persistence(Server& server, Snapshots& snapshots, std::function<Fields()> history);

    /// Begins a background save; false when one is under way. `done` gets an error text or an empty
    /// one.
    using Done = std::function<void(const std::string& error)>;
    bool start(Done done = {});
    bool in_progress() const { return in_progress_.load(); }
    /// As the last act of the server, or in the exclusive lane: writes the file here and now.
    std::string save_now();
    /// Everything has been flushed: where there are save points the file must not bring it back. A
    /// save that is under way begins anew by itself. Requires: the exclusive lane.
    void save_flushed();
    /// Begins loading the file, if there is one, on a thread of its own; the server answers
    /// -LOADING until `done`, which is called (on that thread, with an error text or an empty one)
    /// when it is over, and at once when there is nothing to load.
    void load(Done done);
    bool has_file() const;
    /// What has been loaded from elsewhere is no change to be saved.
    void note_loaded();
    /// Writes the data set to this file here and now, as the base of an append-only file. Requires:
    /// the exclusive lane. An error text or an empty one.
    std::string save_base(const std::string& path, SnapshotFormat format);
    Fields base_fields() const { return aux(true); }
    void join();

    /// The save points: called about ten times a second.
    void tick(std::int64_t now_unix_ms);
    std::int64_t last_save_unix_s() const { return last_save_s_.load(); }
    void info(std::string& out) const;

private:
    class Job;
    struct SavePoint {
        std::int64_t seconds, changes;
    };
    std::string path() const;
    std::vector<SavePoint> save_points() const;
    std::int64_t changes() const;
    Fields aux(bool base) const;
    std::string write_all(const std::string& path, SnapshotFormat format, bool base);
    void finished(const std::string& error, std::int64_t dirty_at_cut, const Done& done);

    Server& server_;
    Snapshots& snapshots_;
    std::function<Fields()> history_;
    std::atomic<bool> in_progress_{false};
    std::atomic<bool> last_ok_{true};
    std::atomic<std::int64_t> last_save_s_{0}, last_try_s_{0}, started_ms_{0}, last_duration_s_{-1},
        saves_{0};
    std::atomic<std::int64_t> dirty_saved_{0};
    std::atomic<std::uint64_t> loaded_keys_{0}, expired_keys_{0};
    std::thread loader_;
    std::atomic<bool> stop_{false};
};

}  // namespace millpond::engine
