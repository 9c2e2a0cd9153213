// SPDX-License-Identifier: Apache-2.0
//
// A user's definition: whether it may log in, with which passwords, and what it may do. A value
// like the selectors it is made of: rules are applied to a copy, and a published one never changes.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/acl/selector.h"

namespace millpond::engine::acl {

/// acl-pubsub-default: the channels of a new user and of a new selector.
enum class ChannelDefault : std::uint8_t { none, all };

class User {
public:
    /// What RESTORE does with a payload; nothing was said of it in a new user.
    enum class Sanitize : std::uint8_t { unsaid, always, skip };

    /// A new user: disabled, with no password and no permission.
    User(const CommandIndex& index, ChannelDefault channels)
        : index_(&index), selectors_{Selector(index, channels == ChannelDefault::all)} {}

    /// One rule as ACL SETUSER takes it. Changes nothing when it is refused.
    RuleError apply(std::string_view rule, ChannelDefault channels);

    bool enabled() const { return enabled_; }
    bool without_password() const { return without_password_; }
    Sanitize sanitize() const { return sanitize_; }
    const std::vector<std::string>& passwords() const { return passwords_; }
    const Selector& root() const { return selectors_.front(); }
    std::span<const Selector> others() const { return std::span(selectors_).subspan(1); }
    std::span<const Selector> selectors() const { return selectors_; }

    /// May do everything: nothing else need be asked.
    bool unrestricted() const;
    /// Enabled, and this is one of its passwords (or it needs none).
    bool accepts(std::string_view password) const;

private:
    bool apply_word(std::string_view word, ChannelDefault channels);
    RuleError apply_password(std::string_view rule);
    RuleError add_selector(std::string_view rules, ChannelDefault channels);
    void reset(ChannelDefault channels);

    const CommandIndex* index_;
    bool enabled_ = false;
    bool without_password_ = false;
    Sanitize sanitize_ = Sanitize::unsaid;
    std::vector<std::string> passwords_;  ///< hashes
    std::vector<Selector> selectors_;     ///< the first is the root
};

/// Puts "(" ... ")" that were spread over several words into one each. Returns the index of a
/// parenthesis that is not closed, or nothing.
std::optional<std::size_t> join_selectors(std::span<const std::string_view> words,
                                          std::vector<std::string>& rules);

}  // namespace millpond::engine::acl
