// SPDX-License-Identifier: Apache-2.0
//
// A few commands of each kind for the fuzzers of rules: nothing runs them.
#pragma once

#include <algorithm>
#include <memory>

#include "engine/acl/user.h"
#include "engine/commands/table.h"

namespace millpond::engine {

inline const acl::CommandIndex& fuzzed_commands() {
    static const CommandTable* const table = [] {
        auto made = std::make_unique<CommandTable>();
        made->add({.name = "get",
                   .arity = 2,
                   .flags = kReadonly | kFast,
                   .keys = {1, 1, 1},
                   .categories = kCatString,
                   .key_flags = "RO ACCESS"});
        made->add({.name = "set",
                   .arity = -3,
                   .flags = kWrite,
                   .keys = {1, 1, 1},
                   .categories = kCatString,
                   .key_flags = "RW ACCESS UPDATE"});
        made->add({.name = "mset",
                   .arity = -3,
                   .flags = kWrite,
                   .keys = {1, -1, 2},
                   .categories = kCatString,
                   .key_flags = "OW UPDATE"});
        made->add({.name = "copy",
                   .arity = -3,
                   .flags = kWrite,
                   .keys = {1, 2, 1},
                   .categories = kCatKeyspace,
                   .key_flags = "RO ACCESS|OW UPDATE"});
        made->add({.name = "select", .arity = 2, .flags = kFast, .categories = kCatConnection});
        made->add({.name = "auth", .arity = -2, .flags = kNoAuth | kFast});
        made->add({.name = "publish", .arity = 3, .flags = kPubsub | kFast});
        made->add({.name = "psubscribe", .arity = -2, .flags = kPubsub});
        made->add({.name = "config", .arity = -2});
        made->add({.name = "config|get", .arity = -3, .flags = kAdmin});
        made->add({.name = "config|set", .arity = -4, .flags = kAdmin});
        made->add({.name = "object", .arity = -2});
        made->add({.name = "object|encoding",
                   .arity = 3,
                   .flags = kReadonly | kFast,
                   .keys = {2, 2, 1},
                   .categories = kCatKeyspace,
                   .key_flags = "RO"});
        return made.release();
    }();
    static const acl::CommandIndex index(*table);
    return index;
}

/// Rules are shown unquoted, as Redis shows them: names with such characters in them, and the
/// pattern "*" that is no "allkeys", are not told apart from other rules when they are read again.
inline bool reads_back(const acl::Selector& selector) {
    const auto plain = [](std::string_view name) {
        return std::ranges::none_of(name, [](char c) {
            return c == '(' || c == ')' || c == '"' || c == '\'' || c == '\\' ||
                   static_cast<unsigned char>(c) <= ' ';
        });
    };
    const auto plain_key = [&](const acl::KeyPattern& key) {
        return plain(key.pattern) && (key.pattern != "*" || key.permissions != acl::kMayAll);
    };
    return std::ranges::all_of(selector.keys(), plain_key) &&
           std::ranges::all_of(selector.channels(), plain) &&
           std::ranges::all_of(fuzzed_commands().commands(), [&](const auto& entry) {
               const auto* first = selector.first_arguments(*entry.spec);
               return !first || std::ranges::all_of(*first, plain);
           });
}

inline bool reads_back(const acl::User& user) {
    return std::ranges::all_of(user.selectors(),
                               [](const acl::Selector& one) { return reads_back(one); });
}

}  // namespace millpond::engine
