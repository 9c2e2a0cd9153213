// SPDX-License-Identifier: Apache-2.0
//
// The entries of one database in one shard. A directory, indexed by the first bits of the hash
// below the shard's, points at groups; a group is a run of cache-line buckets of eight 8-byte slots
// (48 bits of pointer, 16 of hash tag), probed from the bucket that the tag names. A group grows
// and shrinks in steps of about 1/8 and splits in two at 128 entries, so no operation moves more
// than 128 slots, and moving needs no look at the entries but for a split. Groups cover ascending
// ranges of the hash.
//
//     directory:       [ 16 depth | 48 address of its 2^depth words ]
//     directory word:  [ 16 number of buckets | 48 address of the group ]
//     group:           [ 8 B header, 7 slots ] [ 8 slots ] [ 8 slots ] ...
//
// Used under the shard's lock; the directory and its words are atomics, so that prefetching outside
// it is no race. Outgrown directories are kept until the exclusive lane reclaims them.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "engine/keyspace/entry.h"
#include "engine/keyspace/hash.h"
#include "engine/keyspace/wheel.h"
#include "engine/memory/slab.h"
#include "engine/types/collections.h"

namespace millpond::engine {

class Table {
public:
    /// What a table needs from the key space: memory of its shard's arena, and the hash for splits.
    struct Resources {
        SlabArena& entries;
        SlabArena& groups;
        const KeyHasher& hasher;
    };

    explicit Table(Resources resources);
    /// Frees the entries with their values.
    ~Table();
    Table(const Table&) = delete;

    Entry* find(KeyHash hash, Bytes key) const noexcept;
    /// Requires: the key is absent.
    void insert(KeyHash hash, Entry* entry);
    /// The entry has moved or been replaced by one of the same key.
    void replace(KeyHash hash, const Entry* old, Entry* now) noexcept;
    /// Takes the entry out; it is the caller's. Requires: it is in the table.
    void remove(KeyHash hash, const Entry* entry);

    std::size_t size() const noexcept { return size_.load(std::memory_order_relaxed); }
    std::size_t volatile_size() const noexcept {
        return volatile_size_.load(std::memory_order_relaxed);
    }
    void count_volatile(std::int64_t change) noexcept;

    /// The entries of the group that covers `position` (KeyHash::position()), of at most about 128,
    /// and the position where the next group begins; 0 when this was the last. The visit changes no
    /// key.
    std::uint64_t visit_group(std::uint64_t position, FunctionView<void(Entry&)> visit) const;
    /// Visits the entries that a wheel's fragment may stand for, until one call returns false.
    void visit_fragment(DeadlineWheel::Fragment fragment, FunctionView<bool(Entry&)> visit) const;
    /// Visits entries that lie side by side, in one group, from a place on that `random` names,
    /// until the visit has answered true `wanted` times or the group has been gone through. Returns
    /// how many times it did. What is near is loaded together, so some cost little more than one.
    std::size_t sample(std::uint64_t random, std::size_t wanted,
                       FunctionView<bool(Entry&)> visit) const;
    /// A nearly uniform random entry; nullptr when empty.
    Entry* random(std::uint64_t random) const;

    // A lookup goes through memory in four steps, of which each says where the next one looks: this
    // table, its directory's word, the bucket, the entry. Loads what the step after it reads; those
    // of the directory and the bucket from any thread in the shared lane, that of the entry under
    // the lock.
    void prefetch_directory(KeyHash hash) const noexcept;
    void prefetch_bucket(KeyHash hash) const noexcept;
    void prefetch_entry(KeyHash hash) const noexcept;
    /// The entry that a lookup will look at first, if any: most likely the key's.
    Entry* likely(KeyHash hash) const noexcept;

    /// Frees outgrown directories. Requires: the exclusive lane.
    void reclaim();
    std::size_t retired_bytes() const noexcept {
        return retired_bytes_.load(std::memory_order_relaxed);
    }

    SlabArena& entries() const noexcept { return resources_.entries; }
    SlabArena& groups() const noexcept { return resources_.groups; }
    const KeyHasher& hasher() const noexcept { return resources_.hasher; }

    /// The deadlines; made with the first. Under the lock.
    DeadlineWheel* wheel() const noexcept { return wheel_.get(); }
    DeadlineWheel& make_wheel(std::int64_t now);
    /// Starts an empty wheel; returns the old one, to be freed by the caller.
    std::unique_ptr<DeadlineWheel> drop_wheel() { return std::move(wheel_); }

    std::uint64_t walk_position = 0;  ///< see Shard::walk

    /// Directory, groups and wheel in bytes: what the keys cost beyond their entries.
    std::size_t overhead() const noexcept;

private:
    struct Group;
    /// The words are reached from the table by one load.
    class Directory {
    public:
        static Directory make(std::uint8_t depth);
        explicit Directory(std::uint64_t packed) : packed_(packed) {}
        void destroy() const;
        std::uint64_t packed() const { return packed_; }
        std::uint8_t depth() const { return static_cast<std::uint8_t>(packed_ >> 48); }
        std::size_t size() const { return std::size_t{1} << depth(); }
        std::size_t index(std::uint64_t position) const {
            return depth() == 0 ? 0 : static_cast<std::size_t>(position >> (64 - depth()));
        }
        std::atomic<std::uint64_t>& word(std::size_t index) const;

    private:
        std::uint64_t packed_;
    };
    Directory directory() const noexcept {
        return Directory(directory_.load(std::memory_order_acquire));
    }
    struct Place {
        Group* group;
        std::uint32_t buckets;
    };

    Place place_of(std::uint64_t position) const noexcept;
    template <class Visit>
    static void probe(Place place, std::uint16_t tag, Visit&& visit);
    std::atomic<std::uint64_t>* slot_of(KeyHash hash, const Entry* entry) const noexcept;
    Group* make_group(std::uint32_t buckets, std::uint8_t depth);
    void free_group(Group* group) noexcept;
    static void put(Group& group, std::uint64_t word) noexcept;
    static void fill_hole(Group& group, std::atomic<std::uint64_t>* hole) noexcept;
    void publish(Group* group, std::uint64_t position) noexcept;
    Group* resize(Group* group, std::uint64_t position, std::uint32_t buckets);
    bool can_split(const Group& group) const noexcept;
    void split(Group* group, std::uint64_t position);
    void merge(Group* group, std::uint64_t position);
    void grow_directory();

    Resources resources_;
    std::atomic<std::uint64_t> directory_;
    std::atomic<std::size_t> size_{0};
    std::atomic<std::size_t> volatile_size_{0};
    std::size_t groups_ = 0;
    std::size_t group_bytes_ = 0;
    std::atomic<std::size_t> retired_bytes_{0};
    std::unique_ptr<DeadlineWheel> wheel_;
    std::vector<Directory> retired_;
};

}  // namespace millpond::engine
