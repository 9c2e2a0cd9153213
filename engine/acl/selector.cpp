// SPDX-License-Identifier: Apache-2.0
#include "engine/acl/selector.h"

#include <algorithm>

#include "engine/acl/categories.h"
#include "engine/commands/glob.h"
#include "engine/commands/numbers.h"

namespace millpond::engine::acl {

namespace {

bool same_word(std::string_view a, std::string_view b) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
    return std::ranges::equal(a, b, {}, lower, lower);
}

/// "%RW~pattern": the permissions, and how long the part before the pattern is.
RuleError parse_permissions(std::string_view rule, Permissions& permissions, std::size_t& at) {
    permissions = 0;
    for (at = 1; at < rule.size(); ++at) {
        const char c = rule[at];
        if ((c == 'R' || c == 'r') && !(permissions & kMayRead)) {
            permissions |= kMayRead;
        } else if ((c == 'W' || c == 'w') && !(permissions & kMayWrite)) {
            permissions |= kMayWrite;
        } else if (c == '~') {
            ++at;
            break;
        } else {
            return RuleError::syntax;
        }
    }
    return permissions == 0 ? RuleError::syntax : RuleError::none;
}

}  // namespace

bool has_blank(std::string_view text) {
    return std::ranges::any_of(
        text, [](char c) { return c == ' ' || (c >= '\t' && c <= '\r') || c == '\0'; });
}

// -- Rules
// -----------------------------------------------------------------------------------------------

RuleError Selector::apply(std::string_view rule) {
    // Words end at a NUL, as they do for Redis; patterns that hold one are refused.
    const std::string_view word = rule.substr(0, rule.find('\0'));
    if (apply_word(word)) return RuleError::none;
    if (rule.empty()) return RuleError::syntax;
    switch (rule[0]) {
        case '~':
        case '%':
            return add_key_pattern(rule);
        case '&':
            return add_channel_pattern(rule.substr(1));
        case '+':
        case '-':
            return apply_command(word);
        default:
            return RuleError::syntax;
    }
}

bool Selector::apply_word(std::string_view word) {
    if (is_word(word, "allkeys") || word == "~*" || is_word(word, "resetkeys")) {
        all_keys_ = !is_word(word, "resetkeys");
        keys_.clear();
    } else if (is_word(word, "allchannels") || word == "&*" || is_word(word, "resetchannels")) {
        all_channels_ = !is_word(word, "resetchannels");
        channels_.clear();
    } else if (is_word(word, "allcommands") || is_word(word, "+@all")) {
        set_all_commands(true);
    } else if (is_word(word, "nocommands") || is_word(word, "-@all")) {
        set_all_commands(false);
    } else {
        return false;
    }
    return true;
}

RuleError Selector::add_key_pattern(std::string_view rule) {
    if (all_keys_) return RuleError::pattern_after_all;
    Permissions permissions = kMayAll;
    std::size_t at = 1;
    if (rule[0] == '%') {
        const RuleError error = parse_permissions(rule, permissions, at);
        if (error != RuleError::none) return error;
    }
    const std::string_view pattern = rule.substr(at);
    if (has_blank(pattern)) return RuleError::syntax;
    const auto known = std::ranges::find(keys_, pattern, &KeyPattern::pattern);
    if (known != keys_.end()) {
        known->permissions |= permissions;
    } else {
        keys_.push_back({std::string(pattern), permissions});
    }
    return RuleError::none;
}

RuleError Selector::add_channel_pattern(std::string_view pattern) {
    if (all_channels_) return RuleError::channel_after_all;
    if (has_blank(pattern)) return RuleError::syntax;
    if (std::ranges::find(channels_, pattern) == channels_.end()) channels_.emplace_back(pattern);
    return RuleError::none;
}

RuleError Selector::apply_command(std::string_view rule) {
    const bool allowed = rule[0] == '+';
    const std::string_view name = rule.substr(1);
    if (name.starts_with('@')) {
        const CategoryMask category = find_category(name.substr(1));
        if (category == 0) return RuleError::unknown_name;
        set_category(category, allowed);
        return RuleError::none;
    }
    if (allowed && name.find('|') != std::string_view::npos) return allow_part(name);
    const CommandSpec* spec = index_->find(name);
    if (!spec) return RuleError::unknown_name;
    set_command(*spec, allowed);
    return RuleError::none;
}

/// "config|get" allows a subcommand; "select|0" a command with that first argument alone, which
/// Redis still takes.
RuleError Selector::allow_part(std::string_view name) {
    const std::size_t bar = name.rfind('|');
    const CommandSpec* spec = index_->find(name.substr(0, bar));
    const std::string_view part = name.substr(bar + 1);
    if (!spec) return RuleError::unknown_name;
    if (spec->container) return RuleError::argument_of_subcommand;
    if (part.empty()) return RuleError::syntax;
    if (spec->has_subcommands) {
        const CommandSpec* sub = index_->find(name);
        if (!sub) return RuleError::unknown_name;
        set_command(*sub, true);
        return RuleError::none;
    }
    std::vector<std::string>& known = first_arguments_[spec->id];
    const bool there =
        std::ranges::any_of(known, [&](const std::string& one) { return same_word(one, part); });
    if (!there) known.emplace_back(part);
    return RuleError::none;
}

// -- Command bits
// ----------------------------------------------------------------------------------------

void Selector::set_bit(std::size_t id, bool allowed) {
    commands_.set(id, allowed);
    if (!allowed) all_commands_ = false;
}

void Selector::set_command(const CommandSpec& spec, bool allowed) {
    set_bit(spec.id, allowed);
    first_arguments_.erase(spec.id);
    for (const CommandIndex::Entry& sub : index_->find(spec)->subcommands)
        set_bit(sub.spec->id, allowed);
}

void Selector::set_category(std::uint32_t category, bool allowed) {
    // A container takes its subcommands along, before these are asked for themselves.
    for (const CommandIndex::Entry& entry : index_->commands()) {
        if (entry.categories & category) set_command(*entry.spec, allowed);
        for (const CommandIndex::Entry& sub : entry.subcommands) {
            if (sub.categories & category) set_command(*sub.spec, allowed);
        }
    }
}

void Selector::set_all_commands(bool allowed) {
    all_commands_ = allowed;
    if (allowed) {
        commands_.set();
    } else {
        commands_.reset();
    }
    first_arguments_.clear();
}

// -- Tests
// -----------------------------------------------------------------------------------------------

const std::vector<std::string>* Selector::first_arguments(const CommandSpec& spec) const {
    const auto found = first_arguments_.find(spec.id);
    return found == first_arguments_.end() ? nullptr : &found->second;
}

bool Selector::allows_command(const CommandSpec& spec, std::span<const Bytes> args) const {
    if (all_commands_ || (spec.flags & kNoAuth) || commands_[spec.id]) return true;
    const std::vector<std::string>* first = first_arguments(spec);
    return first && args.size() > 1 && std::ranges::any_of(*first, [&](const std::string& one) {
               return same_word(one, args[1]);
           });
}

bool Selector::allows_key(std::string_view key, Permissions wanted) const {
    return all_keys_ || std::ranges::any_of(keys_, [&](const KeyPattern& one) {
               return (one.permissions & wanted) == wanted && glob_matches(one.pattern, key);
           });
}

bool Selector::allows_channel(std::string_view channel, bool literal) const {
    return all_channels_ || std::ranges::any_of(channels_, [&](const std::string& pattern) {
               return literal ? pattern == channel : glob_matches(pattern, channel);
           });
}

bool Selector::allows_every_key(Permissions wanted) const {
    return all_keys_ || std::ranges::any_of(keys_, [&](const KeyPattern& one) {
               return (one.permissions & wanted) == wanted && one.pattern == "*";
           });
}

}  // namespace millpond::engine::acl
