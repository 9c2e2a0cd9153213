// SPDX-License-Identifier: Apache-2.0
//
// Sorted sets: members and their scores, one set at a time.
#include "engine/commands/sorted_sets.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "engine/commands/numbers.h"
#include "engine/keyspace/clock.h"

namespace millpond::engine {

namespace {

using AddOptions = SortedSetAddOptions;

enum class Outcome : std::uint8_t { none, added, updated, same, not_a_number };

/// `score` becomes the member's new score.
Outcome add_member(SortedSet set, Bytes member, double& score, const AddOptions& options) {
    auto old = set.score(member);
    if (!old) {
        if (options.only_existing) return Outcome::none;
        set.set(member, score);
        return Outcome::added;
    }
    if (options.only_new) return Outcome::none;
    if (options.increment) {
        score += *old;
        if (std::isnan(score)) return Outcome::not_a_number;
    }
    if ((options.less && score >= *old) || (options.greater && score <= *old)) return Outcome::none;
    if (score == *old) return Outcome::same;
    set.set(member, score);
    return Outcome::updated;
}

/// Reads the option words from argument 2 on; returns where the first score stands.
std::size_t read_add_options(Call& call, AddOptions& options) {
    std::size_t at = 2;
    for (; at < call.argc(); at++) {
        Bytes word = call.arg(at);
        if (is_word(word, "nx")) {
            options.only_new = true;
        } else if (is_word(word, "xx")) {
            options.only_existing = true;
        } else if (is_word(word, "ch")) {
            options.count_changes = true;
        } else if (is_word(word, "incr")) {
            options.increment = true;
        } else if (is_word(word, "gt")) {
            options.greater = true;
        } else if (is_word(word, "lt")) {
            options.less = true;
        } else {
            break;
        }
    }
    return at;
}

bool check_add_options(Call& call, const AddOptions& options, std::size_t first) {
    std::size_t rest = call.argc() - first;
    if (rest == 0 || rest % 2 != 0) return call.syntax_error();
    if (options.only_new && options.only_existing) {
        return call.error("ERR XX and NX options at the same time are not compatible");
    }
    if ((options.greater && options.only_new) || (options.less && options.only_new) ||
        (options.greater && options.less)) {
        return call.error("ERR GT, LT, and/or NX options at the same time are not compatible");
    }
    if (options.increment && rest > 2)
        return call.error("ERR INCR option supports a single increment-element pair");
    return true;
}

/// Adds the (score, member) pairs from argument `first` on, and replies.
void add_pairs(Call& call, const AddOptions& options, std::size_t first) {
    std::vector<ScoredMember> members;
    for (std::size_t i = first; i < call.argc(); i += 2) {
        if (!call.real(i, members.emplace_back().score)) return;
        members.back().member = call.arg(i + 1);
    }
    add_members(call, call.arg(1), options, members);
}

void zadd(Call& call) {
    AddOptions options;
    std::size_t first = read_add_options(call, options);
    if (check_add_options(call, options, first)) add_pairs(call, options, first);
}

void zincrby(Call& call) {
    // It is ZADD with INCR: an option where the increment belongs leaves a member without score.
    constexpr std::array<std::string_view, 6> kOptions{"nx", "xx", "gt", "lt", "ch", "incr"};
    for (const std::string_view option : kOptions) {
        if (is_word(call.arg(2), option)) return static_cast<void>(call.syntax_error());
    }
    add_pairs(call, {.increment = true}, 2);
}

void zrem(Call& call) {
    Bytes key = call.arg(1);
    Entry* entry;
    if (!find_for_writing(call, key, Type::sorted_set, entry)) return;
    std::size_t erased = 0;
    for (std::size_t i = 2; entry && i < call.argc(); i++) {
        erased += sorted_set_of(entry).erase(call.arg(i)) ? 1 : 0;
    }
    if (erased > 0) {
        call.changed(erased);
        call.notify(EventClass::sorted_set, "zrem", key);
        erase_if_empty(call, key);
    }
    call.reply().integer(static_cast<std::int64_t>(erased));
}

void zcard(Call& call) {
    Entry* entry;
    if (!find_for_reading(call, call.arg(1), Type::sorted_set, entry)) return;
    call.reply().integer(entry ? static_cast<std::int64_t>(sorted_set_of(entry).size()) : 0);
}

void reply_score(Call& call, Entry* entry, Bytes member) {
    auto score = entry ? sorted_set_of(entry).score(member) : std::nullopt;
    if (score) {
        call.reply().real(*score);
    } else {
        call.reply().null();
    }
}

void zscore(Call& call) {
    Entry* entry;
    if (find_for_reading(call, call.arg(1), Type::sorted_set, entry))
        reply_score(call, entry, call.arg(2));
}

void zmscore(Call& call) {
    Entry* entry;
    if (!find_for_reading(call, call.arg(1), Type::sorted_set, entry)) return;
    call.reply().array(call.argc() - 2);
    for (std::size_t i = 2; i < call.argc(); i++) reply_score(call, entry, call.arg(i));
}

void reply_rank(Call& call, bool reverse) {
    Entry* entry;
    if (!find_for_reading(call, call.arg(1), Type::sorted_set, entry)) return;
    auto rank = entry ? sorted_set_of(entry).rank(call.arg(2)) : std::nullopt;
    if (!rank) {
        call.reply().null();
        return;
    }
    std::size_t shown = reverse ? sorted_set_of(entry).size() - 1 - *rank : *rank;
    call.reply().integer(static_cast<std::int64_t>(shown));
}

void zrank(Call& call) {
    reply_rank(call, false);
}
void zrevrank(Call& call) {
    reply_rank(call, true);
}

void zscan(Call& call) {
    CollectionScan scan(call);
    Entry* entry;
    if (!scan.read_cursor() || !find_for_reading(call, call.arg(1), Type::sorted_set, entry))
        return;
    if (!entry) {
        scan.reply(0);
        return;
    }
    if (!scan.read_options()) return;
    scan.reply(
        sorted_set_of(entry).scan(scan.cursor(), scan.count(), [&](Bytes member, double score) {
            if (!scan.passes(member)) return;
            scan.add(member);
            scan.add(real_text(score));
        }));
}

void visit_rank(const SortedSet& set, std::size_t rank, FunctionView<void(Bytes, double)> visit) {
    set.for_range(rank, 1, false, [&](Bytes member, double score) {
        visit(member, score);
        return true;
    });
}

void draw_members(Call& call, std::int64_t count, bool with_scores) {
    Entry* entry;
    if (!find_for_reading(call, call.arg(1), Type::sorted_set, entry)) return;
    if (!entry || count == 0) {
        call.reply().array(0);
        return;
    }
    SortedSet set = sorted_set_of(entry);
    auto reply = [&](Bytes member, double score) {
        reply_member(call, member, score, with_scores);
    };
    if (count < 0) {
        open_members(call, static_cast<std::size_t>(-count), with_scores);
        for (std::int64_t i = 0; i < -count && !call.is_cut_off(); i++)
            visit_rank(set, thread_random() % set.size(), reply);
        return;
    }
    std::size_t n = std::min(static_cast<std::size_t>(count), set.size());
    // What is drawn is ranks, as text: draw_distinct knows elements only as strings.
    auto drawn = draw_distinct(
        set.size(), n,
        [&](FunctionView<void(Bytes, Bytes)> visit) {
            for (std::size_t rank = 0; rank < set.size(); rank++) visit(std::to_string(rank), {});
        },
        [&](FunctionView<void(Bytes, Bytes)> visit) {
            visit(std::to_string(thread_random() % set.size()), {});
        });
    open_members(call, n, with_scores);
    for (const Drawn& each : drawn)
        visit_rank(set, static_cast<std::size_t>(*parse_integer(each.element)), reply);
}

void zrandmember(Call& call) {
    if (call.argc() == 2) {
        Entry* entry;
        if (!find_for_reading(call, call.arg(1), Type::sorted_set, entry)) return;
        if (!entry) {
            call.reply().null();
            return;
        }
        SortedSet set = sorted_set_of(entry);
        visit_rank(set, thread_random() % set.size(),
                   [&](Bytes member, double) { call.reply().bulk(member); });
        return;
    }
    std::int64_t count;
    if (!integer_between(call, 2, -kIntegerMax, kIntegerMax, count)) return;
    bool with_scores = call.argc() == 4;
    if (call.argc() > 4 || (with_scores && !is_word(call.arg(3), "withscores"))) {
        call.syntax_error();
    } else if (with_scores && (count < -kIntegerMax / 2 || count > kIntegerMax / 2)) {
        call.error("ERR value is out of range");
    } else {
        draw_members(call, count, with_scores);
    }
}

constexpr std::uint32_t kAdds = kWrite | kDenyOom | kFast;
constexpr std::uint32_t kLooksUp = kReadonly | kFast;

}  // namespace

std::size_t add_members(Call& call, Bytes key, const SortedSetAddOptions& options,
                        std::span<ScoredMember> members) {
    Entry* entry;
    if (!find_for_writing(call, key, Type::sorted_set, entry)) return 0;
    if (!entry && !options.only_existing) entry = call.db().find_or_create<SortedSet>(key);
    std::size_t added = 0, updated = 0;
    bool processed = false, failed = false;
    for (std::size_t i = 0; entry && i < members.size() && !failed; i++) {
        Outcome outcome =
            add_member(sorted_set_of(entry), members[i].member, members[i].score, options);
        added += outcome == Outcome::added ? 1 : 0;
        updated += outcome == Outcome::updated ? 1 : 0;
        processed = processed || outcome != Outcome::none;
        failed = outcome == Outcome::not_a_number;
    }
    call.changed(added + updated);
    if (added + updated > 0) {
        call.notify(EventClass::sorted_set, options.increment ? "zincr" : "zadd", key);
    }
    if (failed) {
        call.error("ERR resulting score is not a number (NaN)");
    } else if (!options.increment) {
        call.reply().integer(
            static_cast<std::int64_t>(added + (options.count_changes ? updated : 0)));
    } else if (processed) {
        call.reply().real(members[0].score);
    } else {
        call.reply().null();
    }
    return added + updated;
}

void open_members(Call& call, std::size_t count, bool with_scores) {
    call.reply().array(with_scores && !call.reply().resp3() ? count * 2 : count);
}

void reply_member(Call& call, Bytes member, double score, bool with_scores) {
    if (with_scores && call.reply().resp3()) call.reply().array(2);
    call.reply().bulk(member);
    if (with_scores) call.reply().real(score);
}

void add_sorted_set_commands(CommandTable& table) {
    const Family& family = kSortedSetFamily;
    table.add(family.one_key("zadd", -4, kAdds, zadd, "1.2.0", "O(log(N)) for each member",
                             "RW UPDATE",
                             "Adds members with scores to a sorted set, or changes their scores."));
    table.add(family.one_key("zincrby", 4, kAdds, zincrby, "1.2.0", "O(log(N))", "RW ACCESS UPDATE",
                             "Adds to a member's score."));
    table.add(family.one_key("zrem", -3, kWrite | kFast, zrem, "1.2.0", "O(M*log(N)) for M members",
                             "RW DELETE",
                             "Removes members, and the sorted set with its last member."));
    table.add(family.one_key("zcard", 2, kLooksUp, zcard, "1.2.0", "O(1)", "RO",
                             "Counts a sorted set's members."));
    table.add(family.one_key("zscore", 3, kLooksUp, zscore, "1.2.0", "O(1)", "RO ACCESS",
                             "Gives a member's score."));
    table.add(family.one_key("zmscore", -3, kLooksUp, zmscore, "6.2.0",
                             "O(N) in the members asked for", "RO ACCESS",
                             "Gives the scores of several members."));
    table.add(family.one_key("zrank", 3, kLooksUp, zrank, "2.0.0", "O(log(N))", "RO ACCESS",
                             "Gives a member's place, counted from the lowest score."));
    table.add(family.one_key("zrevrank", 3, kLooksUp, zrevrank, "2.0.0", "O(log(N))", "RO ACCESS",
                             "Gives a member's place, counted from the highest score."));
    table.add(family.one_key("zscan", -3, kReadonly, zscan, "2.8.0",
                             "O(1) a call, O(N) for the whole set", "RO ACCESS",
                             "Walks through a sorted set a few members at a time."));
    table.add(family.one_key("zrandmember", -2, kReadonly, zrandmember, "6.2.0",
                             "O(N*log(N)) in the members given", "RO ACCESS",
                             "Gives members of a sorted set at random."));
    add_sorted_set_range_commands(table);
    add_sorted_set_removal_commands(table);
    add_sorted_set_blocking_commands(table);
    add_sorted_set_algebra_commands(table);
}

}  // namespace millpond::engine
