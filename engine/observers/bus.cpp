// SPDX-License-Identifier: Apache-2.0
#include "engine/observers/bus.h"

#include <algorithm>
#include <array>

#include "engine/commands/glob.h"
#include "engine/observers/events.h"
#include "engine/server/config.h"
#include "engine/server/server.h"
#include "engine/server/session.h"

namespace millpond::engine {

namespace {

using Protocol = resp::ReplyWriter::Protocol;

constexpr std::size_t kNameBytes = 128;  ///< what a subscription takes beside its name, roughly

constexpr Bytes kInvalidateChannel = "__redis__:invalidate";

std::size_t index_of(ChannelKind kind) {
    return static_cast<std::size_t>(kind);
}

void forget_receiver(std::vector<Inbox*>& receivers, const Inbox* inbox) {
    const auto at = std::ranges::find(receivers, inbox);
    if (at == receivers.end()) return;
    *at = receivers.back();
    receivers.pop_back();
}

}  // namespace

void Delivery::wake() {
    for (InboxOwner* owner : sleepers) owner->wake();
    sleepers.clear();
}

Bus::Bus(Server& server) : server_(server), tracking_(server.keyspace()) {
    server.config().on_change("tracking-table-max-keys", [&server]() -> std::optional<std::string> {
        server.post_exclusive("fewer tracked keys", [&server] {
            Events events(server);
            events.begin(nullptr);
            events.trim_tracking();
            if (events.any()) events.commit([] {});
            events.wake();
        });
        return std::nullopt;
    });
}

const void* Bus::self() noexcept {
    static thread_local const char here = 0;
    return &here;
}

void Bus::lock() noexcept {
    if (holder_.load(std::memory_order_relaxed) != self()) {
        mutex_.lock();
        holder_.store(self(), std::memory_order_relaxed);
    }
    ++depth_;
}

bool Bus::try_lock() noexcept {
    if (holder_.load(std::memory_order_relaxed) != self()) {
        if (!mutex_.try_lock()) return false;
        holder_.store(self(), std::memory_order_relaxed);
    }
    ++depth_;
    return true;
}

void Bus::unlock() noexcept {
    if (--depth_ > 0) return;
    holder_.store(nullptr, std::memory_order_relaxed);
    mutex_.unlock();
}

// -- Registries
// ------------------------------------------------------------------------------------

void Bus::count_names(ChannelKind kind) {
    names_[index_of(kind)].store(registries_[index_of(kind)].size(), std::memory_order_relaxed);
}

bool Bus::subscribe(Session& session, ChannelKind kind, Bytes name) {
    Observation& observing = session.observing;
    if (!observing.names[index_of(kind)].emplace(name).second) return false;
    registries_[index_of(kind)][std::string(name)].push_back(session.inbox.get());
    observing.counts[index_of(kind)].fetch_add(1, std::memory_order_relaxed);
    observing.bytes.fetch_add(name.size() + kNameBytes, std::memory_order_relaxed);
    session.inbox->subscribed.store(true, std::memory_order_relaxed);
    count_names(kind);
    return true;
}

bool Bus::unsubscribe(Session& session, ChannelKind kind, Bytes name) {
    Observation& observing = session.observing;
    NameSet& names = observing.names[index_of(kind)];
    const auto mine = names.find(name);
    if (mine == names.end()) return false;
    Names& registry = registries_[index_of(kind)];
    const auto found = registry.find(name);
    forget_receiver(found->second, session.inbox.get());
    if (found->second.empty()) registry.erase(found);
    observing.bytes.fetch_sub(mine->size() + kNameBytes, std::memory_order_relaxed);
    names.erase(mine);
    observing.counts[index_of(kind)].fetch_sub(1, std::memory_order_relaxed);
    session.inbox->subscribed.store(observing.subscribed(), std::memory_order_relaxed);
    count_names(kind);
    return true;
}

void Bus::add_monitor(Session& session) {
    if (session.observing.monitor.exchange(true, std::memory_order_relaxed)) return;
    monitors_.push_back(session.inbox.get());
    monitor_count_.store(monitors_.size(), std::memory_order_relaxed);
}

void Bus::track(Session& session, std::uint32_t flags, std::shared_ptr<Inbox> redirect,
                std::span<const Bytes> prefixes) {
    Observation& observing = session.observing;
    observing.redirect.store(redirect ? redirect->session() : 0, std::memory_order_relaxed);
    observing.tracking.store(flags | kTracking, std::memory_order_relaxed);
    trackers_[session.id()] = {&session, std::move(redirect)};
    tracker_count_.store(trackers_.size(), std::memory_order_relaxed);
    if (!(flags & kTrackingBroadcast)) return;
    const auto add = [&](Bytes prefix) {
        if (std::ranges::find(observing.prefixes, prefix) != observing.prefixes.end()) return;
        observing.prefixes.emplace_back(prefix);
        observing.bytes.fetch_add(prefix.size() + kNameBytes, std::memory_order_relaxed);
        prefixes_[std::string(prefix)].push_back(session.id());
    };
    if (prefixes.empty()) add("");
    for (const Bytes prefix : prefixes) add(prefix);
    prefix_count_.store(prefixes_.size(), std::memory_order_relaxed);
}

void Bus::drop_prefixes(Session& session) {
    for (const std::string& prefix : session.observing.prefixes) {
        session.observing.bytes.fetch_sub(prefix.size() + kNameBytes, std::memory_order_relaxed);
        const auto found = prefixes_.find(prefix);
        std::erase(found->second, session.id());
        if (found->second.empty()) prefixes_.erase(found);
    }
    session.observing.prefixes.clear();
    prefix_count_.store(prefixes_.size(), std::memory_order_relaxed);
}

void Bus::stop_tracking(Session& session) {
    if (!session.observing.tracks()) return;
    drop_prefixes(session);
    session.observing.tracking.store(0, std::memory_order_relaxed);
    session.observing.redirect.store(0, std::memory_order_relaxed);
    trackers_.erase(session.id());
    tracker_count_.store(trackers_.size(), std::memory_order_relaxed);
}

void Bus::clear(Session& session) {
    for (const ChannelKind kind :
         {ChannelKind::channel, ChannelKind::pattern, ChannelKind::shard}) {
        NameSet& names = session.observing.names[index_of(kind)];
        while (!names.empty()) unsubscribe(session, kind, std::string(*names.begin()));
    }
    if (session.observing.monitor.exchange(false, std::memory_order_relaxed)) {
        forget_receiver(monitors_, session.inbox.get());
        monitor_count_.store(monitors_.size(), std::memory_order_relaxed);
    }
    stop_tracking(session);
}

void Bus::list_names(ChannelKind kind, const std::function<void(const std::string&)>& take) const {
    for (const auto& [name, receivers] : registries_[index_of(kind)]) take(name);
}

std::size_t Bus::subscribers(ChannelKind kind, Bytes name) const {
    const Names& registry = registries_[index_of(kind)];
    const auto found = registry.find(name);
    return found == registry.end() ? 0 : found->second.size();
}

void Bus::forget(Session& session) {
    if (!session.inbox) return;
    const Observation& observing = session.observing;
    if (observing.subscribed() || observing.monitor || observing.tracks()) {
        lock();
        clear(session);
        unlock();
    }
    session.inbox->close();
}

// -- Delivering
// ------------------------------------------------------------------------------------

void Bus::put(Inbox& inbox, const Message& message, Delivery& delivery) {
    if (inbox.session() == delivery.self) delivery.reached_self = true;
    if (!inbox.put(message, server_.config())) return;
    InboxOwner* owner = &inbox.owner();
    if (std::ranges::find(delivery.sleepers, owner) == delivery.sleepers.end()) {
        delivery.sleepers.push_back(owner);
    }
}

std::size_t Bus::send(const Receivers& receivers, std::span<const Bytes> head,
                      const Payload& payload, Delivery& delivery) {
    std::array<Message, 2> messages;  // one for each protocol, made when first needed
    for (Inbox* inbox : receivers) {
        const Protocol protocol = inbox->protocol.load(std::memory_order_relaxed);
        Message& message = messages[protocol == Protocol::resp3 ? 1 : 0];
        if (message.text.empty()) {
            resp::ReplyWriter writer(message.text, protocol);
            writer.push(head.size() + 1);
            for (const Bytes word : head) writer.bulk(word);
            payload.end(message);
        }
        put(*inbox, message, delivery);
    }
    return receivers.size();
}

std::size_t Bus::publish(ChannelKind kind, Bytes channel, Bytes bytes, Delivery& delivery) {
    const Payload payload(bytes);
    std::size_t receivers = 0;
    const Names& names = registries_[index_of(kind)];
    if (const auto found = names.find(channel); found != names.end()) {
        const Bytes head[] = {kind == ChannelKind::shard ? "smessage" : "message", channel};
        receivers += send(found->second, head, payload, delivery);
    }
    if (kind != ChannelKind::channel) return receivers;
    for (const auto& [pattern, subscribed] : registries_[index_of(ChannelKind::pattern)]) {
        if (!glob_matches(pattern, channel)) continue;
        const Bytes head[] = {"pmessage", pattern, channel};
        receivers += send(subscribed, head, payload, delivery);
    }
    return receivers;
}

void Bus::feed_monitors(const std::string& line, Delivery& delivery) {
    const Message message{line, {}};
    for (Inbox* inbox : monitors_) put(*inbox, message, delivery);
}

void Bus::send_invalidation(const Tracker& tracker, const std::string* value, Delivery& delivery) {
    Observation& observing = tracker.session->observing;
    Inbox* to = tracker.session->inbox.get();
    Message message;
    if (tracker.redirect) {
        if (tracker.redirect->closed()) {
            observing.tracking.fetch_or(kTrackingBrokenRedirect, std::memory_order_relaxed);
            if (to->protocol.load(std::memory_order_relaxed) != Protocol::resp3) return;
            resp::ReplyWriter writer(message.text, Protocol::resp3);
            writer.push(2);
            writer.bulk("tracking-redir-broken");
            writer.integer(static_cast<std::int64_t>(tracker.redirect->session()));
            return put(*to, message, delivery);
        }
        to = tracker.redirect.get();
    }
    const Protocol protocol = to->protocol.load(std::memory_order_relaxed);
    resp::ReplyWriter writer(message.text, protocol);
    if (protocol == Protocol::resp3) {
        writer.push(2);
        writer.bulk("invalidate");
    } else if (tracker.redirect && to->subscribed.load(std::memory_order_relaxed)) {
        writer.push(3);
        writer.bulk("message");
        writer.bulk(kInvalidateChannel);
    } else {
        return;  // there is no way to tell a RESP2 client but by its subscription
    }
    if (value) {
        writer.raw(*value);
    } else {
        writer.null();
    }
    put(*to, message, delivery);
}

void Bus::invalidate(Bytes key, std::span<const std::uint64_t> ids, Delivery& delivery) {
    if (ids.empty()) return;
    std::string value;
    resp::ReplyWriter writer(value, Protocol::resp3);
    writer.array(1);
    writer.bulk(key);
    for (const std::uint64_t id : ids) {
        const auto found = trackers_.find(id);
        if (found == trackers_.end()) continue;
        const auto flags =
            found->second.session->observing.tracking.load(std::memory_order_relaxed);
        if (flags & kTrackingBroadcast) continue;
        if ((flags & kTrackingNoLoop) && id == delivery.self) continue;
        send_invalidation(found->second, &value, delivery);
    }
}

void Bus::invalidate_all(Delivery& delivery) {
    for (const auto& [id, tracker] : trackers_) send_invalidation(tracker, nullptr, delivery);
}

void Bus::collect(Bytes key, BroadcastKeys& keys) const {
    for (const auto& [prefix, ids] : prefixes_) {
        if (key.starts_with(prefix)) keys[prefix].emplace(key);
    }
}

void Bus::broadcast(const BroadcastKeys& keys, Delivery& delivery) {
    for (const auto& [prefix, changed] : keys) {
        const auto found = prefixes_.find(prefix);
        if (found == prefixes_.end()) continue;
        std::string value;
        resp::ReplyWriter writer(value, Protocol::resp3);
        writer.array(changed.size());
        for (const std::string& key : changed) writer.bulk(key);
        for (const std::uint64_t id : found->second) {
            const Tracker& tracker = trackers_.at(id);
            const auto flags = tracker.session->observing.tracking.load(std::memory_order_relaxed);
            if ((flags & kTrackingNoLoop) && id == delivery.self) continue;
            send_invalidation(tracker, &value, delivery);
        }
    }
}

}  // namespace millpond::engine
