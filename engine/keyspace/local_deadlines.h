// SPDX-License-Identifier: Apache-2.0
//
// A writable replica's own keys with a deadline. A replica leaves expiry to its primary, but that
// knows nothing of keys that this node's clients have written: those are removed here, when they
// are due. As in Redis, a key stays one of them, whatever the primary makes of it later, until it
// has no deadline any more.
//
// note() on any thread, under the key's shard lock; sweep() on one thread.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "engine/keyspace/database.h"

namespace millpond::engine {

class Gate;
class GateFlag;

class LocalDeadlines {
public:
    /// A client has changed this key, which has that deadline.
    void note(int db, Bytes key, UnixMillis deadline);
    /// All data go, or this node is a primary now.
    void forget();
    /// For INFO.
    std::size_t size() const { return size_.load(std::memory_order_relaxed); }

    /// Removes what is due. `still_ours` is asked inside the lane: when it says no, others see to
    /// these keys, or they are gone. Requires: outside the lanes.
    void sweep(Keyspace& keys, Gate& gate, GateFlag& flag, UnixMillis now,
               KeyspaceObserver& observer, const std::function<bool()>& still_ours);

private:
    using Name = std::pair<int, std::string>;
    std::vector<Name> take_due(UnixMillis now);

    std::mutex mutex_;
    std::map<Name, UnixMillis> deadlines_;
    std::set<std::pair<UnixMillis, Name>> order_;
    std::atomic<std::size_t> size_{0};
};

}  // namespace millpond::engine
