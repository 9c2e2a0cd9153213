// SPDX-License-Identifier: Apache-2.0
//
// Sets: intersection, union and difference, answered, counted or stored.
#include <algorithm>
#include <ranges>

#include "engine/commands/numbers.h"
#include "engine/commands/sets.h"

namespace millpond::engine {

namespace {

/// A set that owns what it holds until it is given away: the result of an operation.
class Result {
public:
    Result() : object_(Set::create()) {}
    Result(const Result&) = delete;
    Result& operator=(const Result&) = delete;
    ~Result() {
        if (object_) destroy_object(Type::set, object_);
    }
    Set set() { return Set(object_); }
    void* take() { return std::exchange(object_, nullptr); }

private:
    void* object_;
};

/// The entries of the keys from argument `first` to before `last`, null for absent ones; false: one
/// is no set.
bool find_sets(Call& call, std::size_t first, std::size_t last, std::vector<Entry*>& entries) {
    for (std::size_t i = first; i < last; i++) {
        Entry* entry;
        if (!find_for_reading(call, call.arg(i), Type::set, entry)) return false;
        entries.push_back(entry);
    }
    return true;
}

/// Members of all sets, until the visitor stops: those of the smallest set that the others have
/// too.
void intersect(std::vector<Entry*> entries, FunctionView<bool(Bytes)> visit) {
    if (std::find(entries.begin(), entries.end(), nullptr) != entries.end()) return;
    std::sort(entries.begin(), entries.end(),
              [](Entry* a, Entry* b) { return set_of(a).size() < set_of(b).size(); });
    set_of(entries[0]).for_each([&](Bytes member) {
        bool everywhere = std::all_of(entries.begin() + 1, entries.end(),
                                      [&](Entry* entry) { return set_of(entry).contains(member); });
        return !everywhere || visit(member);
    });
}

void unite(const std::vector<Entry*>& entries, Set result) {
    for (Entry* entry : entries) {
        if (!entry) continue;
        set_of(entry).for_each([&](Bytes member) {
            result.add(member);
            return true;
        });
    }
}

/// Is it less work to take the others' members out of the first set's than to look for each of the
/// latter in all others? Redis's own estimate, since a set that has once held more than a few
/// integers shows it in its encoding.
bool is_sooner_erased(const std::vector<Entry*>& entries) {
    std::size_t lookups = 0, members = 0;
    for (Entry* entry : entries) {
        if (!entry) continue;
        lookups += set_of(entries[0]).size();
        members += set_of(entry).size();
    }
    return lookups / 2 > members;
}

void subtract(const std::vector<Entry*>& entries, Set result) {
    if (!entries[0]) return;
    if (is_sooner_erased(entries)) {
        unite({entries[0]}, result);
        for (Entry* entry : entries | std::views::drop(1)) {
            if (!entry) continue;
            set_of(entry).for_each([&](Bytes member) {
                result.erase(member);
                return true;
            });
        }
        return;
    }
    set_of(entries[0]).for_each([&](Bytes member) {
        bool elsewhere = std::any_of(entries.begin() + 1, entries.end(), [&](Entry* entry) {
            return entry && set_of(entry).contains(member);
        });
        if (!elsewhere) result.add(member);
        return true;
    });
}

enum class Operation : std::uint8_t { intersection, union_, difference };

void run(Operation operation, const std::vector<Entry*>& entries, Set result) {
    switch (operation) {
        case Operation::intersection:
            return intersect(entries, [&](Bytes member) {
                result.add(member);
                return true;
            });
        case Operation::union_:
            return unite(entries, result);
        case Operation::difference:
            return subtract(entries, result);
    }
}

void answer(Call& call, Operation operation) {
    std::vector<Entry*> entries;
    if (!find_sets(call, 1, call.argc(), entries)) return;
    Result result;
    run(operation, entries, result.set());
    call.reply().set(result.set().size());
    result.set().for_each([&](Bytes member) {
        call.reply().bulk(member);
        return true;
    });
}

void store(Call& call, Operation operation, std::string_view event) {
    std::vector<Entry*> entries;
    if (!find_sets(call, 2, call.argc(), entries)) return;
    Result result;
    run(operation, entries, result.set());
    std::size_t size = result.set().size();
    store_result(call, call.arg(1), Type::set, result.take(), size, EventClass::set, event);
    call.reply().integer(static_cast<std::int64_t>(size));
}

void sinter(Call& call) {
    answer(call, Operation::intersection);
}
void sunion(Call& call) {
    answer(call, Operation::union_);
}
void sdiff(Call& call) {
    answer(call, Operation::difference);
}
void sinterstore(Call& call) {
    store(call, Operation::intersection, "sinterstore");
}
void sunionstore(Call& call) {
    store(call, Operation::union_, "sunionstore");
}
void sdiffstore(Call& call) {
    store(call, Operation::difference, "sdiffstore");
}

void sintercard(Call& call) {
    std::int64_t keys, limit = 0;
    if (!integer_between(call, 1, 1, kIntegerMax, keys, "numkeys should be greater than 0")) return;
    if (static_cast<std::uint64_t>(keys) > call.argc() - 2) {
        call.error("ERR Number of keys can't be greater than number of args");
        return;
    }
    std::size_t end = 2 + static_cast<std::size_t>(keys);
    for (std::size_t i = end; i < call.argc(); i += 2) {
        if (!is_word(call.arg(i), "limit") || i + 1 == call.argc()) {
            call.syntax_error();
            return;
        }
        if (!not_negative(call, i + 1, limit, "LIMIT can't be negative")) return;
    }
    std::vector<Entry*> entries;
    if (!find_sets(call, 2, end, entries)) return;
    std::int64_t count = 0;
    intersect(entries, [&](Bytes) { return ++count != limit; });
    call.reply().integer(count);
}

}  // namespace

void add_set_algebra_commands(CommandTable& table) {
    CommandSpec reads =
        kSetFamily.one_key("sinter", -2, kReadonly, sinter, "1.0.0",
                           "O(N*M) in the size of the smallest set and the number of sets",
                           "RO ACCESS", "Gives the members that several sets have in common.");
    reads.keys = {1, -1, 1};
    table.add(reads);
    reads.name = "sunion";
    reads.handler = sunion;
    reads.complexity = "O(N) in the members of all sets";
    reads.summary = "Gives the members of any of several sets.";
    table.add(reads);
    reads.name = "sdiff";
    reads.handler = sdiff;
    reads.summary = "Gives the members of the first set that no other set has.";
    table.add(reads);

    CommandSpec stores =
        kSetFamily.one_key("sinterstore", -3, kWrite | kDenyOom, sinterstore, "1.0.0",
                           "O(N*M) in the size of the smallest set and the number of sets",
                           "RW UPDATE|RO ACCESS", "Stores what several sets have in common.");
    stores.keys = {1, -1, 1};
    table.add(stores);
    stores.name = "sunionstore";
    stores.handler = sunionstore;
    stores.complexity = "O(N) in the members of all sets";
    stores.key_flags = "OW UPDATE|RO ACCESS";
    stores.summary = "Stores the members of any of several sets.";
    table.add(stores);
    stores.name = "sdiffstore";
    stores.handler = sdiffstore;
    stores.summary = "Stores the members of the first set that no other set has.";
    table.add(stores);

    CommandSpec card =
        kSetFamily.one_key("sintercard", -3, kReadonly | kMovableKeys, sintercard, "7.0.0",
                           "O(N*M) in the size of the smallest set and the number of sets",
                           "RO ACCESS", "Counts what several sets have in common.");
    card.keys = {};
    card.find_keys = counted_keys;
    table.add(card);
}

}  // namespace millpond::engine
