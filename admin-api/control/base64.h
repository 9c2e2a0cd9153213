// SPDX-License-Identifier: Apache-2.0
//
// Base64 (RFC 4648, with padding), for keys and values that are any bytes. Pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace millpond::admin {

std::string to_base64(std::string_view bytes);
std::optional<std::string> from_base64(std::string_view text);
bool is_utf8(std::string_view bytes);

}  // namespace millpond::admin
