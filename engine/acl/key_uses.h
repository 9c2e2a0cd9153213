// SPDX-License-Identifier: Apache-2.0
//
// What a command does with each of its keys: the words of its key specifications, and what they
// mean for permissions. Reading is looking at the value, writing is inserting, updating or
// deleting; EXISTS or TYPE need neither. A few commands' arguments decide (SET ... GET, BITFIELD).
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "engine/acl/permissions.h"
#include "engine/commands/arguments/notation.h"
#include "engine/commands/table.h"

namespace millpond::engine::acl {

class KeyUses {
public:
    struct Use {
        std::uint32_t argument;
        Permissions permissions;
        std::span<const std::string_view> words;  ///< COMMAND GETKEYSANDFLAGS'
    };

    KeyUses() = default;
    explicit KeyUses(const CommandSpec& spec);

    /// Appends where the keys are and what is done with them; nothing when the arguments make no
    /// sense, which the handler says before it touches anything.
    void find(std::span<const Bytes> args, std::vector<Use>& uses) const;

private:
    struct Part {
        KeySpec keys;
        Permissions permissions;
        bool is_key;    ///< a shard channel is none, though it is where a key would be
        bool variable;  ///< the arguments decide
    };
    static Part make_part(KeySpec keys);
    const Part* part_of(std::span<const Bytes> args, std::size_t index) const;

    const CommandSpec* spec_ = nullptr;
    std::vector<Part> parts_;
};

}  // namespace millpond::engine::acl
