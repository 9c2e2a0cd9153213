// SPDX-License-Identifier: Apache-2.0
#include "engine/commands/arguments/notes.h"

namespace millpond::engine {

namespace {

constexpr CommandNotes kNotes[] = {
    {.name = "auth",
     .arguments = "username?^6.0.0 password",
     .history = "6.0.0 Takes a user name and a password"},
    {.name = "client|caching", .arguments = "mode<yes! no!>"},
    {.name = "client|info", .tips = "nondeterministic_output"},
    {.name = "client|kill",
     .arguments = "filter<'ip:port'~2.8.12 new-format<client-id:i=ID?^2.8.12 "
                  "normal_master_slave_pubsub=TYPE<normal! master!^3.2.0 slave! replica!^5.0.0 "
                  "pubsub!>?^2.8.12 username=USER? 'ip:port'=ADDR? 'ip:port'=LADDR?^6.2.0 "
                  "'yes/no'=SKIPME? maxage:i=MAXAGE?^7.4.0>*>",
     .history = "2.8.12 Takes filters; 2.8.12 Takes `ID`; 3.2.0 `TYPE` knows `master`; 5.0.0 "
                "`TYPE` says `replica`, and still knows `slave`; 6.2.0 Takes `LADDR`"},
    {.name = "client|list",
     .tips = "nondeterministic_output",
     .arguments = "normal_master_replica_pubsub=TYPE<normal! master! replica! pubsub!>?^5.0.0 "
                  "id=ID(client-id:i*)?^6.2.0",
     .history = "2.8.12 Shows `id`; 5.0.0 Takes `TYPE`; 6.0.0 Shows `user`; 6.2.0 Shows "
                "`argv-mem`, `tot-mem`, `laddr`, `redir`, and takes `ID`; 7.0.0 Shows `resp`, "
                "`multi-mem`, `rbs`, `rbp`; 7.0.3 Shows `ssub`"},
    {.name = "client|no-evict", .arguments = "enabled<on! off!>"},
    {.name = "client|pause",
     .arguments = "timeout:i mode<write! all!>?^6.2.0",
     .history = "6.2.0 Takes `WRITE` or `ALL`"},
    {.name = "client|reply", .arguments = "on_off_skip<on! off! skip!>"},
    {.name = "client|setname", .arguments = "connection-name"},
    {.name = "client|tracking",
     .arguments = "status<on! off!> client-id:i=REDIRECT? prefix=PREFIX?*+ bcast!? optin!? "
                  "optout!? noloop!?"},
    {.name = "client|unblock", .arguments = "client-id:i timeout_error<timeout! error!>?"},
    {.name = "echo", .arguments = "message"},
    {.name = "hello",
     .arguments =
         "arguments(protover:i username_password=AUTH(username password)? clientname=SETNAME?)?",
     .history = "6.2.0 Without a protocol it only tells of the connection"},
    {.name = "ping",
     .tips = "request_policy:all_shards response_policy:all_succeeded",
     .arguments = "message?"},
    {.name = "select", .arguments = "index:i"},
};

}  // namespace

std::span<const CommandNotes> connection_notes() {
    return kNotes;
}

}  // namespace millpond::engine
