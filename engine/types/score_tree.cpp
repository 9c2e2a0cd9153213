// SPDX-License-Identifier: Apache-2.0
#include "engine/types/score_tree.h"

#include <algorithm>
#include <new>

#include "engine/types/allocation.h"

namespace millpond::engine {

std::size_t ScoreItem::size_for(std::size_t member) {
    return sizeof(double) + 1 + (member < kLong ? 0 : sizeof(std::uint32_t)) + member;
}

std::size_t ScoreItem::allocated(Bytes member) {
    return allocation_class(size_for(member.size()));
}

ScoreItem* ScoreItem::create(Bytes member, double score) {
    auto* item = static_cast<ScoreItem*>(allocate(size_for(member.size())));
    item->score_ = score;
    char* at = reinterpret_cast<char*>(item) + sizeof(double);
    if (member.size() < kLong) {
        *at++ = static_cast<char>(member.size());
    } else {
        auto size = static_cast<std::uint32_t>(member.size());
        *at++ = static_cast<char>(kLong);
        std::memcpy(at, &size, sizeof size);
        at += sizeof size;
    }
    std::memcpy(at, member.data(), member.size());
    return item;
}

void ScoreItem::destroy(ScoreItem* item) noexcept {
    release(item);
}

ScoreTree::ScoreTree() : root_(new Leaf) {
    form_bits = static_cast<std::uint8_t>(Form::tree);
    node_bytes_ = sizeof(Leaf);
}

ScoreTree::~ScoreTree() {
    destroy(root_);
}

void ScoreTree::destroy(Node* node) noexcept {
    if (node->leaf) {
        auto* leaf = static_cast<Leaf*>(node);
        for (std::size_t i = 0; i < leaf->count; i++) ScoreItem::destroy(leaf->items[i]);
        delete leaf;
        return;
    }
    auto* inner = static_cast<Inner*>(node);
    for (std::size_t i = 0; i < inner->count; i++) destroy(inner->children[i]);
    delete inner;
}

template <class AnyNode>
void ScoreTree::forget(AnyNode* node) noexcept {
    node_bytes_ -= sizeof(AnyNode);
    delete node;
}

bool ScoreTree::less(const ScoreItem& a, double score, Bytes member) {
    return a.score() < score || (a.score() == score && a.member() < member);
}

std::size_t ScoreTree::size_of(const Node& node) {
    if (node.leaf) return node.count;
    const auto& inner = static_cast<const Inner&>(node);
    std::size_t size = 0;
    for (std::size_t i = 0; i < inner.count; i++) size += inner.sizes[i];
    return size;
}

ScoreItem* ScoreTree::lowest_of(const Node& node) {
    return node.leaf ? static_cast<const Leaf&>(node).items[0]
                     : static_cast<const Inner&>(node).lowest[0];
}

/// The child in which the place (score, member) lies: the last one whose lowest item is not above
/// it.
std::size_t ScoreTree::child_for(const Inner& inner, double score, Bytes member) {
    std::size_t low = 1, high = inner.count;
    while (low < high) {
        std::size_t middle = (low + high) / 2;
        bool above = inner.scores[middle] > score ||
                     (inner.scores[middle] == score && inner.lowest[middle]->member() > member);
        if (above) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return low - 1;
}

void ScoreTree::Inner::refresh(std::size_t child) {
    sizes[child] = size_of(*children[child]);
    lowest[child] = lowest_of(*children[child]);
    scores[child] = lowest[child]->score();
}

void ScoreTree::Inner::open(std::size_t at) {
    std::copy_backward(children + at, children + count, children + count + 1);
    std::copy_backward(sizes + at, sizes + count, sizes + count + 1);
    std::copy_backward(lowest + at, lowest + count, lowest + count + 1);
    std::copy_backward(scores + at, scores + count, scores + count + 1);
    count++;
}

void ScoreTree::Inner::close(std::size_t at) {
    std::copy(children + at + 1, children + count, children + at);
    std::copy(sizes + at + 1, sizes + count, sizes + at);
    std::copy(lowest + at + 1, lowest + count, lowest + at);
    std::copy(scores + at + 1, scores + count, scores + at);
    count--;
}

/// Splits in half, but leaves a rightmost node nearly full: sets that are filled in order stay
/// dense.
ScoreTree::Node* ScoreTree::split(Leaf& leaf, bool rightmost) {
    auto* right = new Leaf;
    node_bytes_ += sizeof(Leaf);
    std::size_t keep = rightmost ? kLeafMax - 1 : kLeafMax / 2;
    std::copy(leaf.items + keep, leaf.items + leaf.count, right->items);
    right->count = static_cast<std::uint16_t>(leaf.count - keep);
    leaf.count = static_cast<std::uint16_t>(keep);
    right->next = leaf.next;
    right->previous = &leaf;
    if (right->next) right->next->previous = right;
    leaf.next = right;
    return right;
}

ScoreTree::Node* ScoreTree::split(Inner& inner, bool rightmost) {
    auto* right = new Inner;
    node_bytes_ += sizeof(Inner);
    std::size_t keep = rightmost ? kInnerMax - 1 : kInnerMax / 2;
    std::copy(inner.children + keep, inner.children + inner.count, right->children);
    std::copy(inner.sizes + keep, inner.sizes + inner.count, right->sizes);
    std::copy(inner.lowest + keep, inner.lowest + inner.count, right->lowest);
    std::copy(inner.scores + keep, inner.scores + inner.count, right->scores);
    right->count = static_cast<std::uint16_t>(inner.count - keep);
    inner.count = static_cast<std::uint16_t>(keep);
    return right;
}

/// Before a full leaf is split: hands part of it to a neighbour that has room, which keeps leaves
/// fuller (about 85 % instead of 69 %).
void ScoreTree::share(Inner& inner, std::size_t child) {
    constexpr std::size_t kRoomMin = 10;  // less would soon be asked for again
    auto& full = static_cast<Leaf&>(*inner.children[child]);
    auto room = [&](std::size_t other) {
        return other < inner.count ? kLeafMax - inner.children[other]->count : 0;
    };
    std::size_t left = child > 0 ? room(child - 1) : 0, right = room(child + 1);
    if (std::max(left, right) < kRoomMin) return;
    std::size_t neighbour = left > right ? child - 1 : child + 1;
    auto& other = static_cast<Leaf&>(*inner.children[neighbour]);
    std::size_t moved = (full.count - other.count) / 2u;
    if (left > right) {
        std::copy(full.items, full.items + moved, other.items + other.count);
        std::copy(full.items + moved, full.items + full.count, full.items);
    } else {
        std::copy_backward(other.items, other.items + other.count,
                           other.items + other.count + moved);
        std::copy(full.items + full.count - moved, full.items + full.count, other.items);
    }
    other.count = static_cast<std::uint16_t>(other.count + moved);
    full.count = static_cast<std::uint16_t>(full.count - moved);
    inner.refresh(child);
    inner.refresh(neighbour);
}

/// Inserts below `node`; returns the new right sibling if the node had to be split.
ScoreTree::Node* ScoreTree::insert(Node& node, ScoreItem* item, bool rightmost) {
    if (node.leaf) {
        auto& leaf = static_cast<Leaf&>(node);
        auto** at = std::lower_bound(
            leaf.items, leaf.items + leaf.count, item,
            [](ScoreItem* a, ScoreItem* b) { return less(*a, b->score(), b->member()); });
        auto place = static_cast<std::size_t>(at - leaf.items);
        Leaf* target = &leaf;
        Leaf* right = nullptr;
        if (leaf.count == kLeafMax) {
            right = static_cast<Leaf*>(split(leaf, rightmost && place == leaf.count));
            if (place > leaf.count) {
                target = right;
                place -= leaf.count;
            }
        }
        std::copy_backward(target->items + place, target->items + target->count,
                           target->items + target->count + 1);
        target->items[place] = item;
        target->count++;
        return right;
    }
    auto& inner = static_cast<Inner&>(node);
    std::size_t child = child_for(inner, item->score(), item->member());
    if (Node& below = *inner.children[child]; below.leaf && below.count == kLeafMax) {
        share(inner, child);
        child = child_for(inner, item->score(), item->member());
    }
    Node* grown = insert(*inner.children[child], item, rightmost && child + 1u == inner.count);
    inner.sizes[child] += 1;
    if (!grown) {
        inner.lowest[child] = lowest_of(*inner.children[child]);
        inner.scores[child] = inner.lowest[child]->score();
        return nullptr;
    }
    inner.refresh(child);
    Inner* target = &inner;
    Inner* right = nullptr;
    std::size_t place = child + 1;
    if (inner.count == kInnerMax) {
        right = static_cast<Inner*>(split(inner, rightmost && place == inner.count));
        if (place > inner.count) {
            target = right;
            place -= inner.count;
        }
    }
    target->open(place);
    target->children[place] = grown;
    target->refresh(place);
    return right;
}

void ScoreTree::insert_into_tree(ScoreItem* item) {
    Node* right = insert(*root_, item, true);
    if (!right) return;
    auto* root = new Inner;
    node_bytes_ += sizeof(Inner);
    root->count = 2;
    root->children[0] = root_;
    root->children[1] = right;
    root->refresh(0);
    root->refresh(1);
    root_ = root;
}

/// Joins child `left` with its right neighbour.
void ScoreTree::merge(Inner& inner, std::size_t left) {
    Node* into = inner.children[left];
    Node* from = inner.children[left + 1];
    if (into->leaf) {
        auto& a = static_cast<Leaf&>(*into);
        auto& b = static_cast<Leaf&>(*from);
        std::copy(b.items, b.items + b.count, a.items + a.count);
        a.count = static_cast<std::uint16_t>(a.count + b.count);
        a.next = b.next;
        if (a.next) a.next->previous = &a;
        forget(&b);
    } else {
        auto& a = static_cast<Inner&>(*into);
        auto& b = static_cast<Inner&>(*from);
        std::copy(b.children, b.children + b.count, a.children + a.count);
        std::copy(b.sizes, b.sizes + b.count, a.sizes + a.count);
        std::copy(b.lowest, b.lowest + b.count, a.lowest + a.count);
        std::copy(b.scores, b.scores + b.count, a.scores + a.count);
        a.count = static_cast<std::uint16_t>(a.count + b.count);
        forget(&b);
    }
    inner.close(left + 1);
    inner.refresh(left);
}

void ScoreTree::remove_empty(Inner& inner, std::size_t child) {
    if (Node* node = inner.children[child]; node->leaf) {
        auto* leaf = static_cast<Leaf*>(node);
        if (leaf->previous) leaf->previous->next = leaf->next;
        if (leaf->next) leaf->next->previous = leaf->previous;
        forget(leaf);
    } else {
        forget(static_cast<Inner*>(node));
    }
    inner.close(child);
}

/// A child less than a third full is joined with a neighbour when both together leave room to grow.
void ScoreTree::rebalance(Inner& inner, std::size_t child) {
    Node& node = *inner.children[child];
    if (node.count == 0) return remove_empty(inner, child);
    std::size_t max = node.leaf ? kLeafMax : kInnerMax;
    if (node.count >= max / 3) return;
    std::size_t room = max * 3 / 4;
    if (child > 0 && inner.children[child - 1]->count + node.count <= room) {
        merge(inner, child - 1);
    } else if (child + 1u < inner.count && inner.children[child + 1]->count + node.count <= room) {
        merge(inner, child);
    }
}

void ScoreTree::erase(Node& node, const ScoreItem& item) {
    if (node.leaf) {
        auto& leaf = static_cast<Leaf&>(node);
        auto** at = std::lower_bound(leaf.items, leaf.items + leaf.count, &item,
                                     [](const ScoreItem* a, const ScoreItem* b) {
                                         return less(*a, b->score(), b->member());
                                     });
        std::copy(at + 1, leaf.items + leaf.count, at);
        leaf.count--;
        return;
    }
    auto& inner = static_cast<Inner&>(node);
    std::size_t child = child_for(inner, item.score(), item.member());
    erase(*inner.children[child], item);
    inner.sizes[child]--;
    if (inner.children[child]->count > 0) {
        inner.lowest[child] = lowest_of(*inner.children[child]);
        inner.scores[child] = inner.lowest[child]->score();
    }
    rebalance(inner, child);
}

void ScoreTree::erase_from_tree(const ScoreItem& item) {
    erase(*root_, item);
    while (!root_->leaf && root_->count <= 1) {
        auto* inner = static_cast<Inner*>(root_);
        if (inner->count == 0) {
            root_ = new Leaf;
            node_bytes_ += sizeof(Leaf);
        } else {
            root_ = inner->children[0];
        }
        forget(inner);
    }
}

LinearTable<ItemRecord>::Position ScoreTree::find_position(Bytes member) const {
    return index_.find(hash_bytes(member), [&](const std::uint8_t* payload) {
        return ItemRecord::item(payload)->member() == member;
    });
}

const ScoreItem* ScoreTree::find(Bytes member) const {
    auto position = find_position(member);
    return position ? ItemRecord::item(position.payload) : nullptr;
}

bool ScoreTree::set(Bytes member, double score) {
    if (auto position = find_position(member)) {
        ScoreItem* item = ItemRecord::item(position.payload);
        if (item->score() == score) return false;  // -0 does not replace 0, as in Redis
        erase_from_tree(*item);
        item->set_score(score);
        insert_into_tree(item);
        return false;
    }
    ScoreItem* item = ScoreItem::create(member, score);
    item_bytes_ += ScoreItem::allocated(member);
    ItemRecord::write(index_.insert(hash_bytes(member), ItemRecord::kBytes), item);
    insert_into_tree(item);
    return true;
}

bool ScoreTree::erase(Bytes member) {
    auto position = find_position(member);
    if (!position) return false;
    ScoreItem* item = ItemRecord::item(position.payload);
    index_.erase(position);  // may merge buckets, which reads the other members only
    erase_from_tree(*item);
    item_bytes_ -= ScoreItem::allocated(item->member());
    ScoreItem::destroy(item);
    return true;
}

std::size_t ScoreTree::rank(const ScoreItem& item) const {
    Bytes member = item.member();
    return count_before([&](const ScoreItem& other) { return less(other, item.score(), member); });
}

const ScoreTree::Leaf* ScoreTree::leaf_at(std::size_t& rank) const {
    const Node* node = root_;
    while (!node->leaf) {
        const auto& inner = static_cast<const Inner&>(*node);
        std::size_t child = 0;
        while (rank >= inner.sizes[child]) rank -= inner.sizes[child++];
        node = inner.children[child];
    }
    return static_cast<const Leaf*>(node);
}

const ScoreItem& ScoreTree::at(std::size_t rank) const {
    const Leaf* leaf = leaf_at(rank);
    return *leaf->items[rank];
}

}  // namespace millpond::engine
