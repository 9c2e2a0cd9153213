// SPDX-License-Identifier: Apache-2.0
//
// What the files of the list family share. Used by handlers, under their call's locks.
#pragma once

#include "engine/commands/collections.h"

namespace millpond::engine {

enum class ListEnd : std::uint8_t { left, right };

inline List list_of(Entry* entry) {
    return List(entry->object());
}
constexpr Family kListFamily{kCatList, "list"};

/// "LEFT" or "RIGHT"; false: a syntax error has been written.
bool read_end(Call& call, std::size_t index, ListEnd& end);

/// Takes up to `count` elements off an end, answering them as an array or as the one element.
void pop_elements(Call& call, Bytes key, List list, ListEnd end, std::size_t count, bool as_array);

/// LMPOP's answer and effect: up to `count` elements off the list of a key.
void pop_with_key(Call& call, Bytes key, List list, ListEnd end, std::size_t count);

/// LMOVE from argument 1, whose entry is `source`, to argument 2. False: that one is no list, and
/// the error has been written.
bool move_element(Call& call, Entry* source, ListEnd from, ListEnd to);

void add_list_reading_commands(CommandTable& table);
void add_list_moving_commands(CommandTable& table);
void add_list_blocking_commands(CommandTable& table);

}  // namespace millpond::engine
