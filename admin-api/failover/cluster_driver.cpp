// SPDX-License-Identifier: Apache-2.0
#include "admin-api/failover/cluster_driver.h"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <set>

#include "admin-api/failover/report_of.h"
#include "admin-api/nodes/listener.h"
#include "admin-api/nodes/node_folder.h"

namespace millpond::admin::failover {

namespace {

constexpr Millis kApplyMsMax = 60'000;

bool same_but_for_offset(const NodeView& a, const NodeView& b) {
    return a.status == b.status && a.role == b.role && a.link == b.link && a.pid == b.pid &&
           a.epoch == b.epoch;
}

const char* word(Severity severity) {
    switch (severity) {
        case Severity::info:
            return "info";
        case Severity::warning:
            return "warning";
        case Severity::error:
            return "error";
    }
    return "error";
}

}  // namespace

ClusterDriver::ClusterDriver(Environment& environment, const std::string& id,
                             const std::string& journal)
    : environment_(environment), id_(id), state_(initial_state(journal)), timer_(environment.io) {
    spec_.id = id;
}

NodeLink* ClusterDriver::link(const std::string& node) {
    const auto it = links_.find(node);
    return it == links_.end() ? nullptr : it->second.get();
}

// -- Events
// -----------------------------------------------------------------------------------------------

/// Events that come while one is being taken in wait for their turn.
void ClusterDriver::feed(Event event) {
    events_.push_back(std::move(event));
    if (!stepping_) work_off();
}

void ClusterDriver::work_off() {
    stepping_ = true;
    while (!events_.empty()) {
        const Event event = std::move(events_.front());
        events_.pop_front();
        Step next = step(std::move(state_), event, Environment::now());
        state_ = std::move(next.state);
        for (const Action& action : next.actions) {
            std::visit([this](const auto& one) { perform(one); }, action);
        }
    }
    stepping_ = false;
    forgotten_.clear();
    sync_primary();
    show_nodes();
    settle_waiters();
}

void ClusterDriver::add_link(NodeSpec spec) {
    NodeLink::Callbacks callbacks;
    const std::string node = spec.id;
    callbacks.event = [this](Event event) { feed(std::move(event)); };
    callbacks.listeners = [this](NodeLink& from, std::vector<ReceivedListener> received) {
        take_back(from, std::move(received));
    };
    callbacks.connected = [this](NodeLink& to) {
        ensure_listeners();
        sync(to);
    };
    callbacks.taken = [this] { settle_waiters(); };
    callbacks.tell = [this, node](const std::string& severity, const std::string& message) {
        environment_.observer->on_event(id_, node, severity, message);
    };
    links_[node] =
        std::make_unique<NodeLink>(environment_, id_, std::move(spec), std::move(callbacks));
}

// -- Wishes
// -----------------------------------------------------------------------------------------------

void ClusterDriver::apply(ClusterSpec spec, Words words, Done done) {
    const bool first = links_.empty();
    spec_ = std::move(spec);
    NodesChanged nodes;
    nodes.initial_primary = spec_.initial_primary;
    std::set<std::filesystem::path> roots;
    for (const NodeSpec& node : spec_.nodes) {
        nodes.nodes.push_back(node.id);
        roots.insert(node.folder.parent_path());
        if (NodeLink* known = link(node.id)) {
            known->change_spec(node);
        } else {
            add_link(node);
        }
    }
    if (first) {
        roots.insert(environment_.options.state_dir / "nodes");
        for (const auto& root : roots) {
            for (const auto& folder : node_folders_of(root, id_)) {
                NodeSpec left;
                left.id = folder.filename();
                left.folder = folder;
                if (link(left.id)) continue;
                nodes.leftovers.push_back(left.id);
                add_link(std::move(left));
            }
        }
    }
    plan_listeners();
    waiters_.push_back({std::move(words), std::move(done), Environment::now() + kApplyMsMax});
    stepping_ = true;  // both are taken in before what they lead to
    feed(std::move(nodes));
    feed(PolicyChanged{spec_.automatic_failover});
    work_off();
    ensure_listeners();
    sync_all();
    settle_waiters();
}

void ClusterDriver::remove(Done done) {
    const Ticket ticket = ++last_ticket_;
    tickets_[ticket] = std::move(done);
    for (Waiter& waiter : std::exchange(waiters_, {})) {
        if (waiter.done) {
            waiter.done(
                Error{"InvalidReplicationGroupState", "The cluster is being deleted.", "", 400});
        }
    }
    if (links_.empty()) {
        NodesChanged nodes;
        for (const auto& folder : node_folders_of(environment_.options.state_dir / "nodes", id_)) {
            NodeSpec left;
            left.id = folder.filename();
            left.folder = folder;
            nodes.leftovers.push_back(left.id);
            add_link(std::move(left));
        }
        feed(std::move(nodes));
    }
    feed(RemovalRequested{ticket});
}

void ClusterDriver::switchover(const std::optional<std::string>& target, SwitchoverDone done) {
    const Ticket ticket = ++last_ticket_;
    tickets_[ticket] = [this, ticket, done = std::move(done)](Result<void> outcome) {
        FailoverReport report = reports_[ticket];
        reports_.erase(ticket);
        if (outcome) {
            done(std::move(report));
        } else {
            done(outcome.error());
        }
    };
    feed(SwitchoverRequested{ticket, target.value_or("")});
}

void ClusterDriver::reboot(const std::string& node, Done done) {
    const Ticket ticket = ++last_ticket_;
    tickets_[ticket] = std::move(done);
    feed(RebootRequested{ticket, node});
}

// -- Actions
// ----------------------------------------------------------------------------------------------

void ClusterDriver::perform(const Find& action) {
    links_.at(action.node)->find();
}

void ClusterDriver::perform(const Spawn& action) {
    say("Starting node " + action.node);
    links_.at(action.node)->spawn();
}

void ClusterDriver::perform(const Kill& action) {
    links_.at(action.node)->kill(action.incarnation, action.in_order);
}

void ClusterDriver::perform(const Forget& action) {
    const auto it = links_.find(action.node);
    if (it == links_.end()) return;
    remove_node_folder(it->second->spec().folder);
    forgotten_.push_back(std::move(it->second));
    links_.erase(it);
    listeners_.erase("node/" + action.node);
    shown_.erase(action.node);
    say("Node " + action.node + " has ended");
}

template <class RequestAction>
void ClusterDriver::ask(const RequestAction& action, const std::vector<std::string>& args,
                        std::function<void(const resp::Value&)> on_ok) {
    NodeLink* node = link(action.node);
    if (!node) return;
    node->request(action.incarnation, action.request, args,
                  [this, name = action.node, incarnation = action.incarnation,
                   request = action.request, on_ok = std::move(on_ok)](const resp::Value& reply) {
                      if (reply.is_error()) {
                          feed(Refused{name, incarnation, request, code_of(reply)});
                      } else {
                          on_ok(reply);
                      }
                  });
}

/// Unique over daemons: a pause of an earlier one may still be in force.
std::string ClusterDriver::operation_name(Request operation) const {
    return std::to_string(environment_.options.generation) + "-" + std::to_string(operation);
}

void ClusterDriver::perform(const Seal& action) {
    ask(action, {"NODE.SEAL", std::to_string(action.epoch)},
        [this, action](const resp::Value& reply) {
            feed(Sealed{action.node, action.incarnation, action.request, history_of(reply)});
        });
}

void ClusterDriver::perform(const Grant& action) {
    std::vector<std::string> args{"NODE.GRANT", std::to_string(action.epoch)};
    if (action.role == Role::primary) {
        args.emplace_back("PRIMARY");
    } else {
        const NodeLink* source = link(action.source);
        if (!source) return;
        args.insert(args.end(),
                    {"REPLICA", (source->spec().folder / "data.sock").string(), action.source,
                     source->spec().address.ip, std::to_string(source->spec().address.port)});
    }
    ask(action, args, [this, action](const resp::Value& reply) {
        Granted granted{action.node, action.incarnation, action.request, {}};
        if (!reply.items.empty()) granted.history.replid = reply.items.front().text;
        if (NodeLink* node = link(action.node))
            node->note_listener("primary", action.role == Role::primary);
        feed(granted);
    });
}

void ClusterDriver::perform(const Pause& action) {
    ask(action, {"NODE.PAUSE", operation_name(action.operation), std::to_string(action.ms)},
        [this, action](const resp::Value& reply) {
            const auto offset = reply.items.empty() ? 0 : reply.items.front().integer;
            feed(Paused{action.node, action.incarnation, action.request,
                        static_cast<std::uint64_t>(offset)});
        });
}

void ClusterDriver::perform(const AwaitOffset& action) {
    if (NodeLink* node = link(action.node))
        node->await_offset(action.incarnation, action.request, action.offset);
}

void ClusterDriver::perform(const Revoke& action) {
    ask(action, {"NODE.REVOKE", operation_name(action.operation), std::to_string(action.epoch)},
        [this, action](const resp::Value& reply) {
            const auto offset = reply.items.empty() ? 0 : reply.items.front().integer;
            if (NodeLink* node = link(action.node)) node->note_listener("primary", false);
            feed(Revoked{action.node, action.incarnation, action.request,
                         static_cast<std::uint64_t>(offset)});
        });
}

void ClusterDriver::perform(const Resume& action) {
    if (NodeLink* node = link(action.node)) {
        node->request(action.incarnation, 0, {"NODE.RESUME", operation_name(action.operation)}, {});
    }
}

void ClusterDriver::perform(const DealReaders& action) {
    readers_ = action.owners;
    sync_readers();
}

void ClusterDriver::perform(const ReserveEpochs& action) {
    auto& io = environment_.io;
    // The answer may come after this cluster has been removed; the fleet looks it up again.
    environment_.journal->reserve_epochs(
        id_, action.count,
        [this, &io, alive = std::weak_ptr<int>(alive_), count = action.count](Epoch first) {
            boost::asio::post(io, [this, alive, first, count] {
                if (alive.lock()) feed(EpochsReserved{first, count});
            });
        });
}

void ClusterDriver::perform(const Record& action) {
    environment_.journal->record(id_, action.journal);
}

void ClusterDriver::perform(const SetTimer& action) {
    timer_.expires_after(
        std::chrono::milliseconds(std::max<Millis>(action.at - Environment::now(), 0)));
    timer_.async_wait([this, alive = std::weak_ptr<int>(alive_)](boost::system::error_code error) {
        if (!error && alive.lock()) feed(TimerFired{});
    });
}

void ClusterDriver::perform(const Tell& action) {
    environment_.observer->on_event(id_, action.node, word(action.severity), action.message);
}

void ClusterDriver::perform(const Progress& action) {
    FailoverReport report;
    report.cluster = id_;
    report.phase = action.phase;
    report.planned = action.planned;
    report.done = action.done;
    report.succeeded = action.succeeded;
    report.old_primary = action.old_primary;
    report.new_primary = action.new_primary;
    report.pause_ms = static_cast<double>(action.pause_ms);
    report.bytes_lost = action.bytes_lost;
    report.reason = action.reason;
    if (action.ticket != 0 && action.done) reports_[action.ticket] = report;
    environment_.observer->on_failover(report);
}

void ClusterDriver::perform(const Finish& action) {
    const auto it = tickets_.find(action.ticket);
    if (it == tickets_.end()) return;
    const auto done = std::move(it->second);
    tickets_.erase(it);
    if (!done) return;
    if (action.succeeded) {
        done(boost::outcome_v2::success());
    } else {
        done(Error{action.error_code, action.error, "", 400});
    }
}

// -- Listeners
// --------------------------------------------------------------------------------------------

void ClusterDriver::plan_listeners() {
    const auto plan = [this](const std::string& key, const char* kind, const Address& address,
                             bool shared) {
        Listener& listener = listeners_[key];
        listener.kind = kind;
        listener.address = address;
        listener.shared = shared;
    };
    plan("primary", "primary", spec_.primary_endpoint, false);
    for (std::size_t i = 0; i < kReaders; ++i) {
        plan("reader-" + std::to_string(i), "reader", spec_.reader_endpoint, true);
    }
    for (const NodeSpec& node : spec_.nodes) plan("node/" + node.id, "node", node.address, false);
}

/// Binds what nobody holds: while a process that was found may still hand listeners back, nothing.
void ClusterDriver::ensure_listeners() {
    if (state_.removing || Environment::now() < listen_again_at_) return;
    for (const auto& [name, node] : links_) {
        if (node->may_hold_listeners()) return;
    }
    listener_trouble_.clear();
    for (auto& [key, listener] : listeners_) {
        if (listener.fd.valid() || listener.kind.empty()) continue;
        auto made = make_listener(listener.address, listener.shared);
        if (made) {
            listener.fd = std::move(made.value());
        } else {
            listener_trouble_ = made.error().message;
            listen_again_at_ = Environment::now() + 1000;
        }
    }
}

std::string ClusterDriver::key_of(const std::string& node, const std::string& name) const {
    return name == "node" ? "node/" + node : name;
}

void ClusterDriver::take_back(NodeLink& link, std::vector<ReceivedListener> received) {
    for (ReceivedListener& one : received) {
        const auto it = listeners_.find(key_of(link.spec().id, one.name));
        if (it != listeners_.end() && !it->second.fd.valid()) it->second.fd = std::move(one.fd);
    }
}

/// Rules before listeners: a listener serves under a rule set only.
void ClusterDriver::sync(NodeLink& link) {
    const std::string& node = link.spec().id;
    const Node* known = state_.find(node);
    if (!link.connected() || !known || !known->wanted) return;
    link.give_rules(spec_.rules);
    link.give_max_memory();
    for (const auto& [key, listener] : listeners_) {
        if (!listener.fd.valid()) continue;
        if (listener.kind == "node") {
            if (key == "node/" + node) link.give_listener("node", "node", true, listener.fd.get());
        } else {
            link.give_listener(key, listener.kind, false, listener.fd.get());
        }
    }
}

void ClusterDriver::sync_all() {
    for (auto& [name, node] : links_) sync(*node);
    sync_readers();
}

/// The new owners first, so that no socket is without one.
void ClusterDriver::sync_readers() {
    for (const bool active : {true, false}) {
        for (auto& [name, node] : links_) {
            for (std::size_t i = 0; i < readers_.size(); ++i) {
                if ((readers_[i] == name) == active)
                    node->set_listener("reader-" + std::to_string(i), active);
            }
        }
    }
}

/// A listener that came after the grant is still dormant.
void ClusterDriver::sync_primary() {
    if (!confirmed_primary(state_)) return;
    if (NodeLink* node = link(state_.primary)) node->set_listener("primary", true);
}

// -- Time
// -------------------------------------------------------------------------------------------------

void ClusterDriver::tick(bool late) {
    if (late) feed(TickLate{});
    for (const std::string& node : [this] {
             std::vector<std::string> names;
             for (const auto& [name, one] : links_) names.push_back(name);
             return names;
         }()) {
        if (NodeLink* one = link(node); one && !late) one->probe();
    }
    ensure_listeners();
    sync_all();
    settle_waiters();
}

void ClusterDriver::sample(std::vector<NodeSample>& into, const std::shared_ptr<void>& whole) {
    const auto time = std::chrono::system_clock::now().time_since_epoch();
    const auto time_ms = std::chrono::duration_cast<std::chrono::milliseconds>(time).count();
    for (auto& [name, node] : links_) {
        node->ask("NODE.SAMPLE",
                  [this, &into, whole, name = name, time_ms](const resp::Value& reply) {
                      NodeSample sample;
                      sample.node = name;
                      sample.cluster = id_;
                      sample.time_ms = time_ms;
                      for (std::size_t i = 0; i + 1 < reply.items.size(); i += 2) {
                          const resp::Value& value = reply.items[i + 1];
                          const bool whole_number = value.type == resp::ValueType::integer;
                          sample.values[reply.items[i].text] =
                              whole_number ? static_cast<double>(value.integer) : value.real;
                      }
                      into.push_back(std::move(sample));
                  });
    }
}

void ClusterDriver::ask_sources(const std::shared_ptr<std::vector<SourceCount>>& into,
                                const std::shared_ptr<void>& whole) {
    for (auto& [name, node] : links_) {
        node->ask("NODE.SOURCES", [into, whole, name = name](const resp::Value& reply) {
            for (const resp::Value& item : reply.items) {
                SourceCount source;
                source.node = name;
                const auto text = [&](const char* key) {
                    const resp::Value* value = item.find(key);
                    return value ? value->text : std::string();
                };
                const auto number = [&](const char* key) {
                    const resp::Value* value = item.find(key);
                    return value ? value->integer : 0;
                };
                source.address = text("address");
                source.accepted = static_cast<std::uint64_t>(number("accepted"));
                source.refused = static_cast<std::uint64_t>(number("refused"));
                if (const auto* uid = item.find("uid"); uid && !uid->is_null())
                    source.uid = uid->integer;
                if (const auto* process = item.find("process"); process && !process->is_null()) {
                    source.process = process->text;
                }
                source.reason = text("reason");
                source.last_seen_ms = number("last_seen_ms");
                into->push_back(std::move(source));
            }
        });
    }
}

// -- What others see
// --------------------------------------------------------------------------------------

void ClusterDriver::show_nodes() {
    for (const Node& node : state_.nodes) {
        const NodeLink* one = link(node.id);
        NodeView view;
        view.id = node.id;
        view.cluster = id_;
        view.status = status_of(state_, node);
        view.role = failover::word(node.report.role);
        view.link = failover::word(node.report.link);
        if (view.link == "connecting") view.link = "down";
        if (node.report.role != Role::replica) view.link = "none";
        view.pid = node.process == Process::running && one ? one->pid() : 0;
        view.epoch = node.report.epoch;
        view.offset = node.report.history.offset;
        const auto shown = shown_.find(node.id);
        if (shown != shown_.end() && same_but_for_offset(shown->second, view)) continue;
        const bool news = view.status == "available" &&
                          (shown == shown_.end() || shown->second.status != "available");
        shown_[node.id] = view;
        environment_.observer->on_node(view);
        if (news) say("Node " + node.id + " is available as " + view.role);
    }
}

void ClusterDriver::say(const std::string& words) {
    for (const Waiter& waiter : waiters_) {
        if (waiter.words) waiter.words(words);
    }
}

/// A caller that is told "done" may connect at once: what was only sent is not done.
bool ClusterDriver::all_have_taken() const {
    return std::ranges::all_of(state_.nodes, [this](const Node& node) {
        const auto one = links_.find(node.id);
        return !node.wanted || (one != links_.end() && one->second->has_taken(spec_.rules));
    });
}

void ClusterDriver::settle_waiters() {
    if (waiters_.empty() || stepping_) return;
    std::string why = listener_trouble_.empty() ? stuck_reason(state_) : listener_trouble_;
    const bool whole = settled(state_) && why.empty() && all_have_taken();
    std::vector<Waiter> waiting;
    for (Waiter& waiter : std::exchange(waiters_, {})) {
        if (!whole && why.empty() && Environment::now() < waiter.deadline) {
            waiting.push_back(std::move(waiter));
            continue;
        }
        if (!waiter.done) continue;
        if (whole) {
            waiter.done(boost::outcome_v2::success());
        } else {
            if (why.empty()) why = "It did not settle within a minute.";
            waiter.done(Error{"InvalidReplicationGroupState", why, "", 400});
        }
    }
    for (Waiter& waiter : waiting) waiters_.push_back(std::move(waiter));
}

}  // namespace millpond::admin::failover
