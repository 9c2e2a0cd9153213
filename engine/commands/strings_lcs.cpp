// SPDX-License-Identifier: Apache-2.0
//
// LCS: the longest common subsequence of two strings, by the textbook's table of prefix lengths.
#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "engine/commands/numbers.h"
#include "engine/commands/strings.h"

namespace millpond::engine {

namespace {

struct Options {
    bool length = false;
    bool indexes = false;
    bool with_match_length = false;
    std::int64_t match_length_min = 0;
};

bool read_options(Call& call, Options& options) {
    for (std::size_t i = 3; i < call.argc(); ++i) {
        const Bytes word = call.arg(i);
        if (is_word(word, "len")) {
            options.length = true;
        } else if (is_word(word, "idx")) {
            options.indexes = true;
        } else if (is_word(word, "withmatchlen")) {
            options.with_match_length = true;
        } else if (is_word(word, "minmatchlen") && i + 1 < call.argc()) {
            if (!call.integer(++i, options.match_length_min)) return false;
        } else {
            return call.syntax_error();
        }
    }
    if (options.length && options.indexes) {
        return call.error("ERR If you want both the length and indexes, please just use IDX.");
    }
    return true;
}

/// lengths(i, j) is the length of the answer for the first i and the first j bytes.
class Lengths {
public:
    Lengths(Bytes a, Bytes b) : columns_(b.size() + 1), cells_((a.size() + 1) * columns_) {
        for (std::size_t i = 1; i <= a.size(); ++i) {
            for (std::size_t j = 1; j <= b.size(); ++j) {
                cells_[i * columns_ + j] = a[i - 1] == b[j - 1]
                                               ? (*this)(i - 1, j - 1) + 1
                                               : std::max((*this)(i - 1, j), (*this)(i, j - 1));
            }
        }
    }
    std::uint32_t operator()(std::size_t i, std::size_t j) const {
        return cells_[i * columns_ + j];
    }

private:
    std::size_t columns_;
    std::vector<std::uint32_t> cells_;
};

/// A run of bytes that both strings share; first and last index in each.
struct Match {
    std::size_t a_first, a_last, b_first, b_last;
    std::size_t length() const { return a_last - a_first + 1; }
};

/// Walks the table back from its end; the matches come out last one first.
std::string trace(Bytes a, Bytes b, const Lengths& lengths, std::vector<Match>& matches) {
    std::string common;
    std::size_t i = a.size();
    std::size_t j = b.size();
    while (i > 0 && j > 0) {
        if (a[i - 1] == b[j - 1]) {
            common.push_back(a[i - 1]);
            --i;
            --j;
            if (!matches.empty() && matches.back().a_first == i + 1 &&
                matches.back().b_first == j + 1) {
                matches.back().a_first = i;
                matches.back().b_first = j;
            } else {
                matches.push_back({i, i, j, j});
            }
        } else if (lengths(i - 1, j) > lengths(i, j - 1)) {
            --i;
        } else {
            --j;
        }
    }
    std::reverse(common.begin(), common.end());
    return common;
}

void reply_matches(Call& call, std::vector<Match> matches, const Options& options,
                   std::size_t length) {
    const auto least =
        static_cast<std::size_t>(std::max<std::int64_t>(options.match_length_min, 0));
    std::erase_if(matches, [&](const Match& match) { return match.length() < least; });
    auto& reply = call.reply();
    const auto number = [&](std::size_t n) { reply.integer(static_cast<std::int64_t>(n)); };
    reply.map(2);
    reply.bulk("matches");
    reply.array(matches.size());
    for (const Match& match : matches) {
        reply.array(options.with_match_length ? 3 : 2);
        reply.array(2);
        number(match.a_first);
        number(match.a_last);
        reply.array(2);
        number(match.b_first);
        number(match.b_last);
        if (options.with_match_length) number(match.length());
    }
    reply.bulk("len");
    number(length);
}

void lcs(Call& call) {
    StringScratch scratches[2];
    Bytes strings[2];
    bool right_types = true;
    for (std::size_t i = 0; i < 2; ++i) {  // both are looked for, whatever the first is
        const Entry* entry = call.db().find_read(call.arg(i + 1));
        if (entry == nullptr) continue;
        if (entry->is_string()) {
            strings[i] = entry->string(scratches[i]);
        } else {
            right_types = false;
        }
    }
    if (!right_types) return void(call.error("ERR The specified keys must contain string values"));
    Options options;
    if (!read_options(call, options)) return;
    const auto [a, b] = strings;
    constexpr std::size_t kCellsMax = UINT32_MAX / 32;
    if ((a.size() + 1) > kCellsMax / (b.size() + 1)) {
        return void(
            call.error("ERR Insufficient memory, transient memory for LCS exceeds "
                       "proto-max-bulk-len"));
    }
    const Lengths lengths(a, b);
    const std::uint32_t length = lengths(a.size(), b.size());
    if (options.length) return call.reply().integer(length);
    std::vector<Match> matches;
    const std::string common = trace(a, b, lengths, matches);
    if (!options.indexes) return call.reply().bulk(common);
    reply_matches(call, std::move(matches), options, length);
}

}  // namespace

void add_lcs_command(CommandTable& table) {
    table.add({.name = "lcs",
               .arity = -3,
               .flags = kReadonly,
               .keys = {1, 2, 1},
               .categories = kCatString,
               .handler = lcs,
               .since = "7.0.0",
               .group = "string",
               .complexity = "O(N*M) in the lengths of the two strings",
               .summary = "Finds the longest common subsequence of two strings.",
               .key_flags = "RO ACCESS"});
}

}  // namespace millpond::engine
