// SPDX-License-Identifier: Apache-2.0
//
// A fleet without processes: it does what it is asked at once, on a thread of its own, reports as
// the real one would, and can be told to hang or to fail. Its nodes outlive it in a World, as
// processes outlive a daemon.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "admin-api/nodes/fleet.h"
#include "admin-api/reconcile/worker.h"

namespace millpond::admin::test {

/// What runs on the machine, across daemons.
struct World {
    std::mutex mutex;
    std::map<std::string, std::map<std::string, NodeView>> clusters;
    std::int64_t next_pid = 1000;
};

class FakeFleet final : public Fleet {
public:
    explicit FakeFleet(World& world) : world_(world) {}
    ~FakeFleet() override { stop(); }

    /// Calls whose name starts so never end: "apply", "remove", "switchover", "reboot".
    void hang(const std::string& call);
    void fail(const std::string& call, const std::string& why);
    void answer(const std::string& command, resp::Value reply);
    /// In the order in which they came: "apply orders 3 auto [127.0.0.1/32]", "remove orders" ...
    std::vector<std::string> calls();
    std::string last_call();  ///< empty before the first
    ClusterSpec last_spec(const std::string& cluster);
    FleetObserver& observer() { return *observer_; }
    Journal& journal() { return *journal_; }
    /// Reports a node's change as the fleet's thread would.
    void report(const NodeView& view);
    void report(const FailoverReport& report);

    void start(FleetObserver& observer, Journal& journal) override;
    void stop() override;
    void apply(ClusterSpec spec, std::function<void(std::string)> progress, Done done) override;
    void remove(const std::string& cluster, Done done) override;
    void switchover(const std::string& cluster, std::optional<std::string> target,
                    std::function<void(Result<FailoverReport>)> done) override;
    void reboot(const std::string& cluster, const std::string& node, Done done) override;
    void exec(const std::string& node, std::vector<std::string> args, int db,
              std::function<void(Result<resp::Value>)> done) override;

private:
    enum class Fate { works, hangs, fails };
    Fate note(const std::string& call, const std::string& text, std::string& why);

    World& world_;
    FleetObserver* observer_ = nullptr;
    Journal* journal_ = nullptr;
    std::mutex mutex_;
    std::vector<std::string> calls_;
    std::vector<std::string> hanging_;
    std::map<std::string, std::string> failing_;
    std::map<std::string, resp::Value> answers_;
    std::map<std::string, ClusterSpec> specs_;
    Worker worker_;
};

}  // namespace millpond::admin::test
