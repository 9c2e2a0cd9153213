// SPDX-License-Identifier: Apache-2.0
//
// The key specifications of a command. By themselves, since access control reads them too.
#include <algorithm>

#include "engine/commands/arguments/notes.h"
#include "engine/commands/command_keys.h"
#include "engine/commands/numbers.h"
#include "engine/commands/table.h"

namespace millpond::engine {

namespace {

/// The table's word for a use of a key as COMMAND INFO has it.
std::string_view use_word(std::string_view word) {
    for (const std::string_view known : {"access", "update", "insert", "delete"}) {
        if (is_word(word, known)) return known;
    }
    return word;
}

/// A command has one group for each part of its key_flags. With several, each but the last is one
/// key.
std::vector<KeySpec> from_table(const CommandSpec& spec) {
    std::vector<KeySpec> specs;
    if (spec.keys.first == 0 && !spec.find_keys) return specs;
    std::string_view rest = spec.key_flags;
    int index = std::max<int>(spec.keys.first, 1);
    for (bool more = true; more; ++index) {
        const std::size_t bar = rest.find('|');
        more = bar != std::string_view::npos;
        KeySpec one;
        for (const std::string_view word : split(rest.substr(0, bar), " "))
            one.flags.push_back(use_word(word));
        if (one.flags.empty()) one.flags.emplace_back(spec.flags & kWrite ? "RW" : "RO");
        one.begin = KeySpec::Begin::index;
        one.index = index;
        one.find = KeySpec::Find::range;
        if (!more && spec.find_keys) {
            one.find = KeySpec::Find::count;
            one.first = 1;
        } else if (!more) {
            one.last = spec.keys.last < 0 ? spec.keys.last : spec.keys.last - index;
            one.step = spec.keys.step;
        }
        specs.push_back(std::move(one));
        if (more) rest.remove_prefix(bar + 1);
    }
    return specs;
}

}  // namespace

std::vector<KeySpec> key_specs_of(const CommandSpec& spec) {
    if (const CommandNotes* notes = notes_of(spec.name)) {
        if (!notes->keys.empty()) return parse_key_specs(notes->keys);
    }
    return from_table(spec);
}

}  // namespace millpond::engine
