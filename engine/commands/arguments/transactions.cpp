// SPDX-License-Identifier: Apache-2.0
#include "engine/commands/arguments/notes.h"

namespace millpond::engine {

namespace {

constexpr CommandNotes kNotes[] = {
    {.name = "watch", .keys = "RO @1 :-1,1,0", .arguments = "key:k0*"},
};

}  // namespace

std::span<const CommandNotes> transactions_notes() {
    return kNotes;
}

}  // namespace millpond::engine
