// SPDX-License-Identifier: Apache-2.0
//
// A fleet of real engine processes in a folder of its own, driven without an admin API: the journal
// is in memory, events are kept for the test to look at. Starting another fleet over the same
// harness is what a daemon's restart is to the nodes.
#pragma once

#include <QTemporaryDir>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "admin-api/nodes/fleet.h"
#include "resp/reply_parser.h"

namespace millpond::tests {

using Clock = std::chrono::steady_clock;
using Milliseconds = std::chrono::milliseconds;

double ms_since(Clock::time_point start);

/// A blocking client over TCP.
class Client {
public:
    Client() = default;
    ~Client() { close(); }
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    /// 0 or errno.
    int connect(const std::string& ip, int port = 6379, const std::string& from = "");
    /// Nothing when the connection broke or the time ran out.
    std::optional<resp::Value> call(const std::vector<std::string>& args,
                                    Milliseconds limit = Milliseconds(2000));
    bool open() const { return fd_ >= 0; }
    void close();

private:
    int fd_ = -1;
    resp::ReplyParser parser_;
};

class Harness : public admin::FleetObserver, public admin::Journal {
public:
    Harness();
    ~Harness() override;

    /// A daemon starts; the one before, if any, is gone without a word to the nodes.
    void start_fleet();
    void drop_fleet();
    admin::Fleet& fleet() { return *fleet_; }

    admin::ClusterSpec spec(const std::string& name, int nodes, bool automatic = true);
    /// Waits for the outcome; an empty text is success.
    std::string apply(const admin::ClusterSpec& spec, Milliseconds limit = Milliseconds(20'000));
    std::string remove(const std::string& cluster);
    std::string reboot(const std::string& cluster, const std::string& node);
    admin::Result<admin::FailoverReport> switchover(const std::string& cluster,
                                                    std::optional<std::string> target = {});
    std::optional<resp::Value> exec(const std::string& node, std::vector<std::string> args);

    std::map<std::string, admin::NodeView> nodes(const std::string& cluster);
    std::string primary(const std::string& cluster);
    std::int64_t pid(const std::string& node);
    std::vector<admin::FailoverReport> failovers(const std::string& cluster);
    bool told(const std::string& words);
    std::string all_told();
    bool wait_for(const std::function<bool()>& condition,
                  Milliseconds limit = Milliseconds(10'000));
    /// One available primary, and `replicas` available replicas whose link is up.
    bool wait_until_whole(const std::string& cluster, int replicas,
                          Milliseconds limit = Milliseconds(20'000));

    std::size_t samples() const;
    std::vector<admin::SourceCount> sources();
    std::string state_dir() const { return folder_.path().toStdString(); }

private:
    void on_node(const admin::NodeView& view) override;
    void on_failover(const admin::FailoverReport& report) override;
    void on_event(const std::string& cluster, const std::string& node, const std::string& severity,
                  const std::string& message) override;
    void on_samples(const std::vector<admin::NodeSample>& samples) override;
    void on_sources(const std::vector<admin::SourceCount>& sources) override;
    void reserve_epochs(const std::string& cluster, std::uint64_t count,
                        std::function<void(std::uint64_t)> done) override;
    void record(const std::string& cluster, const std::string& state) override;

    QTemporaryDir folder_;
    std::string range_;
    int next_subnet_ = 0;
    std::uint64_t generation_ = 0;
    std::unique_ptr<admin::Fleet> fleet_;

    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::map<std::string, admin::NodeView> views_;
    std::vector<admin::FailoverReport> failovers_;
    std::vector<std::string> events_;
    std::size_t samples_ = 0;
    std::vector<admin::SourceCount> sources_;
    std::map<std::string, std::uint64_t> epochs_;
    std::map<std::string, std::string> journal_;
};

/// Sends SET counter N with growing N over reconnecting connections, and remembers what was
/// acknowledged.
struct CounterWriter {
    explicit CounterWriter(std::string ip) : ip(std::move(ip)) {}
    /// One write, reconnecting until it is acknowledged or `limit` is over; false then.
    bool write(Milliseconds limit);

    std::string ip;
    Client client;
    std::int64_t next = 1;
    std::atomic<std::int64_t> acknowledged{0};
    int refused = 0;  ///< ECONNREFUSED, which no client may ever see
};

double median(std::vector<double> values);

}  // namespace millpond::tests
