// SPDX-License-Identifier: Apache-2.0
//
// A stream: entries in the order of their ids, in runs (stream_run.h) that an IdMap finds, and
// consumer groups. Where a run ends and what a trim removes follows Redis 7.0 to the entry, since
// clients see it: XTRIM ~ removes whole runs. Unlike the four collections a stream may be empty,
// and its object never moves: the handle is the object. Guarded by the lock of the entry's shard.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/types/collections.h"
#include "engine/types/id_map.h"
#include "engine/types/run.h"
#include "engine/types/stream_groups.h"
#include "engine/types/stream_run.h"

namespace millpond::engine {

/// How XADD and XTRIM shorten a stream.
struct StreamTrim {
    enum class By : std::uint8_t { nothing, length, id } by = By::nothing;
    std::uint64_t length = 0;  ///< what may stay
    StreamId id{};             ///< the first that may stay
    bool approximate = false;  ///< whole runs only
    std::int64_t limit = 0;    ///< at most so many entries; 0: any number
};

class Stream final : public ObjectHead {
public:
    static constexpr Type type = Type::stream;
    static void* create() { return new Stream; }
    static Stream& of(ObjectSlot slot) { return *static_cast<Stream*>(slot); }
    static const Stream& of(const void* object) { return *static_cast<const Stream*>(object); }

    Stream();
    ~Stream();
    Stream(const Stream&) = delete;
    Stream& operator=(const Stream&) = delete;

    std::uint64_t length() const { return length_; }
    std::uint64_t entries_added() const { return entries_added_; }
    const StreamId& last_id() const { return last_id_; }    ///< the greatest ever added
    const StreamId& first_id() const { return first_id_; }  ///< 0-0 when empty
    const StreamId& max_deleted_id() const { return max_deleted_id_; }
    void set_last_id(const StreamId& id) { last_id_ = id; }
    void set_first_id(const StreamId& id) { first_id_ = id; }
    void set_max_deleted_id(const StreamId& id) { max_deleted_id_ = id; }
    void set_entries_added(std::uint64_t count) { entries_added_ = count; }

    /// Requires: `id` > last_id(), and an even number of fields and values, two or more.
    void append(const StreamId& id, std::span<const Bytes> fields_and_values);
    /// False when there is no such entry.
    bool erase(const StreamId& id);
    /// To be called after erase() when the entry was the first one, or the stream is empty now.
    void find_first_id();
    /// Returns how many entries went. Runs that went whole are added to `removed`, to be freed by
    /// StreamRun::destroy where no lock is held, if they are many.
    std::int64_t trim(const StreamTrim& how, std::vector<StreamRun::Bits>& removed);

    /// Entries from `first` to `last`, both included, deleted ones left out, from the last down
    /// when `reverse`; the callback returns false to stop.
    void for_range(const StreamId& first, const StreamId& last, bool reverse,
                   FunctionView<bool(const StreamEntry&)> visit) const;
    bool contains(const StreamId& id) const;
    /// Of the entries that are there. Requires: length() > 0.
    StreamId last_entry_id() const;
    /// Of the first run's first entry, deleted or not; the greatest id when there is none.
    StreamId first_recorded_id() const;

    /// Was an entry with this or a greater id deleted by XDEL?
    bool has_deleted_from(const StreamId& id) const;
    /// How many entries of the stream's history come up to this id; kEntriesReadUnknown when that
    /// cannot be told.
    std::int64_t distance_from_start(const StreamId& id) const;
    /// How many entries the group has not been given yet, if that is known.
    std::optional<std::int64_t> lag(const StreamGroup& group) const;

    using Runs = IdMap<StreamRun::Bits>;
    const Runs& runs() const { return runs_; }
    /// Of a radix tree over the runs' ids, as Redis counts them for XINFO STREAM.
    std::size_t radix_tree_nodes() const;
    /// For loading: takes over a run, with its live entries. False when the id is taken.
    bool add_run(const StreamId& id, StreamRun::Bits run);

    using Groups = std::map<std::string, std::unique_ptr<StreamGroup>, std::less<>>;
    const Groups& groups() const { return groups_; }
    StreamGroup* find_group(Bytes name) const;
    /// Null when it is there already.
    StreamGroup* create_group(Bytes name, const StreamId& last_id, std::int64_t entries_read);
    std::unique_ptr<StreamGroup> remove_group(Bytes name);

    Stream* clone() const;
    std::size_t bytes() const;
    std::size_t effort() const;

private:
    Runs::Place seek(const StreamId& id) const;
    void erase(Runs::Place place, const StreamEntry& entry);
    std::int64_t trim_run(Runs::Item& item, const StreamTrim& how);

    std::uint64_t length_ = 0;
    StreamId last_id_;
    StreamId first_id_;
    StreamId max_deleted_id_;
    std::uint64_t entries_added_ = 0;
    std::size_t run_bytes_ = 0;
    Runs runs_;
    Groups groups_;
};

}  // namespace millpond::engine
