// SPDX-License-Identifier: Apache-2.0
//
// The large form of sorted sets: a counted B+tree ordered by (score, member bytes) gives rank and
// range, and a linear table of the same items finds a member. An item (score and member) is one
// allocation that never moves. Guarded by the lock of the entry's shard.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "engine/types/element.h"
#include "engine/types/linear_table.h"

namespace millpond::engine {

/// A score and its member: 8 bytes of score, 1 byte of length (or 255 and 4 bytes), the bytes.
class ScoreItem {
public:
    static ScoreItem* create(Bytes member, double score);
    static void destroy(ScoreItem* item) noexcept;
    static std::size_t allocated(Bytes member);

    double score() const { return score_; }
    void set_score(double score) { score_ = score; }
    Bytes member() const {
        const char* at = reinterpret_cast<const char*>(this) + sizeof(double);
        if (static_cast<std::uint8_t>(*at) != kLong)
            return {at + 1, static_cast<std::uint8_t>(*at)};
        std::uint32_t size;
        std::memcpy(&size, at + 1, sizeof size);
        return {at + 1 + sizeof size, size};
    }

private:
    static constexpr std::uint8_t kLong = 255;
    static std::size_t size_for(std::size_t member);
    double score_;
};

/// The index keeps an item's address in 6 bytes: user space has no more than 48 bits.
struct ItemRecord {
    static constexpr std::size_t kBytes = 6;
    static std::size_t size(const std::uint8_t*) { return kBytes; }
    static std::uint64_t hash(const std::uint8_t* payload) {
        return hash_bytes(item(payload)->member());
    }
    static ScoreItem* item(const std::uint8_t* payload) {
        static_assert(std::endian::native == std::endian::little);
        std::uintptr_t address = 0;
        std::memcpy(&address, payload, kBytes);
        return reinterpret_cast<ScoreItem*>(address);
    }
    static void write(std::uint8_t* payload, const ScoreItem* item) {
        std::memcpy(payload, &item, kBytes);
    }
};

class ScoreTree : public ObjectHead {
public:
    ScoreTree();
    ~ScoreTree();
    ScoreTree(const ScoreTree&) = delete;
    ScoreTree& operator=(const ScoreTree&) = delete;

    std::size_t size() const { return index_.size(); }
    const ScoreItem* find(Bytes member) const;
    [[gnu::always_inline]] void prefetch(Bytes member) const {
        index_.prefetch(hash_bytes(member));
    }
    /// Adds the member or moves it; true when it is new.
    bool set(Bytes member, double score);
    bool erase(Bytes member);
    std::size_t rank(const ScoreItem& item) const;
    /// How many items come before the bound: those, in order, for which `before(item)` holds.
    template <class Before>
    std::size_t count_before(Before&& before) const;
    /// Requires: rank < size().
    const ScoreItem& at(std::size_t rank) const;
    /// visit(item) from `first`, upwards or down; false stops.
    template <class Visit>
    void for_range(std::size_t first, std::size_t count, bool reverse, Visit&& visit) const;

    const LinearTable<ItemRecord>& index() const { return index_; }
    std::size_t bytes() const { return sizeof *this + index_.bytes() + node_bytes_ + item_bytes_; }

private:
    static constexpr std::size_t kLeafMax = 61;  ///< makes a leaf 512 bytes
    static constexpr std::size_t kInnerMax = 30;

    struct Node {
        std::uint16_t count = 0;
        bool leaf;
        explicit Node(bool is_leaf) : leaf(is_leaf) {}
    };
    struct Leaf : Node {
        Leaf* previous = nullptr;
        Leaf* next = nullptr;
        ScoreItem* items[kLeafMax];
        Leaf() : Node(true) {}
    };
    struct Inner : Node {
        Node* children[kInnerMax];
        std::size_t sizes[kInnerMax];  ///< items below each child
        ScoreItem* lowest[kInnerMax];  ///< the first item below each child
        double scores[kInnerMax];      ///< its score, saving a miss per comparison
        Inner() : Node(false) {}
        void refresh(std::size_t child);
        void open(std::size_t at);
        void close(std::size_t at);
    };

    static bool less(const ScoreItem& a, double score, Bytes member);
    static std::size_t size_of(const Node& node);
    static ScoreItem* lowest_of(const Node& node);
    static std::size_t child_for(const Inner& inner, double score, Bytes member);

    Node* insert(Node& node, ScoreItem* item, bool rightmost);
    void share(Inner& inner, std::size_t child);
    void insert_into_tree(ScoreItem* item);
    Node* split(Leaf& leaf, bool rightmost);
    Node* split(Inner& inner, bool rightmost);
    void erase(Node& node, const ScoreItem& item);
    void remove_empty(Inner& inner, std::size_t child);
    void rebalance(Inner& inner, std::size_t child);
    void merge(Inner& inner, std::size_t left);
    void erase_from_tree(const ScoreItem& item);
    void destroy(Node* node) noexcept;
    template <class AnyNode>
    void forget(AnyNode* node) noexcept;
    const Leaf* leaf_at(std::size_t& rank) const;
    LinearTable<ItemRecord>::Position find_position(Bytes member) const;

    Node* root_;
    LinearTable<ItemRecord> index_;
    std::size_t node_bytes_ = 0;
    std::size_t item_bytes_ = 0;
};

template <class Before>
std::size_t ScoreTree::count_before(Before&& before) const {
    std::size_t rank = 0;
    const Node* node = root_;
    while (!node->leaf) {
        const auto& inner = static_cast<const Inner&>(*node);
        std::size_t low = 0, high = inner.count;  // the first child whose lowest item is not before
        while (low < high) {
            std::size_t middle = (low + high) / 2;
            if (before(*inner.lowest[middle])) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        if (low == 0) return rank;
        for (std::size_t i = 0; i + 1 < low; i++) rank += inner.sizes[i];
        node = inner.children[low - 1];
    }
    const auto& leaf = static_cast<const Leaf&>(*node);
    std::size_t low = 0, high = leaf.count;
    while (low < high) {
        std::size_t middle = (low + high) / 2;
        if (before(*leaf.items[middle])) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return rank + low;
}

template <class Visit>
void ScoreTree::for_range(std::size_t first, std::size_t count, bool reverse, Visit&& visit) const {
    if (count == 0 || first >= size()) return;
    std::size_t place = first;
    const Leaf* leaf = leaf_at(place);
    while (count-- > 0) {
        if (!visit(static_cast<const ScoreItem&>(*leaf->items[place]))) return;
        if (reverse) {
            if (place-- > 0) continue;
            leaf = leaf->previous;
            if (!leaf) return;
            place = leaf->count - 1u;
        } else {
            if (++place < leaf->count) continue;
            leaf = leaf->next;
            if (!leaf) return;
            place = 0;
        }
    }
}

}  // namespace millpond::engine
