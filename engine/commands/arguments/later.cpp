// SPDX-License-Identifier: Apache-2.0
#include "engine/commands/arguments/notes.h"

namespace millpond::engine {

namespace {

constexpr CommandNotes kNotes[] = {
    {.name = "client|no-touch", .arguments = "enabled<on! off!>"},
    {.name = "client|setinfo", .arguments = "attr<libname=LIB-NAME libver=LIB-VER>"},
    {.name = "waitaof",
     .tips = "request_policy:all_shards response_policy:agg_min",
     .arguments = "numlocal:i numreplicas:i timeout:i"},
};

}  // namespace

std::span<const CommandNotes> later_notes() {
    return kNotes;
}

}  // namespace millpond::engine
