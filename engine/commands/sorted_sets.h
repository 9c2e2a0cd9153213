// SPDX-License-Identifier: Apache-2.0
//
// What the files of the sorted set family share. Used by handlers, under their call's locks.
#pragma once

#include "engine/commands/collections.h"

namespace millpond::engine {

inline SortedSet sorted_set_of(Entry* entry) {
    return SortedSet(entry->object());
}
constexpr Family kSortedSetFamily{kCatSortedSet, "sorted-set"};

struct SortedSetAddOptions {
    bool only_new = false;
    bool only_existing = false;
    bool greater = false;
    bool less = false;
    bool increment = false;
    bool count_changes = false;
};
struct ScoredMember {
    double score = 0;
    Bytes member;
};
/// Adds to the key's sorted set as ZADD does, and replies. Returns how many members were added or
/// got another score; an increment's score becomes the member's new one.
std::size_t add_members(Call& call, Bytes key, const SortedSetAddOptions& options,
                        std::span<ScoredMember> members);

enum class SortedSetEnd : std::uint8_t { minimum, maximum };
enum class RangeKind : std::uint8_t { rank, score, lex };

/// The two bounds of a query, read from arguments.
struct SortedSetBounds {
    RangeKind kind;
    std::int64_t start = 0, end = 0;  ///< ranks, inclusive, from the end when negative
    SortedSet::ScoreBound score_min{0, false}, score_max{0, false};
    SortedSet::LexBound lex_min{}, lex_max{};

    /// False: an error has been written.
    bool read(Call& call, std::size_t min_at, std::size_t max_at);
    /// The ranks inside the bounds, counted from the lowest (or, when reversed, ranks from the
    /// highest).
    IndexRange ranks(const SortedSet& set, bool reverse) const;
};

/// ZMPOP's answer and effect: up to `count` members off an end of the set of a key.
void pop_with_key(Call& call, Bytes key, SortedSet set, SortedSetEnd end, std::size_t count);
/// Takes `count` members off an end and answers them behind what the caller has opened: flat, or
/// one pair in an array each.
void pop_members(Call& call, Bytes key, SortedSet set, SortedSetEnd end, std::size_t count,
                 bool nested);

/// A member with its score, as commands reply it: RESP3 nests pairs when they stand in a list.
void reply_member(Call& call, Bytes member, double score, bool with_scores);
/// Opens the array for reply_member.
void open_members(Call& call, std::size_t count, bool with_scores);

/// A sorted set that owns what it holds until it is given away: the result of an operation.
class SortedSetResult {
public:
    SortedSetResult() : object_(SortedSet::create()) {}
    SortedSetResult(const SortedSetResult&) = delete;
    SortedSetResult& operator=(const SortedSetResult&) = delete;
    ~SortedSetResult() {
        if (object_) destroy_object(Type::sorted_set, object_);
    }
    SortedSet set() { return SortedSet(object_); }
    void* take() { return std::exchange(object_, nullptr); }

private:
    void* object_;
};

void add_sorted_set_range_commands(CommandTable& table);
void add_sorted_set_removal_commands(CommandTable& table);
void add_sorted_set_blocking_commands(CommandTable& table);
void add_sorted_set_algebra_commands(CommandTable& table);

}  // namespace millpond::engine
