// SPDX-License-Identifier: Apache-2.0
//
// What a command sees of the keys: one numbered database, at one frozen moment. A Database is made
// per command on the stack and costs nothing; the keys that are named must be locked by the caller
// (shared lane) or the exclusive lane held. Pointers to entries live until the next change of that
// key, since a change may move the entry (a string that grows, a TTL that is added).
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "engine/keyspace/entry.h"
#include "engine/keyspace/hash.h"
#include "engine/types/object.h"

namespace millpond::engine {

class Keyspace;

using UnixMillis = std::int64_t;

/// Told of what the key space does by itself while a command runs; dispatch implements it.
class KeyspaceObserver {
public:
    virtual ~KeyspaceObserver() = default;
    /// Before an entry is changed or removed: the snapshot walker may have to save it first. `hash`
    /// is its key's.
    virtual void before_change(int db, Entry& entry, KeyHash hash) = 0;
    /// A key was found expired and removed (primary only): its DEL goes to the log before the
    /// command's effect.
    virtual void expired(int db, Bytes key) = 0;
    virtual void evicted(int db, Bytes key) = 0;
    /// Fields of a hash were found expired and removed (primary only); with the last, the key went.
    virtual void fields_expired(int /*db*/, Bytes /*key*/, std::span<const Bytes> /*fields*/,
                                bool /*key_gone*/) {}
    /// For the keyspace events 'n' and 'm', which only some ask for.
    virtual void created(int /*db*/, const Entry& /*entry*/, KeyHash /*hash*/) {}
    virtual void missed(int /*db*/, Bytes /*key*/) {}
    /// A stream leaves its key: removed, moved away, or replaced by another type.
    virtual void stream_leaves(int /*db*/, Bytes /*key*/, KeyHash /*hash*/) {}
};

class Database {
public:
    struct Options {
        UnixMillis now;
        bool expire =
            true;  ///< false: a replica, a paused or role-less node only hides expired keys
        bool ignore_expiry = false;  ///< the applier on a replica: it sees what its primary saw
        bool no_touch = false;       ///< CLIENT NO-TOUCH
        HashedKey hashed = {};       ///< a key of the command whose hash is known
        SharedBuffer* request = nullptr;  ///< what the arguments lie in, for a value that fills it
    };
    Database(Keyspace& keys, int index, const Options& options, KeyspaceObserver& observer)
        : keys_(&keys), observer_(&observer), options_(options), index_(index) {}

    int index() const { return index_; }
    UnixMillis now() const { return options_.now; }
    const Options& options() const { return options_; }

    /// The live entry or nullptr; counts a hit or miss and touches its clock.
    Entry* find_read(Bytes key);
    /// The same, but its clock stays: EXISTS, TYPE, TTL, OBJECT. `told`: a miss is an event.
    Entry* find_untouched(Bytes key, bool told = true);
    /// The live entry or nullptr; no counters. Every change of an entry starts here: it calls
    /// before_change.
    Entry* find_write(Bytes key);
    /// The live entry or nullptr, leaving no trace.
    Entry* peek(Bytes key);

    enum class Ttl : std::uint8_t { clear, keep };
    /// Creates or replaces, whatever the type was. Digits that are a canonical integer are kept as
    /// one.
    Entry* put_string(Bytes key, Bytes value, Ttl ttl = Ttl::clear);
    /// The same, but digits stay text, as INCRBYFLOAT leaves them.
    Entry* put_text(Bytes key, Bytes value, Ttl ttl = Ttl::clear);
    /// The same as put_string with a deadline, which costs one allocation less than two calls.
    Entry* put_string_until(Bytes key, Bytes value, UnixMillis deadline);
    Entry* put_integer(Bytes key, std::int64_t value, Ttl ttl = Ttl::clear);
    /// Creates or replaces with a collection; takes the object over.
    Entry* put_object(Bytes key, Type type, void* object, Ttl ttl = Ttl::clear);
    /// The collection's entry for writing, created empty when absent; nullptr when the key holds
    /// another type.
    template <class Handle>
    Entry* find_or_create(Bytes key) {
        if (Entry* entry = find_write(key)) return entry->type() == Handle::type ? entry : nullptr;
        return put_object(key, Handle::type, Handle::create());
    }
    /// To be called after elements went: removes the entry when its collection is empty; true if it
    /// did.
    bool erase_if_empty(Bytes key);
    /// False when it was absent. A big value is freed in the background.
    bool erase(Bytes key);

    /// For the expiry thread and eviction: removes the key, when its deadline has passed or
    /// whatever it is, and tells the observer. Requires: `key` is no view of the entry.
    bool expire(Bytes key);
    bool evict(Bytes key);
    /// The same for the fields of a hash that are due; there may be more, for which the expiry
    /// thread comes again.
    void expire_fields(Bytes key);
    /// After fields of a hash were given deadlines: so that the expiry thread comes. Requires:
    /// `entry` from find_write of its key.
    void file_field_deadlines(Entry& entry);

    /// The string of an entry, made `size` bytes long (zeros after what was there), to be written
    /// in place: APPEND, SETRANGE, SETBIT. Requires: `entry` from find_write of this key, a string.
    struct Editable {
        Entry* entry;
        char* data;
        std::size_t size;
    };
    Editable edit_string(Entry& entry, std::size_t size);

    /// Replaces the value of an entry from find_write in place where it fits; the deadline stays.
    Entry* set_integer(Entry& entry, std::int64_t value);

    /// A copy of an entry's value under another key, whose value is replaced. The deadline is
    /// copied too. Requires: `source` is not that key's entry.
    void copy(Entry& source, Database& target, Bytes to);
    /// Moves the value, deadline included, to another key or database; what was there is replaced.
    /// False when the source is absent. Requires: both keys locked, and not the same.
    bool move(Bytes from, Database& target, Bytes to);

    /// The deadline, unless there is none.
    std::optional<UnixMillis> expiry(const Entry& entry) const {
        if (!entry.has_expiry()) return std::nullopt;
        return entry.expiry();
    }
    /// Both may move the entry: they return where it is. Requires: `entry` from find_write of its
    /// key.
    Entry* set_expiry(Entry& entry, UnixMillis at);
    Entry* clear_expiry(Entry& entry);

    Keyspace& keyspace() { return *keys_; }
    KeyspaceObserver& observer() { return *observer_; }

private:
    class Change;
    KeyHash hash(Bytes key) const;
    /// Has its deadline passed, and do we mind?
    bool hides(const Entry& entry) const;
    void touch(Entry& entry) const;
    /// Sees to the fields of a hash that are due: false when the last of them took the key along.
    bool settle_fields(Change& change, Entry& entry) {
        return entry.type() != Type::hash || settle_hash(change, entry);
    }
    bool settle_hash(Change& change, Entry& entry);

    Keyspace* keys_;
    KeyspaceObserver* observer_;
    Options options_;
    int index_;
};

}  // namespace millpond::engine
