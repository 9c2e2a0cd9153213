// SPDX-License-Identifier: Apache-2.0
//
// One cluster of the fleet: carries out what its failover machine decides, brings the machine what
// happens, keeps the listeners, and tells callers when what they wished for is so. Fleet thread
// only.
#pragma once

#include <boost/asio/steady_timer.hpp>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "admin-api/failover/environment.h"
#include "admin-api/failover/machine.h"
#include "admin-api/failover/node_link.h"

namespace millpond::admin::failover {

class ClusterDriver {
public:
    using Words = std::function<void(std::string)>;
    using Done = std::function<void(Result<void>)>;
    using SwitchoverDone = std::function<void(Result<FailoverReport>)>;

    ClusterDriver(Environment& environment, const std::string& id, const std::string& journal);

    void apply(ClusterSpec spec, Words words, Done done);
    void remove(Done done);
    void switchover(const std::optional<std::string>& target, SwitchoverDone done);
    void reboot(const std::string& node, Done done);

    /// Each 100 ms. `late`: this tick, or the clock, is not to be trusted.
    void tick(bool late);
    void sample(std::vector<NodeSample>& into, const std::shared_ptr<void>& whole);
    void ask_sources(const std::shared_ptr<std::vector<SourceCount>>& into,
                     const std::shared_ptr<void>& whole);

    NodeLink* link(const std::string& node);
    bool removed() const { return state_.removed; }

private:
    struct Listener {
        std::string kind;
        Address address;
        bool shared = false;
        Descriptor fd;
    };
    struct Waiter {
        Words words;
        Done done;
        Millis deadline = 0;
    };

    void feed(Event event);
    void work_off();
    void add_link(NodeSpec spec);

    void perform(const Find& action);
    void perform(const Spawn& action);
    void perform(const Kill& action);
    void perform(const Forget& action);
    void perform(const Seal& action);
    void perform(const Grant& action);
    void perform(const Pause& action);
    void perform(const AwaitOffset& action);
    void perform(const Revoke& action);
    void perform(const Resume& action);
    void perform(const DealReaders& action);
    void perform(const ReserveEpochs& action);
    void perform(const Record& action);
    void perform(const SetTimer& action);
    void perform(const Tell& action);
    void perform(const Progress& action);
    void perform(const Finish& action);
    template <class RequestAction>
    void ask(const RequestAction& action, const std::vector<std::string>& args,
             std::function<void(const resp::Value&)> on_ok);
    std::string operation_name(Request operation) const;

    void plan_listeners();
    void ensure_listeners();
    void take_back(NodeLink& link, std::vector<ReceivedListener> received);
    std::string key_of(const std::string& node, const std::string& name) const;
    void sync(NodeLink& link);
    void sync_all();
    void sync_readers();
    void sync_primary();

    void show_nodes();
    bool all_have_taken() const;
    void settle_waiters();
    void say(const std::string& words);

    Environment& environment_;
    const std::string id_;
    State state_;
    ClusterSpec spec_;
    std::deque<Event> events_;
    bool stepping_ = false;
    std::map<std::string, std::unique_ptr<NodeLink>> links_;
    std::vector<std::unique_ptr<NodeLink>> forgotten_;  ///< until the step that forgot them is over
    boost::asio::steady_timer timer_;

    std::map<std::string, Listener> listeners_;  ///< "primary", "reader-3", "node/orders-001"
    std::vector<std::string> readers_;
    std::string listener_trouble_;
    Millis listen_again_at_ = 0;
    Millis born_at_ = Environment::now();

    std::vector<Waiter> waiters_;
    Ticket last_ticket_ = 0;
    std::map<Ticket, std::function<void(Result<void>)>> tickets_;
    std::map<Ticket, FailoverReport> reports_;
    std::map<std::string, NodeView> shown_;
    const std::shared_ptr<int> alive_ =
        std::make_shared<int>(0);  ///< tells late answers that this is gone
};

}  // namespace millpond::admin::failover
