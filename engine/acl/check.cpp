// SPDX-License-Identifier: Apache-2.0
#include "engine/acl/check.h"

#include <algorithm>
#include <vector>

namespace millpond::engine::acl {

namespace {

/// The keys are found once for all selectors, and only when one of them asks.
class Keys {
public:
    Keys(const KeyUses& uses, std::span<const Bytes> args) : uses_(uses), args_(args) {}

    const std::vector<KeyUses::Use>& get() {
        if (!found_) uses_.find(args_, keys_);
        found_ = true;
        return keys_;
    }

private:
    const KeyUses& uses_;
    std::span<const Bytes> args_;
    bool found_ = false;
    std::vector<KeyUses::Use> keys_;
};

Verdict check_channels(const Selector& selector, ChannelUse use, std::span<const Bytes> args) {
    const std::size_t end =
        use == ChannelUse::publish ? std::min<std::size_t>(2, args.size()) : args.size();
    for (std::size_t i = 1; i < end; ++i) {
        if (!selector.allows_channel(args[i], use == ChannelUse::subscribe_pattern))
            return {Reason::channel, i};
    }
    return {};
}

Verdict check(const Selector& selector, const CommandSpec& spec, std::span<const Bytes> args,
              Keys& keys, ChannelUse channels) {
    if (!selector.allows_command(spec, args)) return {Reason::command, 0};
    if (!selector.all_keys()) {
        for (const KeyUses::Use& key : keys.get()) {
            if (!selector.allows_key(args[key.argument], key.permissions))
                return {Reason::key, key.argument};
        }
    }
    if (channels == ChannelUse::none || selector.all_channels()) return {};
    return check_channels(selector, channels, args);
}

}  // namespace

Verdict check(const CommandIndex& index, const User& user, const CommandSpec& spec,
              std::span<const Bytes> args) {
    Keys keys(index.key_uses(spec), args);
    Verdict worst{Reason::command, 0};
    for (const Selector& selector : user.selectors()) {
        const Verdict verdict = check(selector, spec, args, keys, index.channel_use(spec));
        if (verdict.allowed()) return verdict;
        if (verdict.reason > worst.reason ||
            (verdict.reason == worst.reason && verdict.argument > worst.argument)) {
            worst = verdict;
        }
    }
    return worst;
}

bool allows_with_every_key(const CommandIndex& index, const User& user, const CommandSpec& spec,
                           std::span<const Bytes> args, Permissions wanted) {
    Keys keys(index.key_uses(spec), args);
    return std::ranges::any_of(user.selectors(), [&](const Selector& selector) {
        return check(selector, spec, args, keys, index.channel_use(spec)).allowed() &&
               selector.allows_every_key(wanted);
    });
}

}  // namespace millpond::engine::acl
