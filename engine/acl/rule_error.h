// SPDX-License-Identifier: Apache-2.0
//
// Why a rule of a user was refused, and what Redis says about it.
#pragma once

#include <cstdint>
#include <string_view>

namespace millpond::engine::acl {

enum class RuleError : std::uint8_t {
    none,
    syntax,
    unknown_name,            ///< of a command or a category
    pattern_after_all,       ///< a key pattern behind "*"
    channel_after_all,       ///< a channel pattern behind "*"
    no_such_password,        ///< to be removed
    bad_hash,                ///< not 64 hex digits in lower case
    argument_of_subcommand,  ///< "+config|get|x"
    duplicate_user           ///< in a configuration file
};

std::string_view describe(RuleError error);

}  // namespace millpond::engine::acl
