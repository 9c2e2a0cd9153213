// SPDX-License-Identifier: Apache-2.0
//
// A map from stream ids to small values, in order: leaves of up to 128 items, and a directory of
// leaves that has room at both ends, since streams grow at their end and are trimmed at their
// front. Finding is two binary searches; a change moves one leaf's items, and now and then a part
// of the directory (16 bytes for 128 items). Pointers to values and places live until the next
// change. Guarded by the lock of the entry's shard.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>
#include <utility>

#include "engine/types/allocation.h"
#include "engine/types/stream_id.h"

namespace millpond::engine {

template <class Value>
class IdMap {
public:
    struct Item {
        StreamId id;
        [[no_unique_address]] Value value;
    };
    static_assert(std::is_trivially_copyable_v<Item>);

    /// Where an item is; past the last one `leaf` is the number of leaves.
    struct Place {
        std::size_t leaf = 0;
        std::size_t index = 0;
        friend bool operator==(const Place&, const Place&) = default;
    };

    IdMap() = default;
    IdMap(const IdMap&) = delete;
    IdMap& operator=(const IdMap&) = delete;
    ~IdMap() { clear(); }

    std::size_t size() const { return size_; }
    bool empty() const { return size_ == 0; }

    Place begin() const { return {}; }
    Place end() const { return {leaves_, 0}; }
    /// Requires: not empty.
    Place last() const { return {leaves_ - 1, leaf(leaves_ - 1).count - 1}; }
    Place next(Place place) const {
        if (++place.index == leaf(place.leaf).count) return {place.leaf + 1, 0};
        return place;
    }
    /// Requires: `place` is not begin().
    Place previous(Place place) const {
        if (place.index > 0) return {place.leaf, place.index - 1};
        return {place.leaf - 1, leaf(place.leaf - 1).count - 1};
    }
    Item& at(Place place) { return leaf(place.leaf).items[place.index]; }
    const Item& at(Place place) const { return leaf(place.leaf).items[place.index]; }

    /// The first item that is not before `id`.
    Place lower_bound(const StreamId& id) const {
        if (size_ == 0) return end();
        const std::size_t in = leaf_of(id);
        const std::size_t index = index_in(leaf(in), id);
        if (index == leaf(in).count) return {in + 1, 0};
        return {in, index};
    }
    Value* find(const StreamId& id) {
        const Place place = lower_bound(id);
        if (place == end() || at(place).id != id) return nullptr;
        return &at(place).value;
    }
    const Value* find(const StreamId& id) const { return const_cast<IdMap*>(this)->find(id); }

    /// The value, and whether it is new: one that is there stays as it is.
    std::pair<Value*, bool> insert(const StreamId& id, const Value& value) {
        if (size_ == 0) add_leaf(0);
        std::size_t in = leaf_of(id);
        std::size_t index = index_in(leaf(in), id);
        if (index < leaf(in).count && leaf(in).items[index].id == id) {
            return {&leaf(in).items[index].value, false};
        }
        if (leaf(in).count == kLeafItems) {
            if (in + 1 == leaves_ && index == kLeafItems) {
                add_leaf(++in);  // what is appended leaves full leaves behind
                index = 0;
            } else {
                split(in);
                if (index > leaf(in).count) {
                    index -= leaf(in).count;
                    ++in;
                }
            }
        }
        Leaf& to = leaf(in);
        if (to.count == to.capacity) grow(to);
        std::memmove(static_cast<void*>(to.items + index + 1), to.items + index,
                     (to.count - index) * sizeof(Item));
        to.items[index] = {id, value};
        ++to.count;
        ++size_;
        return {&to.items[index].value, true};
    }

    bool erase(const StreamId& id) {
        const Place place = lower_bound(id);
        if (place == end() || at(place).id != id) return false;
        erase(place);
        return true;
    }
    /// The item after the erased one is then at the place that is returned.
    Place erase(Place place) {
        Leaf& from = leaf(place.leaf);
        --from.count;
        --size_;
        std::memmove(static_cast<void*>(from.items + place.index), from.items + place.index + 1,
                     (from.count - place.index) * sizeof(Item));
        if (from.count == 0) {
            remove_leaf(place.leaf);
            return {place.leaf, 0};
        }
        const bool joins =
            place.leaf + 1 < leaves_ && from.count + leaf(place.leaf + 1).count <= kLeafItems / 2;
        if (joins) join(place.leaf);
        if (place.index == leaf(place.leaf).count) return {place.leaf + 1, 0};
        return place;
    }

    void clear() {
        for (std::size_t i = 0; i < leaves_; ++i) release(leaf(i).items);
        release(array_);
        array_ = nullptr;
        first_ = leaves_ = capacity_ = 0;
        size_ = 0;
    }

    /// Bytes allocated.
    std::size_t bytes() const {
        std::size_t bytes = capacity_ * sizeof(Leaf);
        for (std::size_t i = 0; i < leaves_; ++i) bytes += leaf(i).capacity * sizeof(Item);
        return bytes;
    }

private:
    static constexpr std::uint32_t kLeafItems = 128;
    static constexpr std::uint32_t kItemsMin = 2;

    struct Leaf {
        Item* items;
        std::uint32_t count;
        std::uint32_t capacity;
    };

    Leaf& leaf(std::size_t index) { return array_[first_ + index]; }
    const Leaf& leaf(std::size_t index) const { return array_[first_ + index]; }

    /// The last leaf that does not begin after `id`, or the first. Requires: not empty.
    std::size_t leaf_of(const StreamId& id) const {
        const Leaf* begin = array_ + first_;
        const Leaf* found = std::upper_bound(begin, begin + leaves_, id,
                                             [](const StreamId& wanted, const Leaf& leaf) {
                                                 return leaf.count > 0 && wanted < leaf.items[0].id;
                                             });
        return found == begin ? 0 : static_cast<std::size_t>(found - begin - 1);
    }
    static std::size_t index_in(const Leaf& leaf, const StreamId& id) {
        if (leaf.count == 0 || leaf.items[leaf.count - 1].id < id) return leaf.count;
        return static_cast<std::size_t>(
            std::lower_bound(
                leaf.items, leaf.items + leaf.count, id,
                [](const Item& item, const StreamId& wanted) { return item.id < wanted; }) -
            leaf.items);
    }

    void grow(Leaf& leaf) { resize(leaf, std::min(leaf.capacity * 2, kLeafItems)); }
    void resize(Leaf& leaf, std::uint32_t capacity) {
        auto* larger = static_cast<Item*>(allocate(capacity * sizeof(Item)));
        std::memcpy(static_cast<void*>(larger), leaf.items, leaf.count * sizeof(Item));
        release(leaf.items);
        leaf.items = larger;
        leaf.capacity = capacity;
    }

    void add_leaf(std::size_t at, std::uint32_t capacity = kItemsMin) {
        auto* items = static_cast<Item*>(allocate(capacity * sizeof(Item)));
        const bool front = at < leaves_ - at;
        if (front ? first_ == 0 : first_ + leaves_ == capacity_) make_room();
        if (front) {
            std::memmove(array_ + first_ - 1, array_ + first_, at * sizeof(Leaf));
            --first_;
        } else {
            std::memmove(&leaf(at) + 1, &leaf(at), (leaves_ - at) * sizeof(Leaf));
        }
        ++leaves_;
        leaf(at) = {items, 0, capacity};
    }
    void remove_leaf(std::size_t at) {
        release(leaf(at).items);
        if (at < leaves_ - at) {
            std::memmove(array_ + first_ + 1, array_ + first_, at * sizeof(Leaf));
            ++first_;
        } else {
            std::memmove(&leaf(at), &leaf(at) + 1, (leaves_ - at - 1) * sizeof(Leaf));
        }
        if (--leaves_ == 0) clear();
    }
    /// Makes the directory anew with its leaves in the middle and as much room as they take.
    void make_room() {
        const std::uint32_t capacity = leaves_ == 0 ? 1 : leaves_ * 2 + 2;
        const std::uint32_t first = leaves_ == 0 ? 0 : (capacity - leaves_) / 2;
        auto* larger = static_cast<Leaf*>(allocate(capacity * sizeof(Leaf)));
        if (leaves_ != 0) std::memcpy(larger + first, array_ + first_, leaves_ * sizeof(Leaf));
        release(array_);
        array_ = larger;
        capacity_ = capacity;
        first_ = first;
    }

    void split(std::size_t at) {
        add_leaf(at + 1, kLeafItems);
        Leaf& left = leaf(at);
        Leaf& right = leaf(at + 1);
        right.count = kLeafItems / 2;
        left.count -= right.count;
        std::memcpy(static_cast<void*>(right.items), left.items + left.count,
                    right.count * sizeof(Item));
    }
    void join(std::size_t at) {
        Leaf& left = leaf(at);
        Leaf& right = leaf(at + 1);
        if (left.capacity < left.count + right.count) resize(left, kLeafItems);
        std::memcpy(static_cast<void*>(left.items + left.count), right.items,
                    right.count * sizeof(Item));
        left.count += right.count;
        remove_leaf(at + 1);
    }

    Leaf* array_ = nullptr;
    std::uint32_t first_ = 0;
    std::uint32_t leaves_ = 0;
    std::uint32_t capacity_ = 0;
    std::size_t size_ = 0;
};

/// Nothing to go with an id: IdMap<Nothing> is a set.
struct Nothing {};
using IdSet = IdMap<Nothing>;

}  // namespace millpond::engine
