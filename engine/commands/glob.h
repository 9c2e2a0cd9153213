// SPDX-License-Identifier: Apache-2.0
//
// Glob patterns as KEYS, SCAN and CONFIG GET understand them: * ? [abc] [^a-z] and \ before a
// character that stands for itself. A pure function.
#pragma once

#include <string_view>

namespace millpond::engine {

/// Takes time linear in pattern * text, whatever the pattern. As in Redis, an empty text matches an
/// empty pattern only; where "*" stands for everything, that is its user's to say.
bool glob_matches(std::string_view pattern, std::string_view text) noexcept;

}  // namespace millpond::engine
