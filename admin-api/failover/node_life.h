// SPDX-License-Identifier: Apache-2.0
//
// One life of a node's process, from spawn or adoption until it is fenced. Shared with its own
// pending handlers, which hold it weakly. Private to node_link.cpp and node_life.cpp.
#pragma once

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <map>
#include <memory>
#include <optional>
#include <set>

#include "admin-api/failover/node_link.h"
#include "admin-api/nodes/liveness.h"
#include "admin-api/nodes/process.h"
#include "admin-api/nodes/resp_client.h"

namespace millpond::admin::failover {

struct NodeLink::Life : std::enable_shared_from_this<NodeLink::Life> {
    Life(NodeLink& owner, Incarnation number, Process started, bool by_us);
    ~Life();

    /// After construction: watches the pidfd, and connects.
    void begin(std::unique_ptr<RespClient> found, Descriptor liveness_page);

    void connect();
    void greet();
    void greeted(const resp::Value& reply);
    void take_back_listeners();
    void open_probe();
    /// Sends what the node is to have; when nothing more is out, the owner is told.
    void give(const std::vector<std::string>& args, int fd = -1);
    void first_status();
    void lost_connection();
    void watch_liveness(Descriptor page);

    void on_push(const resp::Value& push);
    void died(const std::string& how);
    void kill(bool in_order);
    void check_fenced();
    void fenced();
    void exited();

    void probe();
    void probe_missed();
    void send_status();
    void poll_offset();

    /// Runs `work` later on the fleet's thread, unless this life is over by then.
    template <class Work>
    auto guarded(Work work) {
        return [weak = weak_from_this(), work](auto&&... args) {
            if (const auto self = weak.lock(); self && !self->over) {
                work(*self, std::forward<decltype(args)>(args)...);
            }
        };
    }
    template <class Work>
    void after(boost::asio::steady_timer& timer, std::chrono::milliseconds delay, Work work) {
        timer.expires_after(delay);
        timer.async_wait([weak = weak_from_this(), work](boost::system::error_code error) {
            if (error) return;
            if (const auto self = weak.lock(); self && !self->over) work(*self);
        });
    }
    const std::string& id() const { return link.spec_.id; }
    void event(Event what) { link.callbacks_.event(std::move(what)); }

    NodeLink& link;
    const Incarnation incarnation;
    Process process;
    const bool spawned;
    bool over = false;
    bool heard = false;
    bool superseded = false;  ///< a later daemon runs this node
    bool listeners_known = false;
    bool death_told = false;
    bool killed = false;
    Millis begun_at = 0;

    std::unique_ptr<RespClient> control;
    std::unique_ptr<RespClient> prober;
    std::unique_ptr<LivenessWatch> liveness;
    boost::asio::steady_timer connect_timer;
    boost::asio::steady_timer kill_timer;
    boost::asio::steady_timer fence_timer;
    boost::asio::steady_timer await_timer;
    int connect_attempts = 0;
    int fence_checks = 0;

    Descriptor page_;  ///< of a process that has not answered yet
    bool probe_out = false;
    std::optional<Activity> last_activity;
    std::set<Request> outstanding;
    std::map<std::string, bool> told_listeners;  ///< name -> active
    std::optional<std::uint64_t> told_rules;
    std::optional<std::uint64_t> told_memory;
    std::size_t gifts_out = 0;  ///< rules, listeners and limits that were sent and not answered
    Request awaited = 0;
    std::uint64_t awaited_offset = 0;
};

}  // namespace millpond::admin::failover
