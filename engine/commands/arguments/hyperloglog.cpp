// SPDX-License-Identifier: Apache-2.0
#include "engine/commands/arguments/notes.h"

namespace millpond::engine {

namespace {

constexpr CommandNotes kNotes[] = {
    {.name = "pfadd", .keys = "RW insert @1", .arguments = "key:k0 element?*"},
    {.name = "pfcount",
     .keys = "RW access @1 :-1,1,0 {may renew the cached count}",
     .arguments = "key:k0*"},
    {.name = "pfdebug", .keys = "RW access @2", .arguments = "subcommand key:k0", .system = true},
    {.name = "pfmerge",
     .keys = "RW access insert @1; RO access @2 :-1,1,0",
     .arguments = "destkey:k0 sourcekey:k1*"},
    {.name = "pfselftest", .system = true},
};

}  // namespace

std::span<const CommandNotes> hyperloglog_notes() {
    return kNotes;
}

}  // namespace millpond::engine
