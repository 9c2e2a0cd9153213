// SPDX-License-Identifier: Apache-2.0
//
// What a command does with each of its keys, as far as permissions go: reading is looking at the
// value, writing is inserting, updating or deleting; EXISTS or TYPE need neither. From the key
// flags of the command table; a few commands' arguments decide (SET ... GET, BITFIELD).
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "engine/acl/permissions.h"
#include "engine/commands/table.h"

namespace millpond::engine::acl {

class KeyUses {
public:
    struct Use {
        std::uint32_t argument;
        Permissions permissions;
        std::string_view flags;  ///< COMMAND GETKEYSANDFLAGS' words
    };

    KeyUses() = default;
    explicit KeyUses(const CommandSpec& spec);

    /// Has the command keys at all?
    bool any() const { return spec_ != nullptr; }
    /// Appends where the keys are and what is done with them; nothing when the arguments make no
    /// sense, which the handler says before it touches anything.
    void find(std::span<const Bytes> args, std::vector<Use>& uses) const;

private:
    struct Part {
        std::string_view flags;
        Permissions permissions;
    };
    using Variable = std::string_view (*)(std::span<const Bytes> args);

    const CommandSpec* spec_ = nullptr;
    std::vector<Part> parts_;  ///< each but the last is for one key
    Variable variable_ = nullptr;
};

}  // namespace millpond::engine::acl
