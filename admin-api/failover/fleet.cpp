// SPDX-License-Identifier: Apache-2.0
//
// The fleet's thread: one io_context, one driver per cluster, a tick each 100 ms. Callers' words
// are posted to it; nothing here waits for anything.
#include <pthread.h>
#include <time.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <thread>

#include "admin-api/failover/cluster_driver.h"
#include "admin-api/failover/environment.h"
#include "admin-api/nodes/fleet.h"
#include "admin-api/nodes/resp_client.h"

namespace millpond::admin {

namespace {

using failover::ClusterDriver;
using failover::Environment;
using failover::Millis;
using std::chrono::milliseconds;

constexpr milliseconds kTick{100};
constexpr milliseconds kTickLate{50};
constexpr Millis kSuspendedMs = 50;
constexpr int kTicksPerSecond = 10;
constexpr std::chrono::seconds kExecTimeout{30};

/// How long the machine has slept since it was started: BOOTTIME counts that, MONOTONIC does not.
Millis slept_ms() {
    const auto read = [](clockid_t clock) {
        timespec time{};
        ::clock_gettime(clock, &time);
        return static_cast<Millis>(time.tv_sec) * 1000 + time.tv_nsec / 1'000'000;
    };
    return read(CLOCK_BOOTTIME) - read(CLOCK_MONOTONIC);
}

/// One command on a node's data socket; keeps itself alive until it is over.
struct Exec : std::enable_shared_from_this<Exec> {
    using Done = std::function<void(Result<resp::Value>)>;
    Exec(boost::asio::io_context& io, Done when_done)
        : client(io), timer(io), done(std::move(when_done)) {}

    void begin(const std::filesystem::path& socket, const std::vector<std::string>& args, int db) {
        if (client.connect(socket) != 0) {
            return finish(
                Error{"InvalidCacheClusterState", "The node does not run at the moment.", "", 400});
        }
        client.on_closed([self = shared_from_this()] {
            self->finish(
                Error{"InvalidCacheClusterState",
                      "The node ended before it answered: what was asked may have been done, or "
                      "not.",
                      "", 400});
        });
        timer.expires_after(kExecTimeout);
        timer.async_wait([self = shared_from_this()](boost::system::error_code error) {
            if (!error)
                self->finish(Error{"InternalFailure", "The node did not answer in time.", "", 500});
        });
        client.send({"HELLO", "3"}, {});
        client.send({"SELECT", std::to_string(db)},
                    [self = shared_from_this()](RespClient::Reply reply) {
                        if (reply.value.is_error()) self->finish(std::move(reply.value));
                    });
        client.send(args, [self = shared_from_this()](RespClient::Reply reply) {
            self->finish(std::move(reply.value));
        });
    }

    void finish(Result<resp::Value> outcome) {
        if (const auto once = std::exchange(done, nullptr)) once(std::move(outcome));
        timer.cancel();
        // The handlers hold this object, and this is called from one of them.
        boost::asio::post(timer.get_executor(),
                          [self = shared_from_this()] { self->client.on_closed({}); });
    }

    RespClient client;
    boost::asio::steady_timer timer;
    Done done;
};

class FleetThread final : public Fleet {
public:
    explicit FleetThread(FleetOptions options)
        : options_(std::move(options)), environment_{io_, options_}, tick_timer_(io_) {}

    ~FleetThread() override { stop(); }

    void start(FleetObserver& observer, Journal& journal) override {
        environment_.observer = &observer;
        environment_.journal = &journal;
        work_.emplace(io_.get_executor());
        slept_ms_ = slept_ms();
        next_tick_ = std::chrono::steady_clock::now() + kTick;
        wait_for_tick();
        thread_ = std::thread([this] {
            ::pthread_setname_np(::pthread_self(), "fleet");
            io_.run();
        });
    }

    void stop() override {
        if (!thread_.joinable()) return;
        boost::asio::post(io_, [this] {
            clusters_.clear();
            tick_timer_.cancel();
            work_.reset();
            io_.stop();
        });
        thread_.join();
    }

    void apply(ClusterSpec spec, std::function<void(std::string)> progress, Done done) override {
        boost::asio::post(io_, [this, spec = std::move(spec), progress = std::move(progress),
                                done = std::move(done)]() mutable {
            auto& cluster = clusters_[spec.id];
            if (!cluster)
                cluster = std::make_unique<ClusterDriver>(environment_, spec.id, spec.journal);
            cluster->apply(std::move(spec), std::move(progress), std::move(done));
        });
    }

    void remove(const std::string& id, Done done) override {
        boost::asio::post(io_, [this, id, done = std::move(done)]() mutable {
            auto& cluster = clusters_[id];
            if (!cluster) cluster = std::make_unique<ClusterDriver>(environment_, id, "");
            cluster->remove([this, id, done = std::move(done)](Result<void> outcome) {
                // Called from within the driver that is to go.
                boost::asio::post(io_, [this, id, done, outcome = std::move(outcome)] {
                    clusters_.erase(id);
                    if (done) done(outcome);
                });
            });
        });
    }

    void switchover(const std::string& id, std::optional<std::string> target,
                    std::function<void(Result<FailoverReport>)> done) override {
        boost::asio::post(io_,
                          [this, id, target = std::move(target), done = std::move(done)]() mutable {
                              const auto it = clusters_.find(id);
                              if (it == clusters_.end()) return done(no_cluster(id));
                              it->second->switchover(target, std::move(done));
                          });
    }

    void reboot(const std::string& id, const std::string& node, Done done) override {
        boost::asio::post(io_, [this, id, node, done = std::move(done)]() mutable {
            const auto it = clusters_.find(id);
            if (it == clusters_.end()) return done(no_cluster(id));
            it->second->reboot(node, std::move(done));
        });
    }

    void exec(const std::string& node, std::vector<std::string> args, int db,
              std::function<void(Result<resp::Value>)> done) override {
        boost::asio::post(
            io_, [this, node, args = std::move(args), db, done = std::move(done)]() mutable {
                for (auto& [id, cluster] : clusters_) {
                    const failover::NodeLink* link = cluster->link(node);
                    if (!link) continue;
                    const auto exec = std::make_shared<Exec>(io_, std::move(done));
                    return exec->begin(link->spec().folder / "data.sock", args, db);
                }
                done(Error{"CacheClusterNotFound", "There is no node " + node + ".", "", 404});
            });
    }

private:
    static Error no_cluster(const std::string& id) {
        return Error{"ReplicationGroupNotFoundFault", "There is no cluster " + id + ".", "", 404};
    }

    void wait_for_tick() {
        tick_timer_.expires_at(next_tick_);
        tick_timer_.async_wait([this](boost::system::error_code error) {
            if (!error) tick();
        });
    }

    /// A tick that is late itself proves nothing about nodes; nor does one after the machine has
    /// slept.
    void tick() {
        const auto now = std::chrono::steady_clock::now();
        const Millis slept = slept_ms();
        const bool late = now - next_tick_ > kTickLate || slept - slept_ms_ > kSuspendedMs;
        slept_ms_ = slept;
        next_tick_ = late ? now + kTick : next_tick_ + kTick;
        // Before the probes: a node whose probe is out is asked for nothing else.
        if (++ticks_ % kTicksPerSecond == 0) each_second();
        for (auto& [id, cluster] : clusters_) cluster->tick(late);
        wait_for_tick();
    }

    /// What has come in when the last node's answer is in, or given up, is one second's picture.
    void each_second() {
        FleetObserver* observer = environment_.observer;
        const auto samples = std::shared_ptr<std::vector<NodeSample>>(
            new std::vector<NodeSample>, [observer](std::vector<NodeSample>* all) {
                if (!all->empty()) observer->on_samples(*all);
                delete all;
            });
        const auto sources = std::shared_ptr<std::vector<SourceCount>>(
            new std::vector<SourceCount>, [observer](std::vector<SourceCount>* all) {
                if (!all->empty()) observer->on_sources(*all);
                delete all;
            });
        for (auto& [id, cluster] : clusters_) {
            cluster->sample(*samples, samples);
            cluster->ask_sources(sources, sources);
        }
    }

    boost::asio::io_context io_{1};
    const FleetOptions options_;
    Environment environment_;
    std::optional<boost::asio::executor_work_guard<boost::asio::io_context::executor_type>> work_;
    boost::asio::steady_timer tick_timer_;
    std::chrono::steady_clock::time_point next_tick_;
    Millis slept_ms_ = 0;
    int ticks_ = 0;
    std::map<std::string, std::unique_ptr<ClusterDriver>> clusters_;
    std::thread thread_;
};

}  // namespace

std::unique_ptr<Fleet> make_fleet(FleetOptions options) {
    return std::make_unique<FleetThread>(std::move(options));
}

}  // namespace millpond::admin
