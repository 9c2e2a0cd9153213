// SPDX-License-Identifier: Apache-2.0
//
// A run of consecutive entries of a stream in one listpack, as Redis documents its stream nodes:
//
//     live, deleted, F, F field names, 0,                                   the head
//     { flags, ms - run's ms, seq - run's seq, values, elements },          fields as in the head
//     { flags, ms - run's ms, seq - run's seq, n, fields and values, elements }
//
// where the run's id is that of its first entry, kept outside, and the last element of an entry
// counts the ones before it, so that a run can be read backwards. A deleted entry stays, marked,
// until its run goes. Guarded by the lock of the entry's shard.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "engine/types/collections.h"
#include "engine/types/listpack.h"
#include "engine/types/stream_id.h"

namespace millpond::engine {

/// One entry, read in place: lives as long as the run stays as it is.
class StreamEntry {
public:
    const StreamId& id() const { return id_; }
    bool deleted() const { return (flags_ & kDeleted) != 0; }
    std::size_t fields() const { return fields_; }
    void for_each(FunctionView<void(Bytes field, Bytes value)> visit) const;

private:
    friend class StreamRun;
    static constexpr std::int64_t kDeleted = 1;
    static constexpr std::int64_t kSameFields = 2;

    StreamId id_;
    std::int64_t flags_ = 0;
    std::size_t fields_ = 0;
    const std::uint8_t* at_ = nullptr;     ///< its first element, the flags
    const std::uint8_t* names_ = nullptr;  ///< the run's field names ...
    std::size_t names_count_ = 0;          ///< ... and how many they are
    const std::uint8_t* rest_ = nullptr;   ///< its values, or its fields and values
};

/// A handle on a run's bytes. It does not own them.
class StreamRun {
public:
    using Bits = std::uint8_t*;

    StreamRun(StreamId id, Bits& bits) : id_(id), bits_(bits) {}

    static Bits create(std::span<const Bytes> fields_and_values);
    static Bits copy(const std::uint8_t* bits);
    static void destroy(Bits bits) noexcept;
    /// The bytes of a run from elsewhere; null when they are malformed or hold no entry.
    static Bits adopt(Bytes pack);

    Bytes bytes() const;
    std::size_t allocated() const;
    /// As XADD decides it: entries of `added` bytes of text go to a new run instead.
    bool is_full(std::size_t added, std::uint64_t bytes_max, std::uint64_t entries_max) const;

    std::int64_t live() const;
    std::int64_t deleted() const;

    /// Requires: the run's id is `id` if this is the first entry.
    void append(const StreamId& id, std::span<const Bytes> fields_and_values);
    /// Marks an entry, which is not deleted yet; count_deleted() is to follow.
    void mark_deleted(const StreamEntry& entry);
    /// Counts so many entries as deleted. Entries read before are to be read again.
    void count_deleted(std::int64_t entries);

    /// The first and the last entry, deleted ones included; false when there is none.
    bool first(StreamEntry& entry) const;
    bool last(StreamEntry& entry) const;
    /// The one after and before it.
    bool next(StreamEntry& entry) const;
    bool previous(StreamEntry& entry) const;

private:
    struct Head {
        std::size_t fields;
        const std::uint8_t* names;
        const std::uint8_t* entries;  ///< behind the head's terminator
    };
    Head head() const;
    bool read(const Head& head, const std::uint8_t* at, StreamEntry& entry) const;
    bool has_fields(const Head& head, std::span<const Bytes> fields_and_values) const;
    /// Replaces `remove` bytes at `offset` by `insert` uninitialised ones.
    std::uint8_t* splice(std::size_t offset, std::size_t remove, std::size_t insert);
    void replace(std::size_t offset, std::int64_t value);

    StreamId id_;
    Bits& bits_;
};

}  // namespace millpond::engine
