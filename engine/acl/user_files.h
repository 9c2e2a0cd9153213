// SPDX-License-Identifier: Apache-2.0
//
// "user NAME rules..." lines, as configuration and ACL files hold them. Reading changes nothing:
// it gives all users that a file describes, or what is wrong with it.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "engine/acl/user.h"

namespace millpond::engine::acl {

using UserMap = std::map<std::string, User>;

/// An ACL file's text. Returns every error in it as ACL LOAD tells them, or nothing.
/// `name` is what the errors call the file.
std::optional<std::string> parse_users(std::string_view text, std::string_view name,
                                       const CommandIndex& index, ChannelDefault channels,
                                       UserMap& users);

/// The words behind "user" of a configuration file's line. Returns what is wrong, or nothing. The
/// default user begins anew with it.
std::optional<std::string> parse_user_line(std::span<const std::string> words,
                                           const CommandIndex& index, ChannelDefault channels,
                                           UserMap& users);

/// The file's text, or nothing with `error` set.
std::optional<std::string> read_file(const std::string& path, std::string& error);

}  // namespace millpond::engine::acl
