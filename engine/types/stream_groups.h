// SPDX-License-Identifier: Apache-2.0
//
// A stream's consumer groups: what was delivered to whom and has not been acknowledged. The group's
// pending list knows each entry's consumer, time and number of deliveries; a consumer's own is a
// set of ids. Guarded by the lock of the entry's shard.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "engine/types/id_map.h"
#include "engine/types/object.h"

namespace millpond::engine {

struct StreamConsumer {
    std::int64_t seen_ms = 0;           ///< when it last showed up
    const std::string* name = nullptr;  ///< its key in the group's map
    IdSet pending;
};

struct StreamPending {
    std::int64_t delivered_ms = 0;
    std::uint64_t deliveries = 0;
    StreamConsumer* consumer = nullptr;
};

class StreamGroup {
public:
    static constexpr std::int64_t kEntriesReadUnknown = -1;

    StreamId last_id;  ///< the greatest one delivered
    /// How many entries of the stream's whole history have been delivered, if that is known.
    std::int64_t entries_read = kEntriesReadUnknown;

    using Consumers = std::map<std::string, StreamConsumer, std::less<>>;
    const Consumers& consumers() const { return consumers_; }
    StreamConsumer* find(Bytes name);
    /// Null when it is there already.
    StreamConsumer* create(Bytes name, std::int64_t now_ms);
    /// Removes a consumer with what is pending for it, and returns how much that was.
    std::size_t erase(StreamConsumer& consumer);

    const IdMap<StreamPending>& pending() const { return pending_; }
    /// Lives until the next change of the pending list.
    StreamPending* find_pending(const StreamId& id) { return pending_.find(id); }
    /// Makes the entry pending for the consumer, taking it from whoever had it.
    StreamPending& give(const StreamId& id, StreamConsumer& to);
    /// False when it was not pending.
    bool acknowledge(const StreamId& id);

    /// Of a copy, a snapshot: an entry whose consumer comes later. False when it is there already.
    bool add_unowned(const StreamId& id, std::int64_t delivered_ms, std::uint64_t deliveries);
    /// The consumer of an unowned entry. False when there is no such entry, or it has one.
    bool own(const StreamId& id, StreamConsumer& consumer);
    bool all_owned() const;

    std::unique_ptr<StreamGroup> clone() const;
    std::size_t bytes() const;
    /// What freeing it costs, in elements.
    std::size_t effort() const { return pending_.size() / 64 + consumers_.size(); }

private:
    Consumers consumers_;
    IdMap<StreamPending> pending_;
};

}  // namespace millpond::engine
