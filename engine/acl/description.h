// SPDX-License-Identifier: Apache-2.0
//
// Rules that make a selector or a user anew, in Redis's canonical form: what ACL LIST shows, and
// what configuration and ACL files hold. Pure functions.
#pragma once

#include <string>
#include <vector>

#include "engine/acl/selector.h"
#include "engine/acl/user.h"

namespace millpond::engine::acl {

/// "+@all -debug", "-@all +@hash -hget +config|get": begins with all or none, goes on with the
/// categories that come closest, and ends with the commands that are still different, by name.
std::string describe_commands(const Selector& selector);
/// "~a* %R~b", or "~*" for all.
std::string describe_keys(const Selector& selector);
/// "&a &b", or "&*" for all.
std::string describe_channels(const Selector& selector);
std::string describe(const Selector& selector);

/// "on", "nopass" ... in Redis's order.
std::vector<std::string_view> flag_words(const User& user);
/// Everything behind "user NAME ".
std::string describe(const User& user);

}  // namespace millpond::engine::acl
