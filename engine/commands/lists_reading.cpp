// SPDX-License-Identifier: Apache-2.0
//
// Lists: looking at them.
#include <algorithm>
#include <cstdlib>

#include "engine/commands/lists.h"
#include "engine/commands/numbers.h"

namespace millpond::engine {

namespace {

void llen(Call& call) {
    Entry* entry;
    if (!find_for_reading(call, call.arg(1), Type::list, entry)) return;
    call.reply().integer(entry ? static_cast<std::int64_t>(list_of(entry).size()) : 0);
}

void lindex(Call& call) {
    Entry* entry;
    std::int64_t index;
    if (!find_for_reading(call, call.arg(1), Type::list, entry)) return;
    if (!entry) {
        call.reply().null();
        return;
    }
    if (!call.integer(2, index)) return;
    List list = list_of(entry);
    auto size = static_cast<std::int64_t>(list.size());
    if (index < 0) index += size;
    if (index < 0 || index >= size) {
        call.reply().null();
    } else {
        call.reply().bulk(list.at(static_cast<std::size_t>(index)));
    }
}

void lrange(Call& call) {
    std::int64_t start, end;
    Entry* entry;
    if (!call.integer(2, start) || !call.integer(3, end)) return;
    if (!find_for_reading(call, call.arg(1), Type::list, entry)) return;
    IndexRange range = entry ? index_range(start, end, list_of(entry).size()) : IndexRange{};
    call.reply().array(range.count);
    if (range.count == 0) return;
    list_of(entry).for_range(range.first, range.count, false, [&](Bytes value) {
        call.reply().bulk(value);
        return true;
    });
}

struct Search {
    std::int64_t rank = 1;
    std::int64_t count = -1;  ///< -1: the first match alone, not as an array
    std::int64_t length_max = 0;
};

bool read_search(Call& call, Search& search) {
    for (std::size_t i = 3; i < call.argc(); i += 2) {
        bool more = i + 1 < call.argc();
        if (more && is_word(call.arg(i), "rank")) {
            if (!call.integer(i + 1, search.rank)) return false;
            if (search.rank == 0) {
                return call.error(
                    "ERR RANK can't be zero: use 1 to start from the first match, 2 from the "
                    "second ... "
                    "or use negative to start from the end of the list");
            }
        } else if (more && is_word(call.arg(i), "count")) {
            if (!not_negative(call, i + 1, search.count, "COUNT can't be negative")) return false;
        } else if (more && is_word(call.arg(i), "maxlen")) {
            if (!not_negative(call, i + 1, search.length_max, "MAXLEN can't be negative"))
                return false;
        } else {
            return call.syntax_error();
        }
    }
    return true;
}

std::vector<std::size_t> matches(const List& list, Bytes value, const Search& search) {
    bool backwards = search.rank < 0;
    // The lowest number has no opposite, and skips nothing in Redis.
    std::uint64_t skip =
        search.rank == INT64_MIN ? 0 : static_cast<std::uint64_t>(std::abs(search.rank)) - 1;
    auto most = static_cast<std::size_t>(search.count < 0    ? 1
                                         : search.count == 0 ? kIntegerMax
                                                             : search.count);
    std::size_t size = list.size(), seen = 0;
    std::size_t length =
        search.length_max == 0 ? size : std::min(size, static_cast<std::size_t>(search.length_max));
    std::vector<std::size_t> found;
    list.for_range(backwards ? size - 1 : 0, length, backwards, [&](Bytes each) {
        if (each == value) {
            if (skip > 0) {
                skip--;
            } else {
                found.push_back(backwards ? size - 1 - seen : seen);
            }
        }
        seen++;
        return found.size() < most;
    });
    return found;
}

void lpos(Call& call) {
    Search search;
    Entry* entry;
    if (!read_search(call, search) || !find_for_reading(call, call.arg(1), Type::list, entry))
        return;
    std::vector<std::size_t> found;
    if (entry) found = matches(list_of(entry), call.arg(2), search);
    if (search.count >= 0) {
        call.reply().array(found.size());
        for (std::size_t index : found) call.reply().integer(static_cast<std::int64_t>(index));
    } else if (found.empty()) {
        call.reply().null();
    } else {
        call.reply().integer(static_cast<std::int64_t>(found[0]));
    }
}

}  // namespace

void add_list_reading_commands(CommandTable& table) {
    const Family& family = kListFamily;
    table.add(family.one_key("llen", 2, kReadonly | kFast, llen, "1.0.0", "O(1)", "RO",
                             "Counts a list's elements."));
    table.add(family.one_key("lindex", 3, kReadonly, lindex, "1.0.0",
                             "O(N) in the runs of the list", "RO ACCESS",
                             "Gives the element at an index."));
    table.add(family.one_key("lrange", 4, kReadonly, lrange, "1.0.0", "O(N) in the elements given",
                             "RO ACCESS", "Gives the elements of a range of indexes."));
    table.add(family.one_key("lpos", -3, kReadonly, lpos, "6.0.6", "O(N) in the elements searched",
                             "RO ACCESS", "Gives the indexes of elements that equal a value."));
}

}  // namespace millpond::engine
