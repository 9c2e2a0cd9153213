// SPDX-License-Identifier: Apache-2.0
//
// What a command sees of the keys: one numbered database, at one frozen moment. A Database is made per
// command on the stack and costs nothing; the keys that are named must be locked by the caller (shared
// lane) or the exclusive lane held. Pointers to entries live until the next change of that key, since a
// change may move the entry (a string that grows, a TTL that is added).
#pragma once

#include <cstdint>
#include <optional>

#include "engine/keyspace/entry.h"
#include "engine/types/object.h"

namespace millpond::engine {

class Keyspace;

using UnixMillis = std::int64_t;

/// Told of what the key space does by itself while a command runs; dispatch implements it.
class KeyspaceObserver {
public:
    virtual ~KeyspaceObserver() = default;
    /// Before an entry is changed or removed: the snapshot walker may have to save it first.
    virtual void before_change(int db, Entry& entry) = 0;
    /// A key was found expired and removed (primary only): its DEL goes to the log before the command's effect.
    virtual void expired(int db, Bytes key) = 0;
    virtual void evicted(int db, Bytes key) = 0;
};

class Database {
public:
    struct Options {
        UnixMillis now;
        bool expire = true;     ///< false: a replica, a paused or role-less node only hides expired keys
        bool ignore_expiry = false;  ///< the applier on a replica: it sees what its primary saw
        bool no_touch = false;  ///< CLIENT NO-TOUCH
    };
    Database(Keyspace& keys, int index, Options options, KeyspaceObserver& observer);

    int index() const;
    UnixMillis now() const;

    /// The live entry or nullptr; counts a hit or miss and touches its clock.
    Entry* find_read(Bytes key);
    /// The live entry or nullptr; no counters. Every change of an entry starts here: it calls before_change.
    Entry* find_write(Bytes key);
    /// The live entry or nullptr, leaving no trace.
    Entry* peek(Bytes key);

    enum class Ttl : std::uint8_t { clear, keep };
    /// Creates or replaces, whatever the type was.
    Entry* put_string(Bytes key, Bytes value, Ttl ttl = Ttl::clear);
    /// Creates or replaces with a collection; takes the object over.
    Entry* put_object(Bytes key, Type type, void* object, Ttl ttl = Ttl::clear);
    /// The collection's entry for writing, created empty when absent; nullptr when the key holds another type.
    template <class Handle>
    Entry* find_or_create(Bytes key);
    /// To be called after elements went: removes the entry when its collection is empty; true if it did.
    bool erase_if_empty(Bytes key);
    bool erase(Bytes key);

    std::optional<UnixMillis> expiry(const Entry& entry) const;
    Entry* set_expiry(Entry& entry, UnixMillis at);
    Entry* clear_expiry(Entry& entry);

    Keyspace& keyspace();
};

}  // namespace millpond::engine
