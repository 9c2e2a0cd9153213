// SPDX-License-Identifier: Apache-2.0
#include "engine/commands/arguments/notes.h"

namespace millpond::engine {

namespace {

constexpr CommandNotes kNotes[] = {
    {.name = "blmove",
     .keys = "RW access delete @1; RW insert @2",
     .arguments =
         "source:k0 destination:k1 wherefrom<left! right!> whereto<left! right!> timeout:d"},
    {.name = "blmpop",
     .keys = "RW access delete @2 #0,1,1",
     .arguments = "timeout:d numkeys:i key:k0* where<left! right!> count:i=COUNT?"},
    {.name = "blpop",
     .keys = "RW access delete @1 :-2,1,0",
     .arguments = "key:k0* timeout:d",
     .history = "6.0.0 The timeout may have a fraction"},
    {.name = "brpop",
     .keys = "RW access delete @1 :-2,1,0",
     .arguments = "key:k0* timeout:d",
     .history = "6.0.0 The timeout may have a fraction"},
    {.name = "brpoplpush",
     .keys = "RW access delete @1; RW insert @2",
     .arguments = "source:k0 destination:k1 timeout:d",
     .history = "6.0.0 The timeout may have a fraction",
     .deprecated_since = "6.2.0",
     .replaced_by = "`BLMOVE` with the `RIGHT` and `LEFT` arguments"},
    {.name = "lindex", .keys = "RO access @1", .arguments = "key:k0 index:i"},
    {.name = "linsert",
     .keys = "RW insert @1",
     .arguments = "key:k0 where<before! after!> pivot element"},
    {.name = "llen", .keys = "RO @1", .arguments = "key:k0"},
    {.name = "lmove",
     .keys = "RW access delete @1; RW insert @2",
     .arguments = "source:k0 destination:k1 wherefrom<left! right!> whereto<left! right!>"},
    {.name = "lmpop",
     .keys = "RW access delete @1 #0,1,1",
     .arguments = "numkeys:i key:k0* where<left! right!> count:i=COUNT?"},
    {.name = "lpop",
     .keys = "RW access delete @1",
     .arguments = "key:k0 count:i?^6.2.0",
     .history = "6.2.0 Takes a count"},
    {.name = "lpos",
     .keys = "RO access @1",
     .arguments = "key:k0 element rank:i=RANK? num-matches:i=COUNT? len:i=MAXLEN?"},
    {.name = "lpush",
     .keys = "RW insert @1",
     .arguments = "key:k0 element*",
     .history = "2.4.0 Takes any number of elements"},
    {.name = "lpushx",
     .keys = "RW insert @1",
     .arguments = "key:k0 element*",
     .history = "4.0.0 Takes any number of elements"},
    {.name = "lrange", .keys = "RO access @1", .arguments = "key:k0 start:i stop:i"},
    {.name = "lrem", .keys = "RW delete @1", .arguments = "key:k0 count:i element"},
    {.name = "lset", .keys = "RW update @1", .arguments = "key:k0 index:i element"},
    {.name = "ltrim", .keys = "RW delete @1", .arguments = "key:k0 start:i stop:i"},
    {.name = "rpop",
     .keys = "RW access delete @1",
     .arguments = "key:k0 count:i?^6.2.0",
     .history = "6.2.0 Takes a count"},
    {.name = "rpoplpush",
     .keys = "RW access delete @1; RW insert @2",
     .arguments = "source:k0 destination:k1",
     .deprecated_since = "6.2.0",
     .replaced_by = "`LMOVE` with the `RIGHT` and `LEFT` arguments"},
    {.name = "rpush",
     .keys = "RW insert @1",
     .arguments = "key:k0 element*",
     .history = "2.4.0 Takes any number of elements"},
    {.name = "rpushx",
     .keys = "RW insert @1",
     .arguments = "key:k0 element*",
     .history = "4.0.0 Takes any number of elements"},
};

}  // namespace

std::span<const CommandNotes> lists_notes() {
    return kNotes;
}

}  // namespace millpond::engine
