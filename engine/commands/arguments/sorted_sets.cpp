// SPDX-License-Identifier: Apache-2.0
#include "engine/commands/arguments/notes.h"

namespace millpond::engine {

namespace {

constexpr CommandNotes kNotes[] = {
    {.name = "bzmpop",
     .keys = "RW access delete @2 #0,1,1",
     .arguments = "timeout:d numkeys:i key:k0* where<min! max!> count:i=COUNT?"},
    {.name = "bzpopmax",
     .keys = "RW access delete @1 :-2,1,0",
     .arguments = "key:k0* timeout:d",
     .history = "6.0.0 The timeout may have a fraction"},
    {.name = "bzpopmin",
     .keys = "RW access delete @1 :-2,1,0",
     .arguments = "key:k0* timeout:d",
     .history = "6.0.0 The timeout may have a fraction"},
    {.name = "zadd",
     .keys = "RW update @1",
     .arguments = "key:k0 condition<nx! xx!>?^3.0.2 comparison<gt! lt!>?^6.2.0 change!=CH?^3.0.2 "
                  "increment!=INCR?^3.0.2 score_member(score:d member)*",
     .history = "2.4.0 Takes any number of elements; 3.0.2 Takes `XX`, `NX`, `CH`, `INCR`; 6.2.0 "
                "Takes `GT` and `LT`"},
    {.name = "zcard", .keys = "RO @1", .arguments = "key:k0"},
    {.name = "zcount", .keys = "RO access @1", .arguments = "key:k0 min:d max:d"},
    {.name = "zdiff", .keys = "RO access @1 #0,1,1", .arguments = "numkeys:i key:k0* withscores!?"},
    {.name = "zdiffstore",
     .keys = "OW update @1; RO access @2 #0,1,1",
     .arguments = "destination:k0 numkeys:i key:k1*"},
    {.name = "zincrby", .keys = "RW access update @1", .arguments = "key:k0 increment:i member"},
    {.name = "zinter",
     .keys = "RO access @1 #0,1,1",
     .arguments =
         "numkeys:i key:k0* weight:i=WEIGHTS?* aggregate=AGGREGATE<sum! min! max!>? withscores!?"},
    {.name = "zintercard",
     .keys = "RO access @1 #0,1,1",
     .arguments = "numkeys:i key:k0* limit:i=LIMIT?"},
    {.name = "zinterstore",
     .keys = "OW update @1; RO access @2 #0,1,1",
     .arguments = "destination:k0 numkeys:i key:k1* weight:i=WEIGHTS?* aggregate=AGGREGATE<sum! "
                  "min! max!>?"},
    {.name = "zlexcount", .keys = "RO access @1", .arguments = "key:k0 min max"},
    {.name = "zmpop",
     .keys = "RW access delete @1 #0,1,1",
     .arguments = "numkeys:i key:k0* where<min! max!> count:i=COUNT?"},
    {.name = "zmscore", .keys = "RO access @1", .arguments = "key:k0 member*"},
    {.name = "zpopmax", .keys = "RW access delete @1", .arguments = "key:k0 count:i?"},
    {.name = "zpopmin", .keys = "RW access delete @1", .arguments = "key:k0 count:i?"},
    {.name = "zrandmember",
     .keys = "RO access @1",
     .tips = "nondeterministic_output",
     .arguments = "key:k0 options(count:i withscores!?)?"},
    {.name = "zrange",
     .keys = "RO access @1",
     .arguments = "key:k0 start stop sortby<byscore! bylex!>?^6.2.0 rev!?^6.2.0 "
                  "offset_count=LIMIT(offset:i count:i)?^6.2.0 withscores!?",
     .history = "6.2.0 Takes `REV`, `BYSCORE`, `BYLEX`, `LIMIT`"},
    {.name = "zrangebylex",
     .keys = "RO access @1",
     .arguments = "key:k0 min max offset_count=LIMIT(offset:i count:i)?",
     .deprecated_since = "6.2.0",
     .replaced_by = "`ZRANGE` with the `BYLEX` argument"},
    {.name = "zrangebyscore",
     .keys = "RO access @1",
     .arguments = "key:k0 min:d max:d withscores!?^2.0.0 offset_count=LIMIT(offset:i count:i)?",
     .history = "2.0.0 Takes `WITHSCORES`",
     .deprecated_since = "6.2.0",
     .replaced_by = "`ZRANGE` with the `BYSCORE` argument"},
    {.name = "zrangestore",
     .keys = "OW update @1; RO access @2",
     .arguments = "dst:k0 src:k1 min max sortby<byscore! bylex!>? rev!? "
                  "offset_count=LIMIT(offset:i count:i)?"},
    {.name = "zrank", .keys = "RO access @1", .arguments = "key:k0 member"},
    {.name = "zrem",
     .keys = "RW delete @1",
     .arguments = "key:k0 member*",
     .history = "2.4.0 Takes any number of elements"},
    {.name = "zremrangebylex", .keys = "RW delete @1", .arguments = "key:k0 min max"},
    {.name = "zremrangebyrank", .keys = "RW delete @1", .arguments = "key:k0 start:i stop:i"},
    {.name = "zremrangebyscore", .keys = "RW delete @1", .arguments = "key:k0 min:d max:d"},
    {.name = "zrevrange",
     .keys = "RO access @1",
     .arguments = "key:k0 start:i stop:i withscores!?",
     .deprecated_since = "6.2.0",
     .replaced_by = "`ZRANGE` with the `REV` argument"},
    {.name = "zrevrangebylex",
     .keys = "RO access @1",
     .arguments = "key:k0 max min offset_count=LIMIT(offset:i count:i)?",
     .deprecated_since = "6.2.0",
     .replaced_by = "`ZRANGE` with the `REV` and `BYLEX` arguments"},
    {.name = "zrevrangebyscore",
     .keys = "RO access @1",
     .arguments = "key:k0 max:d min:d withscores!? offset_count=LIMIT(offset:i count:i)?",
     .history = "2.1.6 A range may leave out its ends",
     .deprecated_since = "6.2.0",
     .replaced_by = "`ZRANGE` with the `REV` and `BYSCORE` arguments"},
    {.name = "zrevrank", .keys = "RO access @1", .arguments = "key:k0 member"},
    {.name = "zscan",
     .keys = "RO access @1",
     .tips = "nondeterministic_output",
     .arguments = "key:k0 cursor:i pattern:p=MATCH? count:i=COUNT?"},
    {.name = "zscore", .keys = "RO access @1", .arguments = "key:k0 member"},
    {.name = "zunion",
     .keys = "RO access @1 #0,1,1",
     .arguments =
         "numkeys:i key:k0* weight:i=WEIGHTS?* aggregate=AGGREGATE<sum! min! max!>? withscores!?"},
    {.name = "zunionstore",
     .keys = "OW update @1; RO access @2 #0,1,1",
     .arguments = "destination:k0 numkeys:i key:k1* weight:i=WEIGHTS?* aggregate=AGGREGATE<sum! "
                  "min! max!>?"},
};

}  // namespace

std::span<const CommandNotes> sorted_sets_notes() {
    return kNotes;
}

}  // namespace millpond::engine
