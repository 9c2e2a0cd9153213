// SPDX-License-Identifier: Apache-2.0
#include "engine/keyspace/table.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cassert>
#include <new>

#include "engine/keyspace/bucket_scan.h"
#include "engine/keyspace/entry_factory.h"
#include "engine/types/same_bytes.h"

namespace millpond::engine {

namespace {

constexpr std::uint32_t kSlots = BucketScan::kSlots;
constexpr std::size_t kLine = 64;
constexpr std::uint32_t kSplitAt = 128;    ///< entries in a group
constexpr std::uint32_t kMergeBelow = 24;  ///< a group this small looks for its buddy
constexpr std::uint32_t kMergedMax = 48;   ///< and joins it when both together have no more
constexpr std::uint8_t kMaxDepth = 28;
constexpr std::uint64_t kAddressMask = (std::uint64_t{1} << 48) - 1;

using Slot = std::atomic<std::uint64_t>;

std::uint64_t word_of(const Entry* entry, std::uint16_t tag) {
    return reinterpret_cast<std::uint64_t>(entry) | std::uint64_t{tag} << 48;
}
Entry* entry_of(std::uint64_t word) {
    return reinterpret_cast<Entry*>(word & kAddressMask);
}
std::uint16_t tag_of(std::uint64_t word) {
    return static_cast<std::uint16_t>(word >> 48);
}
std::uint32_t home_of(std::uint16_t tag, std::uint32_t buckets) {
    return static_cast<std::uint32_t>(std::uint64_t{tag} * buckets >> 16);
}

/// A group's header takes one slot.
constexpr std::uint32_t capacity_of(std::uint32_t buckets) {
    return buckets * kSlots - 1;
}
/// Full means a load of 0.94. A group of up to eight buckets grows by one, a larger one by 1/8.
bool is_full(std::uint32_t count, std::uint32_t buckets) {
    return count * 100 > capacity_of(buckets) * 94;
}
/// The buckets for `count` entries, with room for a few more.
std::uint32_t buckets_for(std::uint32_t count) {
    return (count * 100 / 92 + 1 + kSlots) / kSlots;
}

}  // namespace

/// Lies in the place of its first bucket's first slot.
struct Table::Group {
    std::uint16_t count;
    std::uint16_t buckets;
    std::uint8_t depth;  ///< it covers 1 / 2^depth of the positions

    Slot* slot_array() { return reinterpret_cast<Slot*>(this); }
    /// The slots of a bucket, as a range of indexes: the first bucket has one less.
    static std::uint32_t begin(std::uint32_t bucket) { return bucket == 0 ? 1 : bucket * kSlots; }
    static std::uint32_t end(std::uint32_t bucket) { return (bucket + 1) * kSlots; }
    std::uint32_t slot_end() const { return buckets * kSlots; }

    std::uint64_t span() const { return std::uint64_t{1} << (64 - depth); }
    /// The first position that it covers, given one of them; and where the next group starts, 0
    /// after the last.
    std::uint64_t start(std::uint64_t position) const {
        return depth == 0 ? 0 : position & ~(span() - 1);
    }
    std::uint64_t end_position(std::uint64_t position) const {
        return depth == 0 ? 0 : start(position) + span();
    }

    template <class Visit>
    void for_each_word(Visit&& visit) {
        for (std::uint32_t i = begin(0); i < slot_end(); ++i) {
            const std::uint64_t word = slot_array()[i].load(std::memory_order_relaxed);
            if (word != 0) visit(word);
        }
    }
    static std::size_t bytes(std::uint32_t buckets) { return kLine * buckets; }
};

Table::Directory Table::Directory::make(std::uint8_t depth) {
    const auto* words = new Slot[std::size_t{1} << depth];
    return Directory(reinterpret_cast<std::uint64_t>(words) | std::uint64_t{depth} << 48);
}

void Table::Directory::destroy() const {
    delete[] & word(0);
}

std::atomic<std::uint64_t>& Table::Directory::word(std::size_t index) const {
    return reinterpret_cast<Slot*>(packed_ & kAddressMask)[index];
}

Table::Table(Resources resources) : resources_(resources), directory_(Directory::make(0).packed()) {
    publish(make_group(1, 0), 0);
}

Table::~Table() {
    std::uint64_t position = 0;
    do {
        Group* group = place_of(position).group;
        position = group->end_position(position);
        group->for_each_word([&](std::uint64_t word) {
            EntryFactory::destroy_value(*entry_of(word));
            EntryFactory::release(resources_.entries, entry_of(word));
        });
        free_group(group);
    } while (position != 0);
    reclaim();
    directory().destroy();
}

Table::Place Table::place_of(std::uint64_t position) const noexcept {
    const Directory directory = this->directory();
    const std::uint64_t word =
        directory.word(directory.index(position)).load(std::memory_order_relaxed);
    return {reinterpret_cast<Group*>(word & kAddressMask), static_cast<std::uint32_t>(word >> 48)};
}

/// Goes along the slots in which an entry of that tag may be, until the visit returns true: from
/// the tag's bucket on, up to the first that has a free slot.
template <class Visit>
void Table::probe(Place place, std::uint16_t tag, Visit&& visit) {
    std::uint32_t bucket = home_of(tag, place.buckets);
    for (std::uint32_t seen = 0; seen < place.buckets; ++seen) {
        // All slots are compared before any is looked at: where the match is cannot be predicted.
        Slot* const slots = place.group->slot_array() + std::size_t{bucket} * kSlots;
        BucketScan scan(slots, tag);
        if (bucket == 0) scan.skip_first();
        for (; scan.any_match(); scan.next_match()) {
            Slot& slot = slots[scan.match()];
            if (visit(slot, slot.load(std::memory_order_relaxed))) return;
        }
        if (scan.any_free()) return;
        if (++bucket == place.buckets) bucket = 0;
    }
}

Entry* Table::find(KeyHash hash, Bytes key) const noexcept {
    Entry* found = nullptr;
    probe(place_of(hash.position()), hash.tag(), [&](const Slot&, std::uint64_t word) {
        if (!same_bytes(entry_of(word)->key(), key)) return false;
        found = entry_of(word);
        return true;
    });
    return found;
}

std::atomic<std::uint64_t>* Table::slot_of(KeyHash hash, const Entry* entry) const noexcept {
    Slot* found = nullptr;
    probe(place_of(hash.position()), hash.tag(), [&](Slot& slot, std::uint64_t word) {
        if (entry_of(word) == entry) found = &slot;
        return found != nullptr;
    });
    assert(found != nullptr);
    return found;
}

void Table::put(Group& group, std::uint64_t word) noexcept {
    std::uint32_t bucket = home_of(tag_of(word), group.buckets);
    for (;;) {
        for (std::uint32_t i = Group::begin(bucket); i < Group::end(bucket); ++i) {
            Slot& slot = group.slot_array()[i];
            if (slot.load(std::memory_order_relaxed) != 0) continue;
            slot.store(word, std::memory_order_relaxed);
            ++group.count;
            return;
        }
        if (++bucket == group.buckets) bucket = 0;
    }
}

Table::Group* Table::make_group(std::uint32_t buckets, std::uint8_t depth) {
    // Where slab classes are wider than a bucket, use what would be wasted.
    while (slab_size(Group::bytes(buckets)) >= Group::bytes(buckets + 1)) ++buckets;
    assert(buckets <= UINT16_MAX);
    const std::size_t bytes = Group::bytes(buckets);
    auto* group = new (resources_.groups.allocate(bytes))
        Group{0, static_cast<std::uint16_t>(buckets), depth};
    for (std::uint32_t i = Group::begin(0); i < group->slot_end(); ++i) {
        new (group->slot_array() + i) Slot(0);
    }
    ++groups_;
    group_bytes_ += slab_size(bytes);
    return group;
}

void Table::free_group(Group* group) noexcept {
    const std::size_t bytes = Group::bytes(group->buckets);
    --groups_;
    group_bytes_ -= slab_size(bytes);
    resources_.groups.release(group, bytes);
}

/// Points the directory words of the group's range at it; `position` is any in its range.
void Table::publish(Group* group, std::uint64_t position) noexcept {
    const Directory directory = this->directory();
    const std::uint64_t word =
        reinterpret_cast<std::uint64_t>(group) | std::uint64_t{group->buckets} << 48;
    const std::size_t first = directory.index(group->start(position));
    const std::size_t count = std::size_t{1} << (directory.depth() - group->depth);
    for (std::size_t i = first; i < first + count; ++i) {
        directory.word(i).store(word, std::memory_order_relaxed);
    }
}

Table::Group* Table::resize(Group* group, std::uint64_t position, std::uint32_t buckets) {
    Group* resized = make_group(buckets, group->depth);
    group->for_each_word([&](std::uint64_t word) { put(*resized, word); });
    publish(resized, position);
    free_group(group);
    return resized;
}

void Table::grow_directory() {
    const Directory old = directory();
    const Directory grown = Directory::make(static_cast<std::uint8_t>(old.depth() + 1));
    for (std::size_t i = 0; i < grown.size(); ++i) {
        grown.word(i).store(old.word(i / 2).load(std::memory_order_relaxed),
                            std::memory_order_relaxed);
    }
    directory_.store(grown.packed(), std::memory_order_release);
    // The analyser does not see the pointer in the packed word.
    retired_.push_back(old);  // NOLINT(clang-analyzer-cplusplus.NewDeleteLeaks)
    retired_bytes_ += old.size() * sizeof(std::uint64_t);
}

bool Table::can_split(const Group& group) const noexcept {
    const Directory directory = this->directory();
    if (group.depth < directory.depth()) return true;
    // Keys whose hashes share a long prefix must not double the directory for ever: such a group
    // grows beyond its bound instead.
    return directory.depth() < kMaxDepth && directory.size() <= groups_ * 4;
}

void Table::split(Group* group, std::uint64_t position) {
    if (group->depth == directory().depth()) grow_directory();
    const auto depth = static_cast<std::uint8_t>(group->depth + 1);
    const std::uint64_t half = std::uint64_t{1} << (64 - depth);
    const std::uint64_t start = group->start(position);

    std::array<std::uint64_t, kSplitAt> words;
    std::vector<std::uint64_t> more;  // for a group that could not split before
    std::uint64_t* all = words.data();
    if (group->count > words.size()) {
        more.resize(group->count);
        all = more.data();
    }
    std::uint32_t count = 0;
    group->for_each_word([&](std::uint64_t word) {
        __builtin_prefetch(entry_of(word));
        all[count++] = word;
    });
    // The upper half goes to the end of the run.
    auto* middle = std::partition(all, all + count, [&](std::uint64_t word) {
        return (resources_.hasher(entry_of(word)->key()).position() & half) == 0;
    });
    const auto lower_count = static_cast<std::uint32_t>(middle - all);
    Group* lower = make_group(buckets_for(lower_count), depth);
    Group* upper = make_group(buckets_for(count - lower_count), depth);
    std::for_each(all, middle, [&](std::uint64_t word) { put(*lower, word); });
    std::for_each(middle, all + count, [&](std::uint64_t word) { put(*upper, word); });
    publish(lower, start);
    publish(upper, start + half);
    free_group(group);
}

/// Joins a small group with its other half, when that is a whole group and small too.
void Table::merge(Group* group, std::uint64_t position) {
    if (group->depth == 0) return;
    Group* buddy = place_of(position ^ group->span()).group;
    const std::uint32_t count = std::uint32_t{group->count} + buddy->count;
    if (buddy->depth != group->depth || count > kMergedMax) return;
    Group* merged = make_group(buckets_for(count), static_cast<std::uint8_t>(group->depth - 1));
    for (Group* part : {group, buddy}) {
        part->for_each_word([&](std::uint64_t word) { put(*merged, word); });
    }
    publish(merged, position);
    free_group(group);
    free_group(buddy);
}

void Table::insert(KeyHash hash, Entry* entry) {
    const std::uint64_t position = hash.position();
    Group* group = place_of(position).group;
    if (group->count >= kSplitAt && can_split(*group)) {
        split(group, position);
        group = place_of(position).group;
    }
    if (is_full(group->count + 1u, group->buckets)) {
        group = resize(group, position, group->buckets + std::max(1u, group->buckets / 8u));
    }
    put(*group, word_of(entry, hash.tag()));
    size_.store(size() + 1, std::memory_order_relaxed);
}

void Table::replace(KeyHash hash, const Entry* old, Entry* now) noexcept {
    slot_of(hash, old)->store(word_of(now, hash.tag()), std::memory_order_relaxed);
}

/// Fills the hole that an entry leaves. A full bucket may have sent entries on to the next ones:
/// one of them moves into the hole, and leaves a hole itself, until a bucket was not full. So a
/// search may stop at the first free slot.
void Table::fill_hole(Group& group, Slot* hole) noexcept {
    const std::uint32_t buckets = group.buckets;
    Slot* all = group.slot_array();
    const auto is_full_bucket = [&](std::uint32_t bucket) {
        return std::all_of(all + Group::begin(bucket), all + Group::end(bucket),
                           [](const Slot& s) { return s.load(std::memory_order_relaxed) != 0; });
    };
    auto bucket = static_cast<std::uint32_t>(hole - all) / kSlots;
    std::uint32_t next = bucket;
    bool full = is_full_bucket(bucket);
    for (std::uint32_t steps = 1; full && steps < buckets; ++steps) {
        next = next + 1 == buckets ? 0 : next + 1;
        full = is_full_bucket(next);
        for (std::uint32_t i = Group::begin(next); i < Group::end(next); ++i) {
            const std::uint64_t word = all[i].load(std::memory_order_relaxed);
            if (word == 0) continue;
            // Its way from home to here passes the hole's bucket if that is no nearer to `next`.
            const std::uint32_t home = home_of(tag_of(word), buckets);
            if ((next + buckets - home) % buckets < (next + buckets - bucket) % buckets) continue;
            hole->store(word, std::memory_order_relaxed);
            hole = &all[i];
            bucket = next;
            break;
        }
    }
    hole->store(0, std::memory_order_relaxed);
}

void Table::remove(KeyHash hash, const Entry* entry) {
    const std::uint64_t position = hash.position();
    Group* group = place_of(position).group;
    fill_hole(*group, slot_of(hash, entry));
    --group->count;
    size_.store(size() - 1, std::memory_order_relaxed);
    const std::uint32_t fitting = buckets_for(group->count);
    if (group->buckets > fitting + fitting / 4 + 1) group = resize(group, position, fitting);
    if (group->count < kMergeBelow) merge(group, position);
}

void Table::count_volatile(std::int64_t change) noexcept {
    volatile_size_.store(volatile_size() + static_cast<std::size_t>(change),
                         std::memory_order_relaxed);
}

std::uint64_t Table::visit_group(std::uint64_t position, FunctionView<void(Entry&)> visit) const {
    Group* group = place_of(position).group;
    group->for_each_word([](std::uint64_t word) { __builtin_prefetch(entry_of(word)); });
    group->for_each_word([&](std::uint64_t word) { visit(*entry_of(word)); });
    return group->end_position(position);
}

void Table::visit_fragment(DeadlineWheel::Fragment fragment,
                           FunctionView<bool(Entry&)> visit) const {
    // In a big table several groups share a fragment's bits of prefix.
    std::uint64_t position = DeadlineWheel::position_of(fragment);
    bool go_on = true;
    do {
        const Place place = place_of(position);
        probe(place, DeadlineWheel::tag_of(fragment), [&](const Slot&, std::uint64_t word) {
            go_on = visit(*entry_of(word));
            return !go_on;
        });
        position = place.group->end_position(position);
    } while (go_on && position != 0 && DeadlineWheel::covers(fragment, position));
}

std::size_t Table::sample(std::uint64_t random, std::size_t wanted,
                          FunctionView<bool(Entry&)> visit) const {
    // The group is named by the first bits of the number, so the place in it is by the last.
    Group* const group = place_of(random).group;
    const std::uint32_t begin = Group::begin(0), slots = group->slot_end() - begin;
    auto at = begin + static_cast<std::uint32_t>((random & 0xffffffff) * slots >> 32);
    std::array<Entry*, kSlots> near;
    std::size_t met = 0;
    for (std::uint32_t seen = 0; seen < slots && met < wanted;) {
        std::size_t count = 0;
        for (; seen < slots && count < near.size() && met + count < wanted; ++seen) {
            const std::uint64_t word = group->slot_array()[at].load(std::memory_order_relaxed);
            if (++at == group->slot_end()) at = begin;
            if (word == 0) continue;
            near[count] = entry_of(word);
            __builtin_prefetch(near[count++]);
        }
        for (std::size_t i = 0; i < count; ++i) met += visit(*near[i]);
    }
    return met;
}

Entry* Table::random(std::uint64_t random) const {
    if (size() == 0) return nullptr;
    std::uint64_t position = random;
    Group* group = place_of(position).group;
    while (group->count == 0) {
        position = group->end_position(position);
        group = place_of(position).group;
    }
    auto nth = static_cast<std::uint32_t>((random & 0xffffff) % group->count);
    Entry* found = nullptr;
    group->for_each_word([&](std::uint64_t word) {
        if (nth-- == 0) found = entry_of(word);
    });
    return found;
}

void Table::prefetch_directory(KeyHash hash) const noexcept {
    const Directory directory = this->directory();
    __builtin_prefetch(&directory.word(directory.index(hash.position())));
}

void Table::prefetch_bucket(KeyHash hash) const noexcept {
    const auto [group, buckets] = place_of(hash.position());
    __builtin_prefetch(reinterpret_cast<const char*>(group) + kLine * home_of(hash.tag(), buckets));
}

void Table::prefetch_entry(KeyHash hash) const noexcept {
    const auto [group, buckets] = place_of(hash.position());
    const std::uint32_t bucket = home_of(hash.tag(), buckets);
    for (std::uint32_t i = Group::begin(bucket); i < Group::end(bucket); ++i) {
        const std::uint64_t word = group->slot_array()[i].load(std::memory_order_relaxed);
        if (word == 0 || tag_of(word) != hash.tag()) continue;
        // Most entries lie across two lines.
        const char* entry = reinterpret_cast<const char*>(entry_of(word));
        __builtin_prefetch(entry);
        __builtin_prefetch(entry + kLine);
    }
}

Entry* Table::likely(KeyHash hash) const noexcept {
    Entry* found = nullptr;
    probe(place_of(hash.position()), hash.tag(), [&](const Slot&, std::uint64_t word) {
        found = entry_of(word);
        return true;
    });
    return found;
}

void Table::reclaim() {
    for (const Directory directory : retired_) directory.destroy();
    retired_.clear();
    retired_bytes_ = 0;
}

DeadlineWheel& Table::make_wheel(std::int64_t now) {
    if (!wheel_) wheel_ = std::make_unique<DeadlineWheel>(resources_.groups, now);
    return *wheel_;
}

std::size_t Table::overhead() const noexcept {
    const std::size_t directory = this->directory().size() * sizeof(std::uint64_t);
    const std::size_t wheel = wheel_ ? wheel_->size() * 4 : 0;
    return sizeof(Table) + directory + group_bytes_ + wheel + retired_bytes_;
}

}  // namespace millpond::engine
