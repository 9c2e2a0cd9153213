// SPDX-License-Identifier: Apache-2.0
//
// Who is blocked on which key. The queues of a shard are touched under that shard's lock (or in the
// exclusive lane) only; the number of waits per shard is an atomic, so that a write passes by a
// shard on which nobody waits with one relaxed load. A waiter is served in the exclusive lane,
// and ends its own wait (time-out, disconnect) in the shared lane, on its session's thread: the
// gate itself keeps the two apart.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/commands/transaction.h"
#include "engine/keyspace/keyspace.h"
#include "engine/server/session.h"
#include "engine/types/object.h"

namespace millpond::engine {

class Call;

/// One blocked client. Constant while it is registered.
class Waiter {
public:
    /// Looks at a key that may have what the client waits for, in the exclusive lane, as the
    /// blocked command would: true when it has changed and replied what it had to, false when the
    /// client is to go on waiting, and nothing was done.
    using Serve = std::function<bool(Call& call, Bytes key)>;

    Waiter(Session& session_, OwnedCommand command_)
        : session(session_), command(std::move(command_)) {}

    Session& session;  ///< it takes its waiter off the registry before it ends
    OwnedCommand command;
    BlockToken token;
    int db = 0;
    Type type = Type::list;
    /// Asked too when the key is gone, or has become something else: XREADGROUP.
    bool minds_absence = false;
    std::vector<std::string> keys;  ///< different ones
    Serve serve;

private:
    friend class WaiterRegistry;
    struct Queue;
    struct Place {
        ShardId shard;
        const std::string* key;
        Queue* queue;
        std::list<std::shared_ptr<Waiter>>::iterator at;
    };
    std::vector<Place> places_;  ///< empty when it is not registered
};

class WaiterRegistry {
public:
    explicit WaiterRegistry(Keyspace& keys);
    ~WaiterRegistry();

    /// Does anybody wait for a key of this shard? One relaxed load; exact under the shard's lock.
    bool any(ShardId shard) const noexcept {
        return counts_[shard.value].load(std::memory_order_relaxed) != 0;
    }
    /// The same for a key, in whatever database. Requires: its shard locked.
    bool waits_for(Bytes key) const;
    /// Does anybody wait for such a type, whatever the key?
    bool any(Type type) const noexcept {
        return types_[static_cast<std::size_t>(type)].load(std::memory_order_relaxed) != 0;
    }

    /// Requires: all the keys' shards locked, or the exclusive lane.
    void add(const std::shared_ptr<Waiter>& waiter);
    /// False when it was not (any more) registered. Requires: the exclusive lane, or the shared one
    /// on the thread of its session; takes the shards' locks itself unless `locked`.
    bool remove(Waiter& waiter, bool locked);

    // -- In the exclusive lane
    // ------------------------------------------------------------------
    /// Offers a key to whoever waits for it, first come first served, until the key has nothing
    /// more to give. `type_of` tells what the key holds at the moment (null: nothing). `offer`
    /// removes whom it serves, before its session learns of it: it may end right after.
    using TypeOf = std::function<const Type*()>;
    using Offer = std::function<void(const std::shared_ptr<Waiter>&)>;
    void serve(int db, Bytes key, const TypeOf& type_of, const Offer& offer);
    /// The keys of a database (-1: all) that somebody waits for.
    std::vector<std::pair<int, std::string>> keys_of(int db) const;
    std::shared_ptr<Waiter> find(std::uint64_t session) const;
    /// Everybody's wait, in the order of their sessions.
    std::vector<std::shared_ptr<Waiter>> all() const;

private:
    struct Shard;
    const Waiter::Queue* queue_of(Bytes key) const;

    Keyspace& keys_;
    std::array<std::atomic<std::uint32_t>, Keyspace::kShards> counts_{};
    std::array<std::unique_ptr<Shard>, Keyspace::kShards> shards_;  ///< made when first waited in
    std::array<std::atomic<std::uint32_t>, kTypes> types_{};        ///< how many wait for each
    mutable std::mutex mutex_;  ///< of the index; nothing else is locked inside
    std::unordered_map<std::uint64_t, std::shared_ptr<Waiter>> by_session_;
};

}  // namespace millpond::engine
