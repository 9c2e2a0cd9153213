// SPDX-License-Identifier: Apache-2.0
//
// Sorted sets: union, intersection and difference over sorted sets and sets (whose members score
// 1), answered, counted or stored. Sources are taken smallest first, as in Redis: with floating
// point the order of a sum is part of its result.
#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "engine/commands/numbers.h"
#include "engine/commands/sorted_sets.h"

namespace millpond::engine {

namespace {

enum class Operation : std::uint8_t { union_, intersection, difference };
enum class Aggregate : std::uint8_t { sum, minimum, maximum };

struct Source {
    Entry* entry = nullptr;
    double weight = 1;

    bool is_sorted() const { return entry->type() == Type::sorted_set; }
    std::size_t size() const {
        if (!entry) return 0;
        return is_sorted() ? SortedSet(entry->object()).size() : Set(entry->object()).size();
    }
    std::optional<double> score(Bytes member) const {
        if (!entry) return std::nullopt;
        if (is_sorted()) return SortedSet(entry->object()).score(member);
        return Set(entry->object()).contains(member) ? std::optional(1.0) : std::nullopt;
    }
    void for_each(FunctionView<bool(Bytes, double)> visit) const {
        if (!entry) return;
        if (is_sorted()) return SortedSet(entry->object()).for_each(visit);
        Set(entry->object()).for_each([&](Bytes member) { return visit(member, 1.0); });
    }
};

struct Scored {
    std::string member;
    double score;
};

double number_or_zero(double value) {
    return std::isnan(value) ? 0 : value;
}

void aggregate(double& into, double value, Aggregate how) {
    switch (how) {
        case Aggregate::sum:
            into = number_or_zero(into + value);
            break;
        case Aggregate::minimum:
            into = value < into ? value : into;
            break;
        case Aggregate::maximum:
            into = value > into ? value : into;
            break;
    }
}

struct Request {
    Operation operation;
    std::size_t count_at;  ///< the argument with the number of keys
    bool stores = false;
    bool counts = false;
    std::vector<Source> sources{};
    Aggregate how = Aggregate::sum;
    bool with_scores = false;
    std::int64_t limit = 0;

    bool read(Call& call);
    std::vector<Scored> run();

private:
    bool read_sources(Call& call, std::size_t& at);
    bool read_weights(Call& call, std::size_t& at);
    bool read_aggregate(Call& call, std::size_t at);
    std::vector<Scored> unite() const;
    std::vector<Scored> intersect() const;
    std::vector<Scored> subtract() const;
};

bool Request::read_sources(Call& call, std::size_t& at) {
    std::int64_t keys;
    if (!call.integer(count_at, keys)) return false;
    if (keys < 1) {
        return call.error("ERR at least 1 input key is needed for '" +
                          std::string(call.spec().name) + "' command");
    }
    if (static_cast<std::uint64_t>(keys) > call.argc() - count_at - 1) return call.syntax_error();
    for (at = count_at + 1; sources.size() < static_cast<std::size_t>(keys); at++) {
        Entry* entry = call.db().find_read(call.arg(at));
        if (entry && entry->type() != Type::sorted_set && entry->type() != Type::set)
            return call.wrong_type();
        sources.push_back({entry, 1});
    }
    return true;
}

bool Request::read_weights(Call& call, std::size_t& at) {
    for (Source& source : sources) {
        auto weight = parse_real(call.arg(++at));
        if (!weight) return call.error("ERR weight value is not a float");
        source.weight = *weight;
    }
    return true;
}

bool Request::read_aggregate(Call& call, std::size_t at) {
    Bytes word = call.arg(at);
    if (is_word(word, "sum")) {
        how = Aggregate::sum;
    } else if (is_word(word, "min")) {
        how = Aggregate::minimum;
    } else if (is_word(word, "max")) {
        how = Aggregate::maximum;
    } else {
        return call.syntax_error();
    }
    return true;
}

bool Request::read(Call& call) {
    std::size_t at = 0;
    if (!read_sources(call, at)) return false;
    bool scores_matter = operation != Operation::difference && !counts;
    for (; at < call.argc(); at++) {
        std::size_t rest = call.argc() - at - 1;
        Bytes word = call.arg(at);
        if (scores_matter && rest >= sources.size() && is_word(word, "weights")) {
            if (!read_weights(call, at)) return false;
        } else if (scores_matter && rest >= 1 && is_word(word, "aggregate")) {
            if (!read_aggregate(call, ++at)) return false;
        } else if (!stores && !counts && is_word(word, "withscores")) {
            with_scores = true;
        } else if (counts && rest >= 1 && is_word(word, "limit")) {
            if (!not_negative(call, ++at, limit, "LIMIT can't be negative")) return false;
        } else {
            return call.syntax_error();
        }
    }
    return true;
}

std::vector<Scored> Request::unite() const {
    std::unordered_map<std::string, double> scores;
    for (const Source& source : sources) {
        source.for_each([&](Bytes member, double score) {
            double value = number_or_zero(score * source.weight);
            auto [at, added] = scores.emplace(member, value);
            if (!added) aggregate(at->second, value, how);
            return true;
        });
    }
    std::vector<Scored> result;
    for (auto& [member, score] : scores) result.push_back({member, score});
    return result;
}

std::vector<Scored> Request::intersect() const {
    std::vector<Scored> result;
    sources[0].for_each([&](Bytes member, double score) {
        double value = number_or_zero(score * sources[0].weight);
        for (std::size_t i = 1; i < sources.size(); i++) {
            auto other = sources[i].score(member);
            if (!other) return true;
            aggregate(value, *other * sources[i].weight, how);
        }
        result.push_back({std::string(member), value});
        return limit == 0 || result.size() < static_cast<std::size_t>(limit);
    });
    return result;
}

std::vector<Scored> Request::subtract() const {
    std::vector<Scored> result;
    sources[0].for_each([&](Bytes member, double score) {
        bool elsewhere = std::any_of(sources.begin() + 1, sources.end(), [&](const Source& source) {
            return source.score(member).has_value();
        });
        if (!elsewhere) result.push_back({std::string(member), score});
        return true;
    });
    return result;
}

std::vector<Scored> Request::run() {
    if (operation == Operation::difference) return subtract();
    std::stable_sort(sources.begin(), sources.end(),
                     [](const Source& a, const Source& b) { return a.size() < b.size(); });
    return operation == Operation::union_ ? unite() : intersect();
}

void answer(Call& call, Operation operation) {
    Request request{.operation = operation, .count_at = 1};
    if (!request.read(call)) return;
    std::vector<Scored> result = request.run();
    std::sort(result.begin(), result.end(), [](const Scored& a, const Scored& b) {
        return a.score < b.score || (a.score == b.score && a.member < b.member);
    });
    open_members(call, result.size(), request.with_scores);
    for (const Scored& each : result)
        reply_member(call, each.member, each.score, request.with_scores);
}

void store(Call& call, Operation operation, std::string_view event) {
    Request request{.operation = operation, .count_at = 2, .stores = true};
    if (!request.read(call)) return;
    SortedSetResult result;
    std::vector<Scored> found = request.run();
    std::size_t size = found.size(), longest = 0;
    for (const Scored& each : found) longest = std::max(longest, each.member.size());
    result.set().expect(size, longest);
    for (const Scored& each : found) result.set().set(each.member, each.score);
    store_result(call, call.arg(1), Type::sorted_set, result.take(), size, EventClass::sorted_set,
                 event);
    call.reply().integer(static_cast<std::int64_t>(size));
}

void zunion(Call& call) {
    answer(call, Operation::union_);
}
void zinter(Call& call) {
    answer(call, Operation::intersection);
}
void zdiff(Call& call) {
    answer(call, Operation::difference);
}
void zunionstore(Call& call) {
    store(call, Operation::union_, "zunionstore");
}
void zinterstore(Call& call) {
    store(call, Operation::intersection, "zinterstore");
}
void zdiffstore(Call& call) {
    store(call, Operation::difference, "zdiffstore");
}

void zintercard(Call& call) {
    Request request{.operation = Operation::intersection, .count_at = 1, .counts = true};
    if (request.read(call)) call.reply().integer(static_cast<std::int64_t>(request.run().size()));
}

}  // namespace

void add_sorted_set_algebra_commands(CommandTable& table) {
    struct Row {
        std::string_view name;
        int arity;
        Handler handler;
        std::string_view since, complexity, summary;
    };
    constexpr std::string_view kUnionCost = "O(N)+O(M*log(M)) for N members read and M given";
    constexpr std::string_view kInterCost =
        "O(N*K)+O(M*log(M)) for K sets, the smallest of N, and M given";
    constexpr std::string_view kDiffCost =
        "O(N*K)+O(M*log(M)) for K sets, the first of N, and M given";
    const Row reads[] = {
        {"zunion", -3, zunion, "6.2.0", kUnionCost,
         "Gives the members of any of several sorted sets."},
        {"zinter", -3, zinter, "6.2.0", kInterCost,
         "Gives the members that several sorted sets have in common."},
        {"zdiff", -3, zdiff, "6.2.0", kDiffCost,
         "Gives the members of the first sorted set that no other has."},
        {"zintercard", -3, zintercard, "7.0.0", "O(N*K) for K sets, the smallest of N",
         "Counts what several sorted sets have in common."},
    };
    for (const Row& row : reads) {
        CommandSpec spec =
            kSortedSetFamily.one_key(row.name, row.arity, kReadonly | kMovableKeys, row.handler,
                                     row.since, row.complexity, "RO ACCESS", row.summary);
        spec.keys = {};
        spec.find_keys = counted_keys;
        table.add(spec);
    }
    const Row stores[] = {
        {"zunionstore", -4, zunionstore, "2.0.0", kUnionCost,
         "Stores the members of any of several sorted sets."},
        {"zinterstore", -4, zinterstore, "2.0.0", kInterCost,
         "Stores what several sorted sets have in common."},
        {"zdiffstore", -4, zdiffstore, "6.2.0", kDiffCost,
         "Stores what the first sorted set has alone."},
    };
    for (const Row& row : stores) {
        CommandSpec spec = kSortedSetFamily.one_key(
            row.name, row.arity, kWrite | kDenyOom | kMovableKeys, row.handler, row.since,
            row.complexity, "OW UPDATE|RO ACCESS", row.summary);
        spec.find_keys = destination_and_counted_keys;
        table.add(spec);
    }
}

}  // namespace millpond::engine
