// SPDX-License-Identifier: Apache-2.0
//
// What one atomic unit (a command, an EXEC, a script, a background removal) has to tell observers:
// collected while it runs, delivered in one go when it is over, under the bus lock and together
// with its place in the log. A unit that publishes or changes subscriptions holds the bus from then
// on, and delivers at once. Used by the one thread that runs the unit; reused.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/commands/call.h"
#include "engine/observers/bus.h"

namespace millpond::engine {

class Events {
public:
    explicit Events(Server& server);
    ~Events();

    /// `session` runs the unit; null when nobody does.
    void begin(Session* session);

    // -- What happened
    void notify(int db, EventClass cls, std::string_view event, Bytes key);
    /// Returns how many receive it.
    std::size_t publish(ChannelKind kind, Bytes channel, Bytes payload);
    /// Does a change of this key concern sessions that track? Requires: its shard locked.
    bool tracked(Bytes key) const;
    /// Does any session track anything?
    bool any_tracked() const { return bus_.broadcasts() || bus_.tracking().keys() > 0; }
    /// The key has changed. Requires: its shard locked.
    void changed(Bytes key);
    /// Everything is gone. Requires: the exclusive lane.
    void flushed();
    /// The session has read these keys, and may cache them. Requires: their shards locked.
    void remember(Session& session, const CommandSpec& spec, std::span<const Bytes> args);
    /// A line for those who monitor.
    void monitor(std::string line);
    /// Forgets keys that are tracked beyond tracking-table-max-keys. Requires: the exclusive lane.
    void trim_tracking();

    /// Takes the bus for the rest of the unit.
    void hold();
    /// The same, having brought the running session's output up to date: what its command now
    /// changes of its subscriptions or protocol holds from here on. Requires: it has not yet
    /// replied.
    void hold_and_drain();
    /// Is there anything for which the bus must be held when the unit is committed?
    bool any() const { return held_ || !pending_.empty(); }

    /// Delivers. `append` puts the unit's record to the log.
    template <class Append>
    void commit(Append append) {
        take_bus();
        append();
        deliver();
    }
    /// Wakes who sleeps on what was delivered. To be called when locks have been let go.
    void wake() {
        if (!delivery_.sleepers.empty()) delivery_.wake();
    }
    /// What the unit had for its own session goes behind its reply.
    void deliver_own() {
        if (delivery_.reached_self) [[unlikely]]
            drain_own();
    }

private:
    enum class Kind : std::uint8_t { notify, invalidate, flush, monitor };
    struct Event {
        Kind kind;
        int db;
        std::string name;  ///< of the event; the line
        std::string key;
        std::vector<std::uint64_t> sessions;
    };

    void add(Event event);
    void deliver(const Event& event);
    void deliver();
    void drain_own();
    void take_bus();
    void evict_tracked(ShardId own);
    std::uint64_t random();

    Server& server_;
    Bus& bus_;
    Session* session_ = nullptr;
    bool held_ = false;
    std::vector<Event> pending_;
    BroadcastKeys broadcast_;
    Delivery delivery_;
    std::vector<std::uint32_t> indexes_;
    std::uint64_t random_;
};

/// Tells of a flush that is no command's: a replica's data is replaced by its primary's. Requires:
/// the exclusive lane.
void tell_flushed(Server& server);

}  // namespace millpond::engine
