// SPDX-License-Identifier: Apache-2.0
//
// May this user run this command with these arguments? The command itself first, then its keys,
// then its channels; one selector must allow all of it. Pure functions.
#pragma once

#include <cstdint>
#include <span>

#include "engine/acl/user.h"

namespace millpond::engine::acl {

/// In the order of importance: of several selectors' reasons the last is told.
enum class Reason : std::uint8_t { none, command, key, auth, channel };

struct Verdict {
    Reason reason = Reason::none;
    std::size_t argument = 0;  ///< which key or channel it was
    bool allowed() const { return reason == Reason::none; }
};

Verdict check(const CommandIndex& index, const User& user, const CommandSpec& spec,
              std::span<const Bytes> args);

/// The same, and one selector that allows it must allow every key there may be.
bool allows_with_every_key(const CommandIndex& index, const User& user, const CommandSpec& spec,
                           std::span<const Bytes> args, Permissions wanted);

}  // namespace millpond::engine::acl
