// SPDX-License-Identifier: Apache-2.0
#include "engine/commands/arguments/notes.h"

namespace millpond::engine {

namespace {

constexpr CommandNotes kNotes[] = {
    {.name = "append", .keys = "RW insert @1", .arguments = "key:k0 value"},
    {.name = "decr", .keys = "RW access update @1", .arguments = "key:k0"},
    {.name = "decrby", .keys = "RW access update @1", .arguments = "key:k0 decrement:i"},
    {.name = "get", .keys = "RO access @1", .arguments = "key:k0"},
    {.name = "getdel", .keys = "RW access delete @1", .arguments = "key:k0"},
    {.name = "getex",
     .keys = "RW access update @1 {RW UPDATE, since it changes the expiry}",
     .arguments = "key:k0 expiration<seconds:i=EX milliseconds:i=PX unix-time-seconds:t=EXAT "
                  "unix-time-milliseconds:t=PXAT persist!>?"},
    {.name = "getrange", .keys = "RO access @1", .arguments = "key:k0 start:i end:i"},
    {.name = "getset",
     .keys = "RW access update @1",
     .arguments = "key:k0 value",
     .deprecated_since = "6.2.0",
     .replaced_by = "`SET` with the `!GET` argument"},
    {.name = "incr", .keys = "RW access update @1", .arguments = "key:k0"},
    {.name = "incrby", .keys = "RW access update @1", .arguments = "key:k0 increment:i"},
    {.name = "incrbyfloat", .keys = "RW access update @1", .arguments = "key:k0 increment:d"},
    {.name = "lcs",
     .keys = "RO access @1 :1,1,0",
     .arguments = "key1:k0 key2:k0 len!? idx!? len:i=MINMATCHLEN? withmatchlen!?"},
    {.name = "mget",
     .keys = "RO access @1 :-1,1,0",
     .tips = "request_policy:multi_shard",
     .arguments = "key:k0*"},
    {.name = "mset",
     .keys = "OW update @1 :-1,2,0",
     .tips = "request_policy:multi_shard response_policy:all_succeeded",
     .arguments = "key_value(key:k0 value)*"},
    {.name = "msetnx",
     .keys = "OW insert @1 :-1,2,0",
     .tips = "request_policy:multi_shard response_policy:agg_min",
     .arguments = "key_value(key:k0 value)*"},
    {.name = "psetex", .keys = "OW update @1", .arguments = "key:k0 milliseconds:i value"},
    {.name = "set",
     .keys = "RW access update variable_flags @1 {GET reads the old value}",
     .arguments =
         "key:k0 value condition<nx! xx!>?^2.6.12 get!?^6.2.0 expiration<seconds:i=EX^2.6.12 "
         "milliseconds:i=PX^2.6.12 unix-time-seconds:t=EXAT^6.2.0 "
         "unix-time-milliseconds:t=PXAT^6.2.0 keepttl!^6.0.0>?",
     .history = "2.6.12 Takes `EX`, `PX`, `NX`, `XX`; 6.0.0 Takes `KEEPTTL`; 6.2.0 Takes `GET`, "
                "`EXAT`, `PXAT`; 7.0.0 `NX` and `GET` go together"},
    {.name = "setex", .keys = "OW update @1", .arguments = "key:k0 seconds:i value"},
    {.name = "setnx", .keys = "OW insert @1", .arguments = "key:k0 value"},
    {.name = "setrange", .keys = "RW update @1", .arguments = "key:k0 offset:i value"},
    {.name = "strlen", .keys = "RO @1", .arguments = "key:k0"},
    {.name = "substr",
     .keys = "RO access @1",
     .arguments = "key:k0 start:i end:i",
     .deprecated_since = "2.0.0",
     .replaced_by = "`GETRANGE`"},
};

}  // namespace

std::span<const CommandNotes> strings_notes() {
    return kNotes;
}

}  // namespace millpond::engine
