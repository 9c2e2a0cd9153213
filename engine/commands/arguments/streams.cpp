// SPDX-License-Identifier: Apache-2.0
#include "engine/commands/arguments/notes.h"

namespace millpond::engine {

namespace {

constexpr CommandNotes kNotes[] = {
    {.name = "xack", .keys = "RW update @1", .arguments = "key:k0 group id*"},
    {.name = "xadd",
     .keys = "RW update @1 {UPDATE, since it may trim}",
     .tips = "nondeterministic_output",
     .arguments = "key:k0 nomkstream!?^6.2.0 trim(strategy<maxlen! minid!^6.2.0> "
                  "operator<equal!='=' approximately!='~'>? threshold count:i=LIMIT?^6.2.0)? "
                  "id_or_auto<auto_id!='*' id> field_value(field value)*",
     .history = "6.2.0 Takes `NOMKSTREAM`, `MINID` and `LIMIT`; 7.0.0 An id may be `<ms>-*`"},
    {.name = "xautoclaim",
     .keys = "RW delete @1",
     .tips = "nondeterministic_output",
     .arguments = "key:k0 group consumer min-idle-time start count:i=COUNT? justid!?",
     .history = "7.0.0 Answers a third list: pending entries that are in the stream no more"},
    {.name = "xclaim",
     .keys = "RW update @1",
     .tips = "nondeterministic_output",
     .arguments = "key:k0 group consumer min-idle-time id* ms:i=IDLE? "
                  "unix-time-milliseconds:t=TIME? count:i=RETRYCOUNT? force!? justid!? id=LASTID?"},
    {.name = "xdel", .keys = "RW delete @1", .arguments = "key:k0 id*"},
    {.name = "xgroup|create",
     .keys = "RW insert @2",
     .arguments = "key:k0 groupname id<id new_id!='$'> mkstream!? entries_read:i=ENTRIESREAD?",
     .history = "7.0.0 Takes `ENTRIESREAD`"},
    {.name = "xgroup|createconsumer",
     .keys = "RW insert @2",
     .arguments = "key:k0 groupname consumername"},
    {.name = "xgroup|delconsumer",
     .keys = "RW delete @2",
     .arguments = "key:k0 groupname consumername"},
    {.name = "xgroup|destroy", .keys = "RW delete @2", .arguments = "key:k0 groupname"},
    {.name = "xgroup|setid",
     .keys = "RW update @2",
     .arguments = "key:k0 groupname id<id new_id!='$'> entries_read:i=ENTRIESREAD?",
     .history = "7.0.0 Takes `ENTRIESREAD`"},
    {.name = "xinfo|consumers",
     .keys = "RO access @2",
     .tips = "nondeterministic_output",
     .arguments = "key:k0 groupname"},
    {.name = "xinfo|groups",
     .keys = "RO access @2",
     .arguments = "key:k0",
     .history = "7.0.0 Shows `entries-read` and `lag`"},
    {.name = "xinfo|stream",
     .keys = "RO access @2",
     .arguments = "key:k0 full=FULL(count:i=COUNT?)?",
     .history = "6.0.0 Takes `FULL`; 7.0.0 Shows `max-deleted-entry-id`, `entries-added`, "
                "`recorded-first-entry-id`, `entries-read`, `lag`"},
    {.name = "xlen", .keys = "RO @1", .arguments = "key:k0"},
    {.name = "xpending",
     .keys = "RO access @1",
     .tips = "nondeterministic_output",
     .arguments = "key:k0 group filters(min-idle-time:i=IDLE?^6.2.0 start end count:i consumer?)?",
     .history = "6.2.0 Takes `IDLE`, and a range may leave out its ends"},
    {.name = "xrange",
     .keys = "RO access @1",
     .arguments = "key:k0 start end count:i=COUNT?",
     .history = "6.2.0 A range may leave out its ends"},
    {.name = "xread",
     .keys = "RO access @STREAMS,1 :-1,1,2",
     .arguments = "count:i=COUNT? milliseconds:i=BLOCK? streams=STREAMS(key:k0* id*)"},
    {.name = "xreadgroup",
     .keys = "RO access @STREAMS,4 :-1,1,2",
     .arguments = "group_consumer=GROUP(group consumer) count:i=COUNT? milliseconds:i=BLOCK? "
                  "noack!? streams=STREAMS(key:k0* id*)"},
    {.name = "xrevrange",
     .keys = "RO access @1",
     .arguments = "key:k0 end start count:i=COUNT?",
     .history = "6.2.0 A range may leave out its ends"},
    {.name = "xsetid",
     .keys = "RW update @1",
     .arguments = "key:k0 last-id entries_added:i=ENTRIESADDED?^7.0.0 "
                  "max_deleted_entry_id=MAXDELETEDID?^7.0.0",
     .history = "7.0.0 Takes `ENTRIESADDED` and `MAXDELETEDID`"},
    {.name = "xtrim",
     .keys = "RW delete @1",
     .tips = "nondeterministic_output",
     .arguments = "key:k0 trim(strategy<maxlen! minid!^6.2.0> operator<equal!='=' "
                  "approximately!='~'>? threshold count:i=LIMIT?^6.2.0)",
     .history = "6.2.0 Takes `MINID` and `LIMIT`"},
};

}  // namespace

std::span<const CommandNotes> streams_notes() {
    return kNotes;
}

}  // namespace millpond::engine
