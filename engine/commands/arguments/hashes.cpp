// SPDX-License-Identifier: Apache-2.0
#include "engine/commands/arguments/notes.h"

namespace millpond::engine {

namespace {

constexpr CommandNotes kNotes[] = {
    {.name = "hdel",
     .keys = "RW delete @1",
     .arguments = "key:k0 field*",
     .history = "2.4.0 Takes any number of fields"},
    {.name = "hexists", .keys = "RO @1", .arguments = "key:k0 field"},
    {.name = "hget", .keys = "RO access @1", .arguments = "key:k0 field"},
    {.name = "hgetall",
     .keys = "RO access @1",
     .tips = "nondeterministic_output_order",
     .arguments = "key:k0"},
    {.name = "hincrby", .keys = "RW access update @1", .arguments = "key:k0 field increment:i"},
    {.name = "hincrbyfloat",
     .keys = "RW access update @1",
     .arguments = "key:k0 field increment:d"},
    {.name = "hkeys",
     .keys = "RO access @1",
     .tips = "nondeterministic_output_order",
     .arguments = "key:k0"},
    {.name = "hlen", .keys = "RO @1", .arguments = "key:k0"},
    {.name = "hmget", .keys = "RO access @1", .arguments = "key:k0 field*"},
    {.name = "hmset",
     .keys = "RW update @1",
     .arguments = "key:k0 field_value(field value)*",
     .deprecated_since = "4.0.0",
     .replaced_by = "`HSET` with multiple field-value pairs"},
    {.name = "hrandfield",
     .keys = "RO access @1",
     .tips = "nondeterministic_output",
     .arguments = "key:k0 options(count:i withvalues!?)?"},
    {.name = "hscan",
     .keys = "RO access @1",
     .tips = "nondeterministic_output",
     .arguments = "key:k0 cursor:i pattern:p=MATCH? count:i=COUNT?"},
    {.name = "hset",
     .keys = "RW update @1",
     .arguments = "key:k0 field_value(field value)*",
     .history = "4.0.0 Takes any number of fields and values"},
    {.name = "hsetnx", .keys = "RW insert @1", .arguments = "key:k0 field value"},
    {.name = "hstrlen", .keys = "RO @1", .arguments = "key:k0 field"},
    {.name = "hvals",
     .keys = "RO access @1",
     .tips = "nondeterministic_output_order",
     .arguments = "key:k0"},
};

}  // namespace

std::span<const CommandNotes> hashes_notes() {
    return kNotes;
}

}  // namespace millpond::engine
