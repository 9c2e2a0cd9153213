// SPDX-License-Identifier: Apache-2.0
#include "engine/commands/arguments/notes.h"

namespace millpond::engine {

namespace {

constexpr CommandNotes kNotes[] = {
    {.name = "eval",
     .keys = "RW access update @2 #0,1,1 {scripts and functions may do anything to their keys}",
     .arguments = "script numkeys:i key:k0?* arg?*"},
    {.name = "eval_ro",
     .keys = "RO access @2 #0,1,1 {a script may read any of its keys}",
     .arguments = "script numkeys:i key:k0?* arg?*"},
    {.name = "evalsha",
     .keys = "RW access update @2 #0,1,1",
     .arguments = "sha1 numkeys:i key:k0?* arg?*"},
    {.name = "evalsha_ro",
     .keys = "RO access @2 #0,1,1",
     .arguments = "sha1 numkeys:i key:k0?* arg?*"},
    {.name = "fcall",
     .keys = "RW access update @2 #0,1,1 {scripts and functions may do anything to their keys}",
     .arguments = "function numkeys:i key:k0?* arg?*"},
    {.name = "fcall_ro",
     .keys = "RO access @2 #0,1,1 {a script may read any of its keys}",
     .arguments = "function numkeys:i key:k0?* arg?*"},
    {.name = "function|delete",
     .tips = "request_policy:all_shards response_policy:all_succeeded",
     .arguments = "library-name"},
    {.name = "function|flush",
     .tips = "request_policy:all_shards response_policy:all_succeeded",
     .arguments = "async<async! sync!>?"},
    {.name = "function|kill", .tips = "request_policy:all_shards response_policy:one_succeeded"},
    {.name = "function|list",
     .tips = "nondeterministic_output_order",
     .arguments = "library-name-pattern=LIBRARYNAME? withcode!?"},
    {.name = "function|load",
     .tips = "request_policy:all_shards response_policy:all_succeeded",
     .arguments = "replace!? function-code"},
    {.name = "function|restore",
     .tips = "request_policy:all_shards response_policy:all_succeeded",
     .arguments = "serialized-value policy<flush! append! replace!>?"},
    {.name = "function|stats",
     .tips = "nondeterministic_output request_policy:all_shards response_policy:special"},
    {.name = "script|debug", .arguments = "mode<yes! sync! no!>"},
    {.name = "script|exists",
     .tips = "request_policy:all_shards response_policy:agg_logical_and",
     .arguments = "sha1*"},
    {.name = "script|flush",
     .tips = "request_policy:all_nodes response_policy:all_succeeded",
     .arguments = "async<async! sync!>?^6.2.0",
     .history = "6.2.0 Takes `ASYNC` and `SYNC`"},
    {.name = "script|kill", .tips = "request_policy:all_shards response_policy:one_succeeded"},
    {.name = "script|load",
     .tips = "request_policy:all_nodes response_policy:all_succeeded",
     .arguments = "script"},
};

}  // namespace

std::span<const CommandNotes> scripting_notes() {
    return kNotes;
}

}  // namespace millpond::engine
