// SPDX-License-Identifier: Apache-2.0
#include "engine/commands/arguments/notes.h"

#include <algorithm>

namespace millpond::engine {

const CommandNotes* notes_of(std::string_view name) {
    for (const auto group :
         {bits_notes(), cluster_notes(), connection_notes(), generic_notes(), geo_notes(),
          hashes_notes(), hyperloglog_notes(), lists_notes(), pubsub_notes(), scripting_notes(),
          server_notes(), sets_notes(), sorted_sets_notes(), streams_notes(), strings_notes(),
          transactions_notes(), later_notes()}) {
        const auto found = std::ranges::lower_bound(group, name, {}, &CommandNotes::name);
        if (found != group.end() && found->name == name) return &*found;
    }
    return nullptr;
}

}  // namespace millpond::engine
