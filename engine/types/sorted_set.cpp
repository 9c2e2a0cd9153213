// SPDX-License-Identifier: Apache-2.0
//
// A sorted set: member, score, member, score ... in one run, in order; or a tree with an index.
#include <algorithm>
#include <vector>

#include "engine/types/collections.h"
#include "engine/types/limits.h"
#include "engine/types/packed.h"
#include "engine/types/score_tree.h"

namespace millpond::engine {

namespace {

using ScoreBound = SortedSet::ScoreBound;
using LexBound = SortedSet::LexBound;

bool is_packed(const void* object) {
    return static_cast<const ObjectHead*>(object)->form() == Form::packed;
}
Run*& run_of(ObjectSlot slot) {
    return reinterpret_cast<Run*&>(slot);
}
ScoreTree& tree_of(void* object) {
    return *static_cast<ScoreTree*>(object);
}

double score_at(const std::uint8_t* pair) {
    return read_score(next_element(pair));
}

/// Scores are elements to the run's users, but a double's form is known to read_score alone.
const std::uint8_t* next_pair(const std::uint8_t* pair) {
    return next_element(next_element(pair));
}

void insert_packed(Run*& run, const Needle& member, double score) {
    const std::uint8_t* at = run->begin();
    for (; at != run->end(); at = next_pair(at)) {
        double other = score_at(at);
        if (other > score) break;
        Digits digits;
        if (other == score && read_element(at).text(digits) > member.text()) break;
    }
    std::uint8_t encoded[9];
    std::size_t score_size = encode_score(encoded, score);
    std::uint8_t* to =
        Run::splice(run, packed::offset(run, at), 0, member.encoded_size() + score_size);
    member.encode(to);
    std::memcpy(to + member.encoded_size(), encoded, score_size);
    run->count++;
}

void erase_packed(Run*& run, const std::uint8_t* first, const std::uint8_t* last,
                  std::size_t count) {
    for (const std::uint8_t* at = first; at != last; at = next_pair(at)) release_element(at);
    Run::splice(run, packed::offset(run, first), static_cast<std::size_t>(last - first), 0);
    run->count = (run->count - count) & 0x1fffff;
}

void convert(ObjectSlot slot) {
    Run* run = run_of(slot);
    auto* tree = new ScoreTree;
    for (const std::uint8_t* at = run->begin(); at != run->end(); at = next_pair(at)) {
        Digits digits;
        tree->set(read_element(at).text(digits), score_at(at));
    }
    packed::destroy(run);
    slot = tree;
}

/// The number of leading pairs for which before(member, score) holds.
template <class Before>
std::size_t count_before(ObjectSlot slot, Before&& before) {
    if (!is_packed(slot)) {
        return tree_of(slot).count_before(
            [&](const ScoreItem& item) { return before(item.member(), item.score()); });
    }
    std::size_t rank = 0;
    const Run* run = run_of(slot);
    for (const std::uint8_t* at = run->begin(); at != run->end(); at = next_pair(at), rank++) {
        Digits digits;
        if (!before(read_element(at).text(digits), score_at(at))) break;
    }
    return rank;
}

bool lex_before(Bytes member, const LexBound& bound, bool or_equal) {
    if (bound.kind != LexBound::Kind::value) return bound.kind == LexBound::Kind::maximum;
    return member < bound.value || (or_equal && member == bound.value);
}

}  // namespace

void* SortedSet::create() {
    return Run::create(Form::packed);
}

std::size_t SortedSet::size() const {
    return is_packed(slot_) ? run_of(slot_)->count : tree_of(slot_).size();
}

std::optional<double> SortedSet::score(Bytes member) const {
    if (is_packed(slot_)) {
        const std::uint8_t* at = packed::find(run_of(slot_), Needle(member), 2);
        return at ? std::optional(score_at(at)) : std::nullopt;
    }
    const ScoreItem* item = tree_of(slot_).find(member);
    return item ? std::optional(item->score()) : std::nullopt;
}

bool SortedSet::set(Bytes member, double score) {
    if (!is_packed(slot_)) return tree_of(slot_).set(member, score);
    const TypeLimits& limits = type_limits();
    Run*& run = run_of(slot_);
    Needle needle(member);
    if (const std::uint8_t* at = packed::find(run, needle, 2)) {
        if (score_at(at) == score) return false;
        erase_packed(run, at, next_pair(at), 1);
        insert_packed(run, needle, score);
        return false;
    }
    if (size() + 1 > limits.zset_max_listpack_entries.load(std::memory_order_relaxed) ||
        member.size() > limits.zset_max_listpack_value.load(std::memory_order_relaxed) ||
        !packed::has_room(run, needle.encoded_size() + 9)) {
        convert(slot_);
        return tree_of(slot_).set(member, score);
    }
    insert_packed(run, needle, score);
    return true;
}

void SortedSet::expect(std::size_t members, std::size_t longest) {
    const TypeLimits& limits = type_limits();
    if (is_packed(slot_) &&
        (members > limits.zset_max_listpack_entries || longest > limits.zset_max_listpack_value)) {
        convert(slot_);
    }
}

bool SortedSet::erase(Bytes member) {
    if (!is_packed(slot_)) return tree_of(slot_).erase(member);
    Run*& run = run_of(slot_);
    const std::uint8_t* at = packed::find(run, Needle(member), 2);
    if (!at) return false;
    erase_packed(run, at, next_pair(at), 1);
    return true;
}

std::optional<std::size_t> SortedSet::rank(Bytes member) const {
    if (!is_packed(slot_)) {
        const ScoreItem* item = tree_of(slot_).find(member);
        return item ? std::optional(tree_of(slot_).rank(*item)) : std::nullopt;
    }
    Needle needle(member);
    std::size_t rank = 0;
    const Run* run = run_of(slot_);
    for (const std::uint8_t* at = run->begin(); at != run->end(); at = next_pair(at), rank++) {
        if (needle.equals(at)) return rank;
    }
    return std::nullopt;
}

std::size_t SortedSet::lower_rank(ScoreBound min) const {
    return count_before(slot_, [&](Bytes, double score) {
        return min.exclusive ? score <= min.value : score < min.value;
    });
}

std::size_t SortedSet::upper_rank(ScoreBound max) const {
    return count_before(slot_, [&](Bytes, double score) {
        return max.exclusive ? score < max.value : score <= max.value;
    });
}

std::size_t SortedSet::lower_rank(const LexBound& min) const {
    return count_before(
        slot_, [&](Bytes member, double) { return lex_before(member, min, min.exclusive); });
}

std::size_t SortedSet::upper_rank(const LexBound& max) const {
    return count_before(
        slot_, [&](Bytes member, double) { return lex_before(member, max, !max.exclusive); });
}

void SortedSet::for_range(std::size_t first, std::size_t count, bool reverse,
                          FunctionView<bool(Bytes, double)> visit) const {
    if (!is_packed(slot_)) {
        tree_of(slot_).for_range(first, count, reverse, [&](const ScoreItem& item) {
            return visit(item.member(), item.score());
        });
        return;
    }
    Digits digits;
    const Run* run = run_of(slot_);
    if (first >= run->count) return;
    if (!reverse) {
        const std::uint8_t* at = packed::group(run, first, 2);
        while (count-- > 0 && at != run->end()) {
            const std::uint8_t* score = at + element_size(at);
            if (!visit(read_element(at).text(digits), read_score(score))) return;
            at = score + element_size(score);
        }
        return;
    }
    auto visit_pair = [&](const std::uint8_t* at) {
        return visit(read_element(at).text(digits), score_at(at));
    };
    std::vector<const std::uint8_t*> places;  // a run is read forwards only
    const std::uint8_t* at = run->begin();
    for (std::size_t i = 0; i <= first; i++, at = next_pair(at)) places.push_back(at);
    for (std::size_t i = first + 1; i > 0 && count > 0 && visit_pair(places[i - 1]); i--) count--;
}

void SortedSet::erase_range(std::size_t first, std::size_t count) {
    if (first >= size()) return;
    count = std::min(count, size() - first);
    if (is_packed(slot_)) {
        Run*& run = run_of(slot_);
        const std::uint8_t* from = packed::group(run, first, 2);
        const std::uint8_t* to = from;
        for (std::size_t i = 0; i < count; i++) to = next_pair(to);
        erase_packed(run, from, to, count);
        return;
    }
    for (; count > 0; count--) tree_of(slot_).erase(tree_of(slot_).at(first).member());
}

void SortedSet::for_each(FunctionView<bool(Bytes, double)> visit) const {
    for_range(0, size(), false, visit);
}

std::uint64_t SortedSet::scan(std::uint64_t cursor, std::size_t count,
                              FunctionView<void(Bytes, double)> visit) const {
    if (!is_packed(slot_)) {
        return tree_of(slot_).index().scan(cursor, count, [&](const std::uint8_t* payload) {
            const ScoreItem* item = ItemRecord::item(payload);
            visit(item->member(), item->score());
        });
    }
    for_each([&](Bytes member, double score) {
        visit(member, score);
        return true;
    });
    return 0;
}

}  // namespace millpond::engine
