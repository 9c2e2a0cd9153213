// SPDX-License-Identifier: Apache-2.0
//
// One node as the fleet holds it: its process, the watch on its life, and two management
// connections, one for requests and one for probes, so that a probe never waits behind a request
// that waits for a lane. It turns what happens into events for the failover machine. Fleet thread
// only; owned by its ClusterDriver.
#pragma once

#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "admin-api/failover/environment.h"
#include "admin-api/failover/event.h"
#include "admin-api/nodes/descriptor.h"
#include "admin-api/nodes/fleet.h"
#include "resp/value.h"

namespace millpond::admin::failover {

/// A listener as NODE.LISTENERS tells of it.
struct ReceivedListener {
    std::string name;
    std::string kind;
    bool active = false;
    Descriptor fd;
};

class NodeLink {
public:
    struct Callbacks {
        std::function<void(Event)> event;
        /// An adopted node has handed back its listeners.
        std::function<void(NodeLink&, std::vector<ReceivedListener>)> listeners;
        /// A new connection: rules, listeners and limits may be given. Requests follow behind them.
        std::function<void(NodeLink&)> connected;
        /// The node has answered all that it was given.
        std::function<void()> taken;
        std::function<void(const std::string& severity, const std::string& message)> tell;
    };

    NodeLink(Environment& environment, std::string cluster, NodeSpec spec, Callbacks callbacks);
    ~NodeLink();
    NodeLink(const NodeLink&) = delete;
    NodeLink& operator=(const NodeLink&) = delete;

    const NodeSpec& spec() const { return spec_; }
    void change_spec(NodeSpec spec) { spec_ = std::move(spec); }

    // The machine's actions.
    void find();
    void spawn();
    void kill(Incarnation incarnation, bool in_order);
    using OnReply = std::function<void(const resp::Value&)>;
    /// Sends a request once: while its answer is out, asking again does nothing.
    void request(Incarnation incarnation, Request request, const std::vector<std::string>& args,
                 OnReply on_reply);
    void await_offset(Incarnation incarnation, Request request, std::uint64_t offset);

    /// Each 100 ms.
    void probe();
    /// Each second; `done` is not called when the node does not answer.
    void ask(const std::string& command, OnReply done);

    // What the node was given. All are idempotent and do nothing while it is not connected.
    bool connected() const;
    bool has_listener(const std::string& name) const;
    void give_listener(const std::string& name, const std::string& kind, bool active, int fd);
    void set_listener(const std::string& name, bool active);
    /// The node has done so by itself, with its role.
    void note_listener(const std::string& name, bool active);
    void give_rules(const AccessRules& rules);
    void give_max_memory();
    /// These rules, its limits and the listeners that it was given are in force.
    bool has_taken(const AccessRules& rules) const;

    /// A process was found, but its listeners are not known yet.
    bool may_hold_listeners() const;
    std::int64_t pid() const;

private:
    struct Life;
    std::shared_ptr<Life> life_;
    Environment& environment_;
    const std::string cluster_;
    NodeSpec spec_;
    Callbacks callbacks_;
    Incarnation last_incarnation_ = 0;

    /// Runs `step` again soon: the folder's process has no socket yet, or is still being torn down.
    void wait_for_folder(void (NodeLink::*step)());

    boost::asio::steady_timer folder_timer_;
    int folder_waits_ = 0;
    bool finding_ = false;  ///< a process is there, without a socket as yet
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);

    friend struct Life;
    Life* current(Incarnation incarnation);
};

}  // namespace millpond::admin::failover
