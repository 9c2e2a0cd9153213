// SPDX-License-Identifier: Apache-2.0
//
// One snapshot on its way to one or more replicas: the walker writes into a spool, each replica's
// feed reads it at its own pace, and goes on with the log from the cut. A replica may join as long
// as nothing of the spool has been freed. Made by the hub; written by the snapshot thread; read by
// the hub.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>

#include "engine/log/effect_log.h"
#include "engine/snapshot/snapshots.h"
#include "engine/snapshot/spool.h"

namespace millpond::engine {

class SyncWalk final : public SnapshotJob {
public:
    /// What only the exclusive lane can tell at the cut.
    struct Cut {
        std::string replid;
        LogOffset offset = 0;
        int stream_db = 0;  ///< the stream's database there, for a replica of a replica
        std::unique_ptr<LogReader> pin;
    };
    using TakeCut = std::function<Cut()>;

    /// `ready` is called on the snapshot thread after the cut, `progress` after each addition.
    SyncWalk(std::string folder, TakeCut take_cut, std::function<void()> ready,
             std::function<void()> progress);

    Spool& spool() { return spool_; }
    /// Valid once ready() has been called. The pin belongs to the hub from then on.
    Cut& cut() { return cut_; }
    /// No replica is left: the walk may end.
    void abandon() { abandoned_.store(true); }

    void at_cut() override;
    std::vector<std::pair<std::string, std::string>> aux() override;
    bool write(Bytes bytes) override;
    std::string error() const override;
    void done(const std::string& error) override;

private:
    Spool spool_;
    TakeCut take_cut_;
    std::function<void()> ready_;
    Cut cut_;
    std::uint64_t crc_ = 0;
    std::atomic<bool> abandoned_{false};
};

}  // namespace millpond::engine
