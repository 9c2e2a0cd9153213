// SPDX-License-Identifier: Apache-2.0
//
// Who observes what, and the one order in which all observers see it. Whoever changes the
// registries or delivers holds the bus lock; a write that has something to deliver holds it, inside
// its shard locks, across its place in the log and its appends to the inboxes. Nothing is waited
// for under it but short inbox mutexes. The numbers are atomics that any thread reads.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "engine/memory/futex_mutex.h"
#include "engine/observers/inbox.h"
#include "engine/observers/observation.h"
#include "engine/observers/tracking_table.h"

namespace millpond::engine {

class Server;
class Session;

/// What delivering leaves to be done when the locks have been let go.
struct Delivery {
    std::uint64_t self = 0;  ///< the session whose command it is
    bool reached_self = false;
    std::vector<InboxOwner*> sleepers;  ///< to be woken

    void wake();
};

/// Keys that broadcasting sessions are to be told of, by prefix.
using BroadcastKeys = std::map<std::string, std::set<std::string>>;

class Bus {
public:
    explicit Bus(Server& server);
    Bus(const Bus&) = delete;
    Bus& operator=(const Bus&) = delete;

    // -- Any thread, one relaxed load each
    bool has_monitors() const noexcept { return monitor_count_.load(std::memory_order_relaxed); }
    bool has_subscribers() const noexcept {
        return names(ChannelKind::channel) + names(ChannelKind::pattern) > 0;
    }
    /// Somebody whose output is limited as pub/sub's is.
    bool has_receivers() const noexcept {
        return has_subscribers() || names(ChannelKind::shard) > 0;
    }
    bool broadcasts() const noexcept { return prefixes() > 0; }
    /// Channels, patterns or shard channels that somebody is subscribed to.
    std::size_t names(ChannelKind kind) const noexcept {
        return names_[static_cast<std::size_t>(kind)].load(std::memory_order_relaxed);
    }
    std::size_t trackers() const noexcept { return tracker_count_.load(std::memory_order_relaxed); }
    std::size_t prefixes() const noexcept { return prefix_count_.load(std::memory_order_relaxed); }

    /// Its keys are touched under their shards' locks.
    TrackingTable& tracking() { return tracking_; }
    const TrackingTable& tracking() const { return tracking_; }

    /// A thread that holds it may take it again: a script that has published may find an expired
    /// key, or evict one.
    void lock() noexcept;
    /// False when another thread has it: a script that has published may hold it for long.
    bool try_lock() noexcept;
    void unlock() noexcept;

    // -- Registries. Requires: the bus lock. Sessions are the caller's to run commands of.
    /// False when it was so before.
    bool subscribe(Session& session, ChannelKind kind, Bytes name);
    bool unsubscribe(Session& session, ChannelKind kind, Bytes name);
    void add_monitor(Session& session);
    /// `redirect` may be null.
    void track(Session& session, std::uint32_t flags, std::shared_ptr<Inbox> redirect,
               std::span<const Bytes> prefixes);
    void stop_tracking(Session& session);
    /// Ends whatever the session observes; RESET.
    void clear(Session& session);
    void list_names(ChannelKind kind, const std::function<void(const std::string&)>& take) const;
    std::size_t subscribers(ChannelKind kind, Bytes name) const;

    /// The session is about to end. Requires: no lock.
    void forget(Session& session);

    // -- Delivering. Requires: the bus lock.
    /// Returns how many received it.
    std::size_t publish(ChannelKind kind, Bytes channel, Bytes payload, Delivery& delivery);
    void feed_monitors(const std::string& line, Delivery& delivery);
    /// The keys have changed; those who are told are named by id.
    void invalidate(Bytes key, std::span<const std::uint64_t> ids, Delivery& delivery);
    void invalidate_all(Delivery& delivery);
    /// Adds a changed key to the prefixes that it begins with.
    void collect(Bytes key, BroadcastKeys& keys) const;
    void broadcast(const BroadcastKeys& keys, Delivery& delivery);

private:
    using Receivers = std::vector<Inbox*>;
    using Names = std::unordered_map<std::string, Receivers, BytesHash, std::equal_to<>>;
    struct Tracker {
        Session* session;
        std::shared_ptr<Inbox> redirect;
    };

    void put(Inbox& inbox, const Message& message, Delivery& delivery);
    std::size_t send(const Receivers& receivers, std::span<const Bytes> head,
                     const class Payload& payload, Delivery& delivery);
    /// `value`: the keys, as an array; null: everything.
    void send_invalidation(const Tracker& tracker, const std::string* value, Delivery& delivery);
    void drop_prefixes(Session& session);
    void count_names(ChannelKind kind);
    static const void* self() noexcept;

    Server& server_;
    FutexMutex mutex_;
    std::atomic<const void*> holder_{nullptr};  ///< something of the holding thread's own
    int depth_ = 0;
    Names registries_[kChannelKinds];
    Receivers monitors_;
    std::unordered_map<std::uint64_t, Tracker> trackers_;
    std::map<std::string, std::vector<std::uint64_t>> prefixes_;
    TrackingTable tracking_;
    std::atomic<std::size_t> names_[kChannelKinds] = {};
    std::atomic<std::size_t> monitor_count_{0}, tracker_count_{0}, prefix_count_{0};
};

}  // namespace millpond::engine
