// SPDX-License-Identifier: Apache-2.0
//
// SHA-1 in 40 lower-case hexadecimal digits: the name of a script. Any thread.
#pragma once

#include <array>
#include <string_view>

namespace millpond::engine {

using Sha1Hex = std::array<char, 40>;

Sha1Hex sha1_hex(std::string_view bytes);

}  // namespace millpond::engine
