// SPDX-License-Identifier: Apache-2.0
//
// FUNCTION DUMP's bytes: for each library the RDB opcode and its code, then the RDB version and a
// CRC-64 of all that. Pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace millpond::engine {

std::string dump_functions(const std::vector<std::string>& codes);

/// The codes in a payload; false with an error text when it is none.
bool read_functions(std::string_view payload, std::vector<std::string>& codes, std::string& error);

}  // namespace millpond::engine
