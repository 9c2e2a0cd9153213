// SPDX-License-Identifier: Apache-2.0
//
// What the files of the set family share. Used by handlers, under their call's locks.
#pragma once

#include "engine/commands/collections.h"

namespace millpond::engine {

inline Set set_of(Entry* entry) {
    return Set(entry->object());
}
constexpr Family kSetFamily{kCatSet, "set"};

void add_set_random_commands(CommandTable& table);
void add_set_algebra_commands(CommandTable& table);

}  // namespace millpond::engine
