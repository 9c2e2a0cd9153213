// SPDX-License-Identifier: Apache-2.0
#include "engine/commands/arguments/notes.h"

namespace millpond::engine {

namespace {

constexpr CommandNotes kNotes[] = {
    {.name = "sadd",
     .keys = "RW insert @1",
     .arguments = "key:k0 member*",
     .history = "2.4.0 Takes any number of members"},
    {.name = "scard", .keys = "RO @1", .arguments = "key:k0"},
    {.name = "sdiff",
     .keys = "RO access @1 :-1,1,0",
     .tips = "nondeterministic_output_order",
     .arguments = "key:k0*"},
    {.name = "sdiffstore",
     .keys = "OW update @1; RO access @2 :-1,1,0",
     .arguments = "destination:k0 key:k1*"},
    {.name = "sinter",
     .keys = "RO access @1 :-1,1,0",
     .tips = "nondeterministic_output_order",
     .arguments = "key:k0*"},
    {.name = "sintercard",
     .keys = "RO access @1 #0,1,1",
     .arguments = "numkeys:i key:k0* limit:i=LIMIT?"},
    {.name = "sinterstore",
     .keys = "RW update @1; RO access @2 :-1,1,0",
     .arguments = "destination:k0 key:k1*"},
    {.name = "sismember", .keys = "RO @1", .arguments = "key:k0 member"},
    {.name = "smembers",
     .keys = "RO access @1",
     .tips = "nondeterministic_output_order",
     .arguments = "key:k0"},
    {.name = "smismember", .keys = "RO access @1", .arguments = "key:k0 member*"},
    {.name = "smove",
     .keys = "RW access delete @1; RW insert @2",
     .arguments = "source:k0 destination:k1 member"},
    {.name = "spop",
     .keys = "RW access delete @1",
     .tips = "nondeterministic_output",
     .arguments = "key:k0 count:i?^3.2.0",
     .history = "3.2.0 Takes a count"},
    {.name = "srandmember",
     .keys = "RO access @1",
     .tips = "nondeterministic_output",
     .arguments = "key:k0 count:i?^2.6.0",
     .history = "2.6.0 Takes a count"},
    {.name = "srem",
     .keys = "RW delete @1",
     .arguments = "key:k0 member*",
     .history = "2.4.0 Takes any number of members"},
    {.name = "sscan",
     .keys = "RO access @1",
     .tips = "nondeterministic_output",
     .arguments = "key:k0 cursor:i pattern:p=MATCH? count:i=COUNT?"},
    {.name = "sunion",
     .keys = "RO access @1 :-1,1,0",
     .tips = "nondeterministic_output_order",
     .arguments = "key:k0*"},
    {.name = "sunionstore",
     .keys = "OW update @1; RO access @2 :-1,1,0",
     .arguments = "destination:k0 key:k1*"},
};

}  // namespace

std::span<const CommandNotes> sets_notes() {
    return kNotes;
}

}  // namespace millpond::engine
