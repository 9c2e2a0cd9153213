// SPDX-License-Identifier: Apache-2.0
//
// The thread that takes snapshots, one after the other. A job names what happens at the cut and
// where the bytes go; whoever has one submits it from any thread and is told of its end on the
// snapshot thread.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "engine/snapshot/walker.h"

namespace millpond::engine {

/// A walk that is given up for these reasons has not failed: the data that it was to show are gone.
/// Of all data nothing is left to be shown; of a database, what is left can be shown anew.
inline constexpr std::string_view kAllFlushed = "all data have been flushed meanwhile";
inline constexpr std::string_view kDatabaseFlushed =
    "a database has been flushed or exchanged meanwhile";

class SnapshotJob : public SnapshotSink {
public:
    SnapshotOptions options;
    bool for_replicas = false;
    /// In the exclusive lane, with the cut taken.
    virtual void at_cut() {}
    /// The fields at the head of the data; after at_cut.
    virtual std::vector<std::pair<std::string, std::string>> aux() = 0;
    /// All bytes less the checksum have been written, or (`error` not empty) not.
    virtual void done(const std::string& error) = 0;
};

class Snapshots {
public:
    Snapshots(Keyspace& keyspace, Gate& gate, SnapshotWalker::SetHook set_hook);
    ~Snapshots();  ///< gives up what is running and waiting
    Snapshots(const Snapshots&) = delete;
    Snapshots& operator=(const Snapshots&) = delete;

    /// The codes of all function libraries, asked at each cut. Set before the first job.
    using Functions = std::function<std::vector<std::string>()>;
    void set_functions(Functions functions) { functions_ = std::move(functions); }

    /// Why no cut can be taken now, or an empty text: asked at each, in the exclusive lane. Set
    /// before the first job.
    void set_refusal(std::function<std::string()> refusal) { refusal_ = std::move(refusal); }

    /// See SnapshotWalker.
    void set_key_delay(std::function<std::int64_t()> us) { walker_.set_key_delay(std::move(us)); }

    /// Does a snapshot go to replicas now, or will it soon?
    bool syncs() const { return syncs_.load(std::memory_order_relaxed) > 0; }

    SnapshotWalker::Progress progress() const { return walker_.progress(); }

    void submit(std::shared_ptr<SnapshotJob> job);
    /// Gives up the walk that is running, if any.
    void abort(std::string why);

private:
    void run();
    void take(SnapshotJob& job, GateFlag& flag);

    std::atomic<int> syncs_{0};
    Gate& gate_;
    SnapshotWalker walker_;
    Functions functions_;
    std::function<std::string()> refusal_;
    std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<std::shared_ptr<SnapshotJob>> jobs_;
    bool stop_ = false;
    std::thread thread_;
};

}  // namespace millpond::engine
