// SPDX-License-Identifier: Apache-2.0
//
// One set of permissions: commands, keys and channels that belong together. A user has a root
// selector and any number of others; a command may run if one of them allows all of it. A value:
// rules are applied to a copy that nobody else sees, and a published one is never changed.
#pragma once

#include <bitset>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/acl/command_index.h"
#include "engine/acl/permissions.h"
#include "engine/acl/rule_error.h"

namespace millpond::engine::acl {

struct KeyPattern {
    std::string pattern;
    Permissions permissions;
    bool operator==(const KeyPattern&) const = default;
};

/// One bit for each command id, and a last one for commands that do not exist yet: it tells "all
/// but some" from "none but some".
constexpr std::size_t kCommandBits = 1088;
using CommandSet = std::bitset<kCommandBits>;
constexpr std::size_t kFutureCommands = kCommandBits - 1;

class Selector {
public:
    /// Allows nothing, but for all channels if `all_channels`. The index must outlive it.
    Selector(const CommandIndex& index, bool all_channels)
        : index_(&index), all_channels_(all_channels) {}

    /// A rule about commands, keys or channels, as ACL SETUSER takes it: "+@all", "~a*",
    /// "%R~b", "&c", "resetkeys" ... Changes nothing when it is refused.
    RuleError apply(std::string_view rule);

    bool all_commands() const { return all_commands_; }
    bool all_keys() const { return all_keys_; }
    bool all_channels() const { return all_channels_; }
    const CommandSet& commands() const { return commands_; }
    const std::vector<KeyPattern>& keys() const { return keys_; }
    const std::vector<std::string>& channels() const { return channels_; }
    const CommandIndex& index() const { return *index_; }
    /// First arguments with which a command that is not allowed otherwise may be called.
    const std::vector<std::string>* first_arguments(const CommandSpec& spec) const;

    bool allows_command(const CommandSpec& spec, std::span<const Bytes> args) const;
    bool allows_key(std::string_view key, Permissions wanted) const;
    /// `literal`: the channel is itself a pattern (PSUBSCRIBE), which must be one of ours.
    bool allows_channel(std::string_view channel, bool literal) const;
    /// Every key there is or may be, as SORT's BY and GET need it.
    bool allows_every_key(Permissions wanted) const;

    // For describing: nothing but command bits.
    void set_command(const CommandSpec& spec, bool allowed);
    void set_category(std::uint32_t category, bool allowed);
    void set_all_commands(bool allowed);

private:
    RuleError apply_command(std::string_view rule);
    RuleError allow_part(std::string_view name);
    RuleError add_key_pattern(std::string_view rule);
    RuleError add_channel_pattern(std::string_view pattern);
    bool apply_word(std::string_view word);
    void set_bit(std::size_t id, bool allowed);

    const CommandIndex* index_;
    bool all_commands_ = false, all_keys_ = false, all_channels_ = false;
    CommandSet commands_;
    std::map<std::uint16_t, std::vector<std::string>> first_arguments_;
    std::vector<KeyPattern> keys_;
    std::vector<std::string> channels_;
};

/// Redis allows neither blanks nor NUL in names and patterns, which are shown and saved unquoted.
bool has_blank(std::string_view text);

}  // namespace millpond::engine::acl
