// SPDX-License-Identifier: Apache-2.0
//
// The command table as rules look at it: every command with its categories, its subcommands, and
// what it does with its keys. Made once; constant afterwards, so any thread reads it.
#pragma once

#include <string_view>
#include <vector>

#include "engine/acl/categories.h"
#include "engine/acl/key_uses.h"
#include "engine/commands/table.h"

namespace millpond::engine::acl {

/// What a command does with the channels that its arguments name; UNSUBSCRIBE and its like need no
/// permission.
enum class ChannelUse : std::uint8_t { none, publish, subscribe, subscribe_pattern };

class CommandIndex {
public:
    struct Entry {
        const CommandSpec* spec;
        CategoryMask categories;
        /// Redis 7.0 has it: such commands alone choose the categories by which a user is
        /// described, so that a rule reads as it does there.
        bool classic;
        std::vector<Entry> subcommands;  ///< by name
    };

    /// The table must be complete, and outlive this.
    explicit CommandIndex(const CommandTable& table);

    const std::vector<Entry>& commands() const { return commands_; }  ///< by name
    const Entry* find(const CommandSpec& container) const { return by_id_[container.id]; }
    /// "get", "config" or "config|get"; nullptr when there is none.
    const CommandSpec* find(std::string_view name) const;
    const KeyUses& key_uses(const CommandSpec& spec) const { return key_uses_[spec.id]; }
    ChannelUse channel_use(const CommandSpec& spec) const { return channel_uses_[spec.id]; }

private:
    const CommandTable& table_;
    std::vector<Entry> commands_;
    std::vector<const Entry*> by_id_;
    std::vector<KeyUses> key_uses_;
    std::vector<ChannelUse> channel_uses_;
};

}  // namespace millpond::engine::acl
