// SPDX-License-Identifier: Apache-2.0
//
// Splits a line into words, as inline commands and redis.conf lines are: blanks between them, "..."
// with the escapes \n \r \t \b \a \xHH \" \\, and '...' with \' only. Pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace millpond::resp {

/// Nothing when a quote is not closed or something stands right behind a closing one.
std::optional<std::vector<std::string>> split_words(std::string_view line);

/// Puts the word between double quotes, escaped where it must be: split_words() gives it back.
void append_quoted(std::string& out, std::string_view word);

}  // namespace millpond::resp
