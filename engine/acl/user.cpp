// SPDX-License-Identifier: Apache-2.0
#include "engine/acl/user.h"

#include <algorithm>
#include <utility>

#include "engine/acl/password.h"
#include "engine/commands/numbers.h"
#include "resp/words.h"

namespace millpond::engine::acl {

namespace {

std::string_view until_nul(std::string_view text) {
    return text.substr(0, text.find('\0'));
}

}  // namespace

RuleError User::apply(std::string_view rule, ChannelDefault channels) {
    if (rule.empty() || apply_word(until_nul(rule), channels)) return RuleError::none;
    switch (rule[0]) {
        case '>':
        case '#':
        case '<':
        case '!':
            return apply_password(rule);
        case '(':
            if (rule.size() > 1 && rule.back() == ')')
                return add_selector(rule.substr(1, rule.size() - 2), channels);
            [[fallthrough]];
        default:
            return selectors_.front().apply(rule);
    }
}

bool User::apply_word(std::string_view word, ChannelDefault channels) {
    if (is_word(word, "on") || is_word(word, "off")) {
        enabled_ = is_word(word, "on");
    } else if (is_word(word, "skip-sanitize-payload")) {
        sanitize_ = Sanitize::skip;
    } else if (is_word(word, "sanitize-payload")) {
        sanitize_ = Sanitize::always;
    } else if (is_word(word, "nopass") || is_word(word, "resetpass")) {
        without_password_ = is_word(word, "nopass");
        passwords_.clear();
    } else if (is_word(word, "clearselectors")) {
        selectors_.erase(selectors_.begin() + 1, selectors_.end());
    } else if (is_word(word, "reset")) {
        reset(channels);
    } else {
        return false;
    }
    return true;
}

void User::reset(ChannelDefault channels) {
    *this = User(*index_, channels);
    sanitize_ = Sanitize::always;
}

RuleError User::apply_password(std::string_view rule) {
    const bool clear = rule[0] == '>' || rule[0] == '<', adds = rule[0] == '>' || rule[0] == '#';
    if (!clear && !is_password_hash(rule.substr(1))) return RuleError::bad_hash;
    std::string hash = clear ? hash_password(rule.substr(1)) : std::string(rule.substr(1));
    const auto known = std::ranges::find(passwords_, hash);
    if (adds) {
        if (known == passwords_.end()) passwords_.push_back(std::move(hash));
        without_password_ = false;
    } else if (known == passwords_.end()) {
        return RuleError::no_such_password;
    } else {
        passwords_.erase(known);
    }
    return RuleError::none;
}

RuleError User::add_selector(std::string_view rules, ChannelDefault channels) {
    Selector selector(*index_, channels == ChannelDefault::all);
    // Redis makes an empty selector of what cannot be split into words.
    const auto words = resp::split_words(until_nul(rules));
    if (words) {
        for (const std::string& word : *words) {
            const RuleError error = selector.apply(word);
            if (error != RuleError::none) return error;
        }
    }
    selectors_.push_back(std::move(selector));
    return RuleError::none;
}

bool User::unrestricted() const {
    return root().all_commands() && root().all_keys() && root().all_channels();
}

bool User::accepts(std::string_view password) const {
    if (!enabled_) return false;
    if (without_password_) return true;
    const std::string hash = hash_password(password);
    bool found = false;
    // All are compared, so that the time does not tell which one it was.
    for (const std::string& known : passwords_) found = same_hash(known, hash) || found;
    return found;
}

std::optional<std::size_t> join_selectors(std::span<const std::string_view> words,
                                          std::vector<std::string>& rules) {
    std::optional<std::size_t> open;
    std::string joined;
    for (std::size_t i = 0; i < words.size(); ++i) {
        const std::string_view word = words[i];
        const bool closes = word.ends_with(')');
        if (word.starts_with('(') && !closes) {
            joined = word;
            open = i;
        } else if (open) {
            joined.append(" ").append(until_nul(word));
            if (!closes) continue;
            rules.push_back(std::exchange(joined, {}));
            open.reset();
        } else {
            rules.emplace_back(word);
        }
    }
    return open;
}

}  // namespace millpond::engine::acl
