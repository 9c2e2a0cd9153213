// SPDX-License-Identifier: Apache-2.0
//
// Percent-encoding as SigV4 wants it, and application/x-www-form-urlencoded. Pure; any thread.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace millpond::admin::aws {

/// Encodes all but A-Z a-z 0-9 - . _ ~ (and '/', when told so), in upper-case hex.
std::string uri_encode(std::string_view text, bool keep_slash);

/// The reverse, with '+' as a blank; a broken escape stays as it is.
std::string form_decode(std::string_view text);

/// Name and value pairs, decoded, in the order given.
std::vector<std::pair<std::string, std::string>> parse_form(std::string_view text);

}  // namespace millpond::admin::aws
