// SPDX-License-Identifier: Apache-2.0
//
// A few commands of each kind for the fuzzers of rules: nothing runs them.
#pragma once

#include <memory>

#include "engine/acl/command_index.h"
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

}  // namespace millpond::engine
