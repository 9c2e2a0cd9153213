// SPDX-License-Identifier: Apache-2.0
//
// The notation in which a command's arguments and key specifications are written down, and what it
// says. Pure functions; the texts are the program's own, so a mistake in one is a mistake of ours,
// and a test reads them all.
//
// Arguments, parted by blanks:
//
//     word          a string         word:i  an integer      word:d  a double    word:t  a unix
//     time word:k0       a key, of the key specification 0        word:p  a pattern   word:p1
//     naming keys word!         a token alone, the word in upper case word(a b)     a block: all of
//     them                     word<a b>  one of them
//
// then "=TOKEN" for the token in front of it (or, after "!", for the token that is not the word),
// "?" optional, "*" repeated, "+" repeated together with its token, "^2.6.12" since, "~7.0.0"
// deprecated since. Words that hold anything but letters, digits, "-" and "_" are in single quotes.
//
// Key specifications, parted by "; ": flags, then where the search begins, "@1" (an index),
// "@STORE,5" (a keyword, looked for from there on) or "@?" (it cannot be told), then, unless it is
// one key there, ":last,step,limit" for a range or "#count,first,step" for as many as an argument
// says, then "{a note}".
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace millpond::engine {

struct Argument {
    std::string_view name;
    std::string_view type;  ///< COMMAND DOCS's word: "string", "pure-token", "oneof" ...
    std::optional<int> key_spec{};
    std::optional<std::string> token{};
    std::string_view since{}, deprecated_since{};
    bool optional = false, multiple = false, multiple_token = false;
    std::vector<Argument> arguments{};
};

struct KeySpec {
    enum class Begin : std::uint8_t { index, keyword, unknown };
    enum class Find : std::uint8_t { range, count, unknown };

    std::vector<std::string_view> flags;
    Begin begin = Begin::unknown;
    int index = 0;  ///< or where the search for the keyword starts; negative: from the end
    std::string_view keyword;
    Find find = Find::unknown;
    int last = 0, step = 1, limit = 0;  ///< of a range
    int count = 0, first = 0;           ///< of a counted one: arguments behind the index
    std::string_view note;
};

std::vector<Argument> parse_arguments(std::string_view text);
std::vector<KeySpec> parse_key_specs(std::string_view text);

/// Words parted by `separator`, without empty ones.
std::vector<std::string_view> split(std::string_view text, std::string_view separator);

}  // namespace millpond::engine
