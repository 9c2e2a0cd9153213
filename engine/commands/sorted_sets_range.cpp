// SPDX-License-Identifier: Apache-2.0
//
// Sorted sets: queries by rank, score and member bytes. All of them come down to a range of ranks.
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <vector>

#include "engine/commands/numbers.h"
#include "engine/commands/sorted_sets.h"

namespace millpond::engine {

namespace {

using LexBound = SortedSet::LexBound;
using ScoreBound = SortedSet::ScoreBound;

/// As strtod reads it, so with leading blanks, and 0 for nothing at all; "(" excludes the bound.
bool read_score_bound(Bytes text, ScoreBound& bound) {
    bound.exclusive = !text.empty() && text[0] == '(';
    std::string number(text.substr(bound.exclusive ? 1 : 0));
    char* end = nullptr;
    bound.value = std::strtod(number.c_str(), &end);
    return *end == '\0' && !std::isnan(bound.value);
}

bool read_lex_bound(Bytes text, LexBound& bound) {
    bound = {LexBound::Kind::value, text.substr(text.empty() ? 0 : 1), false};
    if (text == "-") {
        bound.kind = LexBound::Kind::minimum;
    } else if (text == "+") {
        bound.kind = LexBound::Kind::maximum;
    } else if (!text.empty() && text[0] == '(') {
        bound.exclusive = true;
    } else {
        return !text.empty() && text[0] == '[';
    }
    return true;
}

struct Query {
    SortedSetBounds bounds;
    bool reverse = false;
    bool with_scores = false;
    std::int64_t offset = 0;
    std::int64_t limit = -1;  ///< negative: none

    IndexRange ranks(const SortedSet& set) const {
        IndexRange range = bounds.ranks(set, reverse);
        if (bounds.kind == RangeKind::rank) return range;
        if (offset < 0) return {};
        std::size_t skip = std::min(range.count, static_cast<std::size_t>(offset));
        range.first += skip;
        range.count -= skip;
        if (limit >= 0) range.count = std::min(range.count, static_cast<std::size_t>(limit));
        return range;
    }

    /// In the order of the query.
    void for_each(const SortedSet& set, const IndexRange& range,
                  FunctionView<bool(Bytes, double)> visit) const {
        if (range.count == 0) return;
        std::size_t first = reverse ? set.size() - 1 - range.first : range.first;
        set.for_range(first, range.count, reverse, visit);
    }
};

/// What a command's name has decided already.
struct Fixed {
    bool any_kind = false;
    bool any_direction = false;
    bool stores = false;
};

bool read_limit(Call& call, std::size_t at, Query& query) {
    return call.integer(at + 1, query.offset) && call.integer(at + 2, query.limit);
}

/// Options and bounds of a query whose source key is argument `key_at`.
bool read_query(Call& call, std::size_t key_at, const Fixed& fixed, Query& query) {
    bool limited = false;
    for (std::size_t i = key_at + 3; i < call.argc(); i++) {
        Bytes word = call.arg(i);
        if (!fixed.stores && is_word(word, "withscores")) {
            query.with_scores = true;
        } else if (is_word(word, "limit") && call.argc() - i - 1 >= 2) {
            if (!read_limit(call, i, query)) return false;
            limited = query.limit != -1;
            i += 2;
        } else if (fixed.any_direction && !query.reverse && is_word(word, "rev")) {
            query.reverse = true;
        } else if (fixed.any_kind && query.bounds.kind == RangeKind::rank &&
                   is_word(word, "bylex")) {
            query.bounds.kind = RangeKind::lex;
        } else if (fixed.any_kind && query.bounds.kind == RangeKind::rank &&
                   is_word(word, "byscore")) {
            query.bounds.kind = RangeKind::score;
        } else {
            return call.syntax_error();
        }
    }
    if (limited && query.bounds.kind == RangeKind::rank) {
        return call.error(
            "ERR syntax error, LIMIT is only supported in combination with either BYSCORE or "
            "BYLEX");
    }
    if (query.with_scores && query.bounds.kind == RangeKind::lex) {
        return call.error("ERR syntax error, WITHSCORES not supported in combination with BYLEX");
    }
    bool swapped = query.reverse && query.bounds.kind != RangeKind::rank;
    return query.bounds.read(call, key_at + (swapped ? 2 : 1), key_at + (swapped ? 1 : 2));
}

void answer(Call& call, RangeKind kind, bool reverse, const Fixed& fixed) {
    Query query{.bounds = {.kind = kind}, .reverse = reverse};
    Entry* entry;
    if (!read_query(call, 1, fixed, query) ||
        !find_for_reading(call, call.arg(1), Type::sorted_set, entry))
        return;
    IndexRange range = entry ? query.ranks(sorted_set_of(entry)) : IndexRange{};
    open_members(call, range.count, query.with_scores);
    if (range.count == 0) return;
    query.for_each(sorted_set_of(entry), range, [&](Bytes member, double score) {
        reply_member(call, member, score, query.with_scores);
        return true;
    });
}

void zrange(Call& call) {
    answer(call, RangeKind::rank, false, {.any_kind = true, .any_direction = true});
}
void zrevrange(Call& call) {
    answer(call, RangeKind::rank, true, {});
}
void zrangebyscore(Call& call) {
    answer(call, RangeKind::score, false, {});
}
void zrevrangebyscore(Call& call) {
    answer(call, RangeKind::score, true, {});
}
void zrangebylex(Call& call) {
    answer(call, RangeKind::lex, false, {});
}
void zrevrangebylex(Call& call) {
    answer(call, RangeKind::lex, true, {});
}

void zrangestore(Call& call) {
    Query query{.bounds = {.kind = RangeKind::rank}};
    Entry* entry;
    if (!read_query(call, 2, {.any_kind = true, .any_direction = true, .stores = true}, query))
        return;
    if (!find_for_reading(call, call.arg(2), Type::sorted_set, entry)) return;
    SortedSetResult result;
    if (entry) {
        SortedSet source = sorted_set_of(entry);
        IndexRange range = query.ranks(source);
        // Redis knows the number beforehand for ranks only.
        if (query.bounds.kind == RangeKind::rank) result.set().expect(range.count, 0);
        query.for_each(source, range, [&](Bytes member, double score) {
            result.set().set(member, score);
            return true;
        });
    }
    std::size_t size = result.set().size();
    store_result(call, call.arg(1), Type::sorted_set, result.take(), size, EventClass::sorted_set,
                 "zrangestore");
    call.reply().integer(static_cast<std::int64_t>(size));
}

void count_range(Call& call, RangeKind kind) {
    SortedSetBounds bounds{.kind = kind};
    Entry* entry;
    if (!bounds.read(call, 2, 3) || !find_for_reading(call, call.arg(1), Type::sorted_set, entry))
        return;
    std::size_t count = entry ? bounds.ranks(sorted_set_of(entry), false).count : 0;
    call.reply().integer(static_cast<std::int64_t>(count));
}

void zcount(Call& call) {
    count_range(call, RangeKind::score);
}
void zlexcount(Call& call) {
    count_range(call, RangeKind::lex);
}

IndexRange between(std::size_t lower, std::size_t upper, std::size_t size, bool reverse) {
    if (lower >= upper) return {};
    return {reverse ? size - upper : lower, upper - lower};
}

bool at_least(Bytes member, const LexBound& min) {
    if (min.kind != LexBound::Kind::value) return min.kind == LexBound::Kind::minimum;
    return member > min.value || (!min.exclusive && member == min.value);
}

bool at_most(Bytes member, const LexBound& max) {
    if (max.kind != LexBound::Kind::value) return max.kind == LexBound::Kind::maximum;
    return member < max.value || (!max.exclusive && member == max.value);
}

bool excludes_all(const LexBound& min, const LexBound& max) {
    if (min.kind != LexBound::Kind::value || max.kind != LexBound::Kind::value) return false;
    return min.value > max.value || (min.value == max.value && (min.exclusive || max.exclusive));
}

constexpr std::size_t kWalkedByNameMax = 128;  ///< a set beyond is no listpack in Redis either

/// Members of different scores are in no order of their own, and what lies between two of them is
/// unspecified. Yet people ask, and of a small set Redis gives the same each time: what a walk from
/// the first member (or the last) meets, if its ends are not outside to begin with.
IndexRange walk_by_name(const SortedSet& set, const LexBound& min, const LexBound& max,
                        bool reverse) {
    std::vector<bool> low, high;
    const std::size_t start = reverse && set.size() > 0 ? set.size() - 1 : 0;
    set.for_range(start, set.size(), reverse, [&](Bytes member, double) {
        low.push_back(reverse ? at_most(member, max) : at_least(member, min));
        high.push_back(reverse ? at_least(member, min) : at_most(member, max));
        return true;
    });
    if (low.empty() || excludes_all(min, max) || !low.back() || !high.front()) return {};
    const auto first = std::find(low.begin(), low.end(), true) - low.begin();
    const auto end = std::find(high.begin() + first, high.end(), false) - high.begin();
    return {static_cast<std::size_t>(first), static_cast<std::size_t>(end - first)};
}

}  // namespace

bool SortedSetBounds::read(Call& call, std::size_t min_at, std::size_t max_at) {
    switch (kind) {
        case RangeKind::rank:
            return call.integer(min_at, start) && call.integer(max_at, end);
        case RangeKind::score:
            return (read_score_bound(call.arg(min_at), score_min) &&
                    read_score_bound(call.arg(max_at), score_max)) ||
                   call.error("ERR min or max is not a float");
        case RangeKind::lex:
            return (read_lex_bound(call.arg(min_at), lex_min) &&
                    read_lex_bound(call.arg(max_at), lex_max)) ||
                   call.error("ERR min or max not valid string range item");
    }
    return false;
}

IndexRange SortedSetBounds::ranks(const SortedSet& set, bool reverse) const {
    switch (kind) {
        case RangeKind::rank:
            return index_range(start, end, set.size());
        case RangeKind::score:
            return between(set.lower_rank(score_min), set.upper_rank(score_max), set.size(),
                           reverse);
        case RangeKind::lex:
            if (set.size() <= kWalkedByNameMax) return walk_by_name(set, lex_min, lex_max, reverse);
            return between(set.lower_rank(lex_min), set.upper_rank(lex_max), set.size(), reverse);
    }
    return {};
}

void add_sorted_set_range_commands(CommandTable& table) {
    struct Row {
        std::string_view name;
        int arity;
        std::uint32_t flags;
        Handler handler;
        std::string_view since, summary;
    };
    constexpr std::string_view kCost = "O(log(N)+M) for M members given";
    const Row rows[] = {
        {"zrange", -4, kReadonly, zrange, "1.2.0",
         "Gives members by rank, score or bytes, in either order."},
        {"zrevrange", -4, kReadonly, zrevrange, "1.2.0",
         "Gives members by rank, highest score first."},
        {"zrangebyscore", -4, kReadonly, zrangebyscore, "1.0.5",
         "Gives members with scores between two bounds."},
        {"zrevrangebyscore", -4, kReadonly, zrevrangebyscore, "2.2.0",
         "Gives members with scores between two bounds, highest first."},
        {"zrangebylex", -4, kReadonly, zrangebylex, "2.8.9", "Gives members between two strings."},
        {"zrevrangebylex", -4, kReadonly, zrevrangebylex, "2.8.9",
         "Gives members between two strings, backwards."},
    };
    for (const Row& row : rows) {
        table.add(kSortedSetFamily.one_key(row.name, row.arity, row.flags, row.handler, row.since,
                                           kCost, "RO ACCESS", row.summary));
    }
    table.add(kSortedSetFamily.one_key("zcount", 4, kReadonly | kFast, zcount, "2.0.0", "O(log(N))",
                                       "RO ACCESS",
                                       "Counts the members with scores between two bounds."));
    table.add(kSortedSetFamily.one_key("zlexcount", 4, kReadonly | kFast, zlexcount, "2.8.9",
                                       "O(log(N))", "RO ACCESS",
                                       "Counts the members between two strings."));
    CommandSpec stores =
        kSortedSetFamily.one_key("zrangestore", -5, kWrite | kDenyOom, zrangestore, "6.2.0", kCost,
                                 "OW UPDATE|RO ACCESS", "Stores what ZRANGE gives.");
    stores.keys = {1, 2, 1};
    table.add(stores);
}

}  // namespace millpond::engine
