// SPDX-License-Identifier: Apache-2.0
#include "engine/observers/events.h"

#include <bit>

#include "engine/commands/dispatch.h"
#include "engine/commands/table.h"
#include "engine/observers/notify_classes.h"
#include "engine/server/config.h"
#include "engine/server/server.h"
#include "engine/server/session.h"

namespace millpond::engine {

Events::Events(Server& server)
    : server_(server),
      bus_(server.bus()),
      random_(std::bit_cast<std::uintptr_t>(this) * 0x9E3779B97F4A7C15u | 1) {}

Events::~Events() = default;

void Events::begin(Session* session) {
    session_ = session;
    delivery_.self = session ? session->id() : 0;
    delivery_.reached_self = false;
}

/// xorshift64 (Marsaglia, "Xorshift RNGs", 2003): any key will do.
std::uint64_t Events::random() {
    random_ ^= random_ << 13;
    random_ ^= random_ >> 7;
    random_ ^= random_ << 17;
    return random_;
}

// -- What happened
// ------------------------------------------------------------------------------------

void Events::notify(int db, EventClass cls, std::string_view event, Bytes key) {
    const std::uint32_t classes =
        server_.config().notify_keyspace_events.load(std::memory_order_relaxed);
    if (!(classes & notify_bit(static_cast<char>(cls)))) return;
    if (!(classes & (notify_bit('K') | notify_bit('E'))) || !bus_.has_subscribers()) return;
    add({Kind::notify, db, std::string(event), std::string(key), {}});
}

std::size_t Events::publish(ChannelKind kind, Bytes channel, Bytes payload) {
    hold();
    return bus_.publish(kind, channel, payload, delivery_);
}

bool Events::tracked(Bytes key) const {
    const TrackingTable& table = bus_.tracking();
    return bus_.broadcasts() || (table.keys() > 0 && table.any(server_.keyspace().shard_of(key)));
}

void Events::changed(Bytes key) {
    if (!tracked(key)) return;
    std::vector<std::uint64_t> sessions = bus_.tracking().take(key);
    if (sessions.empty() && !bus_.broadcasts()) return;
    add({Kind::invalidate, 0, {}, std::string(key), std::move(sessions)});
}

void Events::flushed() {
    if (bus_.tracking().keys() > 0) bus_.tracking().clear();
    if (bus_.trackers() > 0) add({Kind::flush, 0, {}, {}, {}});
}

void Events::monitor(std::string line) {
    add({Kind::monitor, 0, std::move(line), {}, {}});
}

void Events::remember(Session& session, const CommandSpec& spec, std::span<const Bytes> args) {
    const std::uint32_t flags = session.observing.tracking.load(std::memory_order_relaxed);
    const bool caching = (flags & kTrackingCaching) != 0;
    if (!(flags & kTracking) || (flags & kTrackingBroadcast)) return;
    if ((flags & kTrackingOptIn) && !caching) return;
    if ((flags & kTrackingOptOut) && caching) return;
    indexes_.clear();
    if (!Executor::find_keys(spec, args, indexes_)) return;
    for (const std::uint32_t i : indexes_) {
        bus_.tracking().remember(args[i], session.id());
        evict_tracked(server_.keyspace().shard_of(args[i]));
    }
}

void Events::evict_tracked(ShardId own) {
    const auto most = static_cast<std::size_t>(
        server_.config().tracking_table_max_keys.load(std::memory_order_relaxed));
    while (most > 0 && bus_.tracking().keys() > most) {
        TrackingTable::Victim victim;
        if (!bus_.tracking().evict(random(), own, victim)) return;
        Event event{Kind::invalidate, -1, {}, std::move(victim.key), std::move(victim.sessions)};
        add(std::move(event));
    }
}

void Events::trim_tracking() {
    evict_tracked({});
}

// -- Delivering
// ------------------------------------------------------------------------------------

void Events::add(Event event) {
    if (held_) return deliver(event);
    pending_.push_back(std::move(event));
}

void Events::take_bus() {
    if (!held_) bus_.lock();
    held_ = true;
}

void Events::hold() {
    if (held_) return;
    take_bus();
    for (const Event& event : pending_) deliver(event);
    pending_.clear();
}

void Events::hold_and_drain() {
    hold();
    session_->inbox->drain(*session_);
}

void Events::deliver(const Event& event) {
    switch (event.kind) {
        case Kind::monitor:
            return bus_.feed_monitors(event.name, delivery_);
        case Kind::flush:
            return bus_.invalidate_all(delivery_);
        case Kind::invalidate:
            bus_.invalidate(event.key, event.sessions, delivery_);
            // What was evicted from the table (database -1) has not changed.
            if (event.db >= 0 && bus_.broadcasts()) bus_.collect(event.key, broadcast_);
            return;
        case Kind::notify:
            break;
    }
    const std::uint32_t classes =
        server_.config().notify_keyspace_events.load(std::memory_order_relaxed);
    const std::string at = "@" + std::to_string(event.db) + "__:";
    if (classes & notify_bit('K')) {
        bus_.publish(ChannelKind::channel, "__keyspace" + at + event.key, event.name, delivery_);
    }
    if (classes & notify_bit('E')) {
        bus_.publish(ChannelKind::channel, "__keyevent" + at + event.name, event.key, delivery_);
    }
}

void Events::deliver() {
    for (const Event& event : pending_) deliver(event);
    pending_.clear();
    if (!broadcast_.empty()) bus_.broadcast(broadcast_, delivery_);
    broadcast_.clear();
    held_ = false;
    bus_.unlock();
}

void tell_flushed(Server& server) {
    Events events(server);
    events.begin(nullptr);
    events.flushed();
    if (events.any()) events.commit([] {});
    events.wake();
}

void Events::drain_own() {
    delivery_.reached_self = false;
    session_->inbox->drain(*session_);
}

}  // namespace millpond::engine
