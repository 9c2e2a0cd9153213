// SPDX-License-Identifier: Apache-2.0
#include "engine/keyspace/table.h"

#include <algorithm>
#include <cassert>
#include <new>

#include "engine/keyspace/entry_factory.h"

namespace millpond::engine {

namespace {

constexpr std::uint32_t kSlots = 8;  ///< in a bucket
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

/// Full means a load of 0.92; a group of up to eight buckets grows by one, a larger one by 1/8.
bool is_full(std::uint32_t count, std::uint32_t buckets) {
    return count * 100 > buckets * kSlots * 92;
}
/// The buckets for `count` entries, with room for some more.
std::uint32_t buckets_for(std::uint32_t count) {
    return std::max<std::uint32_t>(1, (count * 100 + kSlots * 88 - 1) / (kSlots * 88));
}

}  // namespace

struct alignas(64) Table::Group {
    std::uint32_t count;
    std::uint32_t buckets;
    std::uint64_t start;  ///< the first position that it covers
    std::uint8_t depth;   ///< it covers 1 / 2^depth of the positions

    Slot* bucket(std::uint32_t index) {
        return reinterpret_cast<Slot*>(reinterpret_cast<char*>(this) + kLine * (index + 1));
    }
    std::uint32_t slot_count() const { return buckets * kSlots; }
    Slot* slot(std::uint32_t index) { return bucket(0) + index; }
    /// Where the next group starts; 0 after the last.
    std::uint64_t end() const {
        return depth == 0 ? 0 : start + (std::uint64_t{1} << (64 - depth));
    }
    static std::size_t bytes(std::uint32_t buckets) { return kLine * (buckets + 1); }
};

struct Table::Directory {
    std::uint8_t depth;
    std::unique_ptr<std::atomic<std::uint64_t>[]> words;

    explicit Directory(std::uint8_t d)
        : depth(d), words(new std::atomic<std::uint64_t>[std::size_t{1} << d]) {}
    std::size_t size() const { return std::size_t{1} << depth; }
    std::size_t index(std::uint64_t position) const {
        return depth == 0 ? 0 : static_cast<std::size_t>(position >> (64 - depth));
    }
};

Table::Table(Resources resources) : resources_(resources), directory_(new Directory(0)) {
    publish(make_group(1, 0, 0));
}

Table::~Table() {
    std::uint64_t position = 0;
    do {
        Group* group = place_of(position).group;
        position = group->end();
        for (std::uint32_t i = 0; i < group->slot_count(); ++i) {
            const std::uint64_t word = group->slot(i)->load(std::memory_order_relaxed);
            if (word == 0) continue;
            Entry* entry = entry_of(word);
            EntryFactory::destroy_value(*entry);
            EntryFactory::release(resources_.entries, entry);
        }
        free_group(group);
    } while (position != 0);
    reclaim();
    delete directory_.load(std::memory_order_relaxed);
}

Table::Place Table::place_of(std::uint64_t position) const noexcept {
    const Directory* directory = directory_.load(std::memory_order_acquire);
    const std::uint64_t word =
        directory->words[directory->index(position)].load(std::memory_order_relaxed);
    return {reinterpret_cast<Group*>(word & kAddressMask), static_cast<std::uint32_t>(word >> 48)};
}

Entry* Table::find(KeyHash hash, Bytes key) const noexcept {
    const auto [group, buckets] = place_of(hash.position());
    const std::uint16_t tag = hash.tag();
    std::uint32_t index = home_of(tag, buckets);
    for (std::uint32_t seen = 0; seen < buckets; ++seen) {
        const Slot* bucket = group->bucket(index);
        bool full = true;
        for (std::uint32_t i = 0; i < kSlots; ++i) {
            const std::uint64_t word = bucket[i].load(std::memory_order_relaxed);
            if (word == 0) {
                full = false;
            } else if (tag_of(word) == tag && entry_of(word)->key() == key) {
                return entry_of(word);
            }
        }
        if (!full) return nullptr;
        if (++index == buckets) index = 0;
    }
    return nullptr;
}

Slot* Table::slot_of(KeyHash hash, const Entry* entry) const noexcept {
    const auto [group, buckets] = place_of(hash.position());
    const std::uint64_t wanted = word_of(entry, hash.tag());
    std::uint32_t index = home_of(hash.tag(), buckets);
    for (std::uint32_t seen = 0; seen < buckets; ++seen) {
        Slot* bucket = group->bucket(index);
        for (std::uint32_t i = 0; i < kSlots; ++i) {
            if (bucket[i].load(std::memory_order_relaxed) == wanted) return &bucket[i];
        }
        if (++index == buckets) index = 0;
    }
    assert(!"the entry is in the table");
    return nullptr;
}

void Table::put(Group& group, std::uint64_t word) noexcept {
    std::uint32_t index = home_of(tag_of(word), group.buckets);
    for (;;) {
        Slot* bucket = group.bucket(index);
        for (std::uint32_t i = 0; i < kSlots; ++i) {
            if (bucket[i].load(std::memory_order_relaxed) != 0) continue;
            bucket[i].store(word, std::memory_order_relaxed);
            ++group.count;
            return;
        }
        if (++index == group.buckets) index = 0;
    }
}

Table::Group* Table::make_group(std::uint32_t buckets, std::uint8_t depth, std::uint64_t start) {
    const std::size_t bytes = Group::bytes(buckets);
    auto* group = new (resources_.groups.allocate(bytes)) Group{0, buckets, start, depth};
    for (std::uint32_t i = 0; i < group->slot_count(); ++i) new (group->slot(i)) Slot(0);
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

/// Points the directory words of the group's range at it.
void Table::publish(Group* group) noexcept {
    Directory& directory = *directory_.load(std::memory_order_relaxed);
    const std::uint64_t word =
        reinterpret_cast<std::uint64_t>(group) | std::uint64_t{group->buckets} << 48;
    const std::size_t first = directory.index(group->start);
    const std::size_t count = std::size_t{1} << (directory.depth - group->depth);
    for (std::size_t i = first; i < first + count; ++i) {
        directory.words[i].store(word, std::memory_order_relaxed);
    }
}

Table::Group* Table::resize(Group* group, std::uint32_t buckets) {
    // Above 1 KiB slab classes are two lines apart: use what would be wasted.
    while (buckets < 0xffff && slab_size(Group::bytes(buckets)) >= Group::bytes(buckets + 1)) {
        ++buckets;
    }
    Group* resized = make_group(buckets, group->depth, group->start);
    for (std::uint32_t i = 0; i < group->slot_count(); ++i) {
        const std::uint64_t word = group->slot(i)->load(std::memory_order_relaxed);
        if (word != 0) put(*resized, word);
    }
    publish(resized);
    free_group(group);
    return resized;
}

void Table::grow_directory() {
    Directory* old = directory_.load(std::memory_order_relaxed);
    auto* grown = new Directory(static_cast<std::uint8_t>(old->depth + 1));
    for (std::size_t i = 0; i < grown->size(); ++i) {
        grown->words[i].store(old->words[i / 2].load(std::memory_order_relaxed),
                              std::memory_order_relaxed);
    }
    directory_.store(grown, std::memory_order_release);
    retired_.push_back(old);
    retired_bytes_ += old->size() * sizeof(std::uint64_t);
}

bool Table::can_split(const Group& group) const noexcept {
    const Directory& directory = *directory_.load(std::memory_order_relaxed);
    if (group.depth < directory.depth) return true;
    // Keys whose hashes share a long prefix must not double the directory for ever: such a group
    // grows beyond its bound instead.
    return directory.depth < kMaxDepth && directory.size() <= groups_ * 4;
}

void Table::split(Group* group) {
    if (group->depth == directory_.load(std::memory_order_relaxed)->depth) grow_directory();
    const auto depth = static_cast<std::uint8_t>(group->depth + 1);
    const std::uint64_t half = std::uint64_t{1} << (64 - depth);

    std::array<std::uint64_t, 2 * kSplitAt> words;
    std::vector<std::uint64_t> more;  // only a group that could not split before
    std::uint64_t* all = words.data();
    if (group->count > words.size()) {
        more.resize(group->count);
        all = more.data();
    }
    std::uint32_t count = 0;
    for (std::uint32_t i = 0; i < group->slot_count(); ++i) {
        const std::uint64_t word = group->slot(i)->load(std::memory_order_relaxed);
        if (word == 0) continue;
        __builtin_prefetch(entry_of(word));
        all[count++] = word;
    }
    // The upper half goes to the end of the run.
    auto* middle = std::partition(all, all + count, [&](std::uint64_t word) {
        return (resources_.hasher(entry_of(word)->key()).position() & half) == 0;
    });
    const auto lower_count = static_cast<std::uint32_t>(middle - all);
    Group* lower = make_group(buckets_for(lower_count), depth, group->start);
    Group* upper = make_group(buckets_for(count - lower_count), depth, group->start + half);
    std::for_each(all, middle, [&](std::uint64_t word) { put(*lower, word); });
    std::for_each(middle, all + count, [&](std::uint64_t word) { put(*upper, word); });
    publish(lower);
    publish(upper);
    free_group(group);
}

/// Joins a small group with its other half, when that is a whole group and small too.
void Table::merge(Group* group) {
    if (group->depth == 0) return;
    const std::uint64_t half = std::uint64_t{1} << (64 - group->depth);
    Group* buddy = place_of(group->start ^ half).group;
    if (buddy->depth != group->depth || buddy->count + group->count > kMergedMax) return;
    Group* merged = make_group(buckets_for(buddy->count + group->count),
                               static_cast<std::uint8_t>(group->depth - 1), group->start & ~half);
    for (Group* part : {group, buddy}) {
        for (std::uint32_t i = 0; i < part->slot_count(); ++i) {
            const std::uint64_t word = part->slot(i)->load(std::memory_order_relaxed);
            if (word != 0) put(*merged, word);
        }
    }
    publish(merged);
    free_group(group);
    free_group(buddy);
}

void Table::insert(KeyHash hash, Entry* entry) {
    auto [group, buckets] = place_of(hash.position());
    if (group->count >= kSplitAt && can_split(*group)) {
        split(group);
        group = place_of(hash.position()).group;
    }
    if (is_full(group->count + 1, group->buckets)) {
        group = resize(group, group->buckets + std::max(1u, group->buckets / 8));
    }
    put(*group, word_of(entry, hash.tag()));
    size_.store(size() + 1, std::memory_order_relaxed);
}

void Table::replace(KeyHash hash, const Entry* old, Entry* now) noexcept {
    slot_of(hash, old)->store(word_of(now, hash.tag()), std::memory_order_relaxed);
}

void Table::remove(KeyHash hash, const Entry* entry) {
    Group* group = place_of(hash.position()).group;
    Slot* hole = slot_of(hash, entry);
    // A full bucket may have sent entries on to the next ones. One of them moves into the hole, and
    // leaves a hole itself, until a bucket was not full: so a search may stop at the first free
    // slot.
    auto bucket = static_cast<std::uint32_t>(hole - group->bucket(0)) / kSlots;
    const auto is_full_bucket = [&](std::uint32_t index) {
        const Slot* slots = group->bucket(index);
        return std::all_of(slots, slots + kSlots, [](const Slot& slot) {
            return slot.load(std::memory_order_relaxed) != 0;
        });
    };
    std::uint32_t next = bucket;
    bool full = is_full_bucket(bucket);
    for (std::uint32_t steps = 1; full && steps < group->buckets; ++steps) {
        next = next + 1 == group->buckets ? 0 : next + 1;
        full = is_full_bucket(next);
        Slot* slots = group->bucket(next);
        for (std::uint32_t i = 0; i < kSlots; ++i) {
            const std::uint64_t word = slots[i].load(std::memory_order_relaxed);
            if (word == 0) continue;
            // Its way from home to here passes the hole's bucket if that is no nearer to `next`.
            const std::uint32_t home = home_of(tag_of(word), group->buckets);
            const std::uint32_t from_home = (next + group->buckets - home) % group->buckets;
            const std::uint32_t from_hole = (next + group->buckets - bucket) % group->buckets;
            if (from_home < from_hole) continue;
            hole->store(word, std::memory_order_relaxed);
            hole = &slots[i];
            bucket = next;
            break;
        }
    }
    hole->store(0, std::memory_order_relaxed);
    --group->count;
    size_.store(size() - 1, std::memory_order_relaxed);

    const std::uint32_t fitting = buckets_for(group->count);
    if (group->buckets > fitting + fitting / 4 + 1) group = resize(group, fitting);
    if (group->count < kMergeBelow) merge(group);
}

void Table::count_volatile(std::int64_t change) noexcept {
    volatile_size_.store(volatile_size() + static_cast<std::size_t>(change),
                         std::memory_order_relaxed);
}

std::uint64_t Table::visit_group(std::uint64_t position, FunctionView<void(Entry&)> visit) const {
    Group* group = place_of(position).group;
    for (std::uint32_t i = 0; i < group->slot_count(); ++i) {
        const std::uint64_t word = group->slot(i)->load(std::memory_order_relaxed);
        if (word != 0) __builtin_prefetch(entry_of(word));
    }
    for (std::uint32_t i = 0; i < group->slot_count(); ++i) {
        const std::uint64_t word = group->slot(i)->load(std::memory_order_relaxed);
        if (word != 0) visit(*entry_of(word));
    }
    return group->end();
}

void Table::visit_fragment(DeadlineWheel::Fragment fragment,
                           FunctionView<bool(Entry&)> visit) const {
    const std::uint64_t first = std::uint64_t{fragment >> 16} << 48;
    const auto tag = static_cast<std::uint16_t>(fragment);
    // Beyond 2^16 groups a fragment's prefix covers several.
    std::uint64_t position = first;
    do {
        Group* group = place_of(position).group;
        std::uint32_t index = home_of(tag, group->buckets);
        for (std::uint32_t seen = 0; seen < group->buckets; ++seen) {
            const Slot* bucket = group->bucket(index);
            bool full = true;
            for (std::uint32_t i = 0; i < kSlots; ++i) {
                const std::uint64_t word = bucket[i].load(std::memory_order_relaxed);
                full = full && word != 0;
                if (word == 0 || tag_of(word) != tag) continue;
                if (!visit(*entry_of(word))) return;
            }
            if (!full) break;
            if (++index == group->buckets) index = 0;
        }
        position = group->end();
    } while (position != 0 && position >> 48 == fragment >> 16);
}

Entry* Table::random(std::uint64_t random) const {
    if (size() == 0) return nullptr;
    std::uint64_t position = random;
    for (;;) {
        Group* group = place_of(position).group;
        if (group->count == 0) {
            position = group->end();
            continue;
        }
        auto nth = static_cast<std::uint32_t>((random & 0xffffff) % group->count);
        for (std::uint32_t i = 0;; ++i) {
            const std::uint64_t word = group->slot(i)->load(std::memory_order_relaxed);
            if (word != 0 && nth-- == 0) return entry_of(word);
        }
    }
}

void Table::prefetch(KeyHash hash) const noexcept {
    const auto [group, buckets] = place_of(hash.position());
    __builtin_prefetch(reinterpret_cast<const char*>(group) +
                       kLine * (home_of(hash.tag(), buckets) + 1));
}

void Table::prefetch_entry(KeyHash hash) const noexcept {
    const auto [group, buckets] = place_of(hash.position());
    const Slot* bucket = group->bucket(home_of(hash.tag(), buckets));
    for (std::uint32_t i = 0; i < kSlots; ++i) {
        const std::uint64_t word = bucket[i].load(std::memory_order_relaxed);
        if (word != 0 && tag_of(word) == hash.tag()) __builtin_prefetch(entry_of(word));
    }
}

void Table::reclaim() {
    for (Directory* directory : retired_) delete directory;
    retired_.clear();
    retired_bytes_ = 0;
}

DeadlineWheel& Table::make_wheel(std::int64_t now) {
    if (!wheel_) wheel_ = std::make_unique<DeadlineWheel>(resources_.groups, now);
    return *wheel_;
}

std::size_t Table::overhead() const noexcept {
    const std::size_t directory =
        directory_.load(std::memory_order_relaxed)->size() * sizeof(std::uint64_t);
    const std::size_t wheel = wheel_ ? wheel_->size() * 5 : 0;
    return sizeof(Table) + directory + group_bytes_ + wheel + retired_bytes_;
}

}  // namespace millpond::engine
