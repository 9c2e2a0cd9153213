// SPDX-License-Identifier: Apache-2.0
#include "engine/commands/arguments/notes.h"

namespace millpond::engine {

namespace {

constexpr CommandNotes kNotes[] = {
    {.name = "client|no-touch", .arguments = "enabled<on! off!>"},
    {.name = "client|setinfo", .arguments = "attr<libname=LIB-NAME libver=LIB-VER>"},
    {.name = "delifeq", .arguments = "key:k0 value"},
    {.name = "hexpire",
     .arguments = "key:k0 seconds:i condition<nx! xx! gt! lt!>? fields=FIELDS(numfields:i field*)"},
    {.name = "hexpireat",
     .arguments = "key:k0 unix-time-seconds:t condition<nx! xx! gt! lt!>? "
                  "fields=FIELDS(numfields:i field*)"},
    {.name = "hexpiretime", .arguments = "key:k0 fields=FIELDS(numfields:i field*)"},
    {.name = "hgetdel", .arguments = "key:k0 fields=FIELDS(numfields:i field*)"},
    {.name = "hgetex",
     .arguments = "key:k0 expiration<seconds:i=EX milliseconds:i=PX unix-time-seconds:t=EXAT "
                  "unix-time-milliseconds:t=PXAT persist!>? fields=FIELDS(numfields:i field*)"},
    {.name = "hpersist", .arguments = "key:k0 fields=FIELDS(numfields:i field*)"},
    {.name = "hpexpire",
     .arguments =
         "key:k0 milliseconds:i condition<nx! xx! gt! lt!>? fields=FIELDS(numfields:i field*)"},
    {.name = "hpexpireat",
     .arguments = "key:k0 unix-time-milliseconds:t condition<nx! xx! gt! lt!>? "
                  "fields=FIELDS(numfields:i field*)"},
    {.name = "hpexpiretime", .arguments = "key:k0 fields=FIELDS(numfields:i field*)"},
    {.name = "hpttl", .arguments = "key:k0 fields=FIELDS(numfields:i field*)"},
    {.name = "hsetex",
     .arguments = "key:k0 condition<fnx! fxx!>? expiration<seconds:i=EX milliseconds:i=PX "
                  "unix-time-seconds:t=EXAT unix-time-milliseconds:t=PXAT keepttl!>? "
                  "fields=FIELDS(numfields:i data(field value)*)"},
    {.name = "httl", .arguments = "key:k0 fields=FIELDS(numfields:i field*)"},
    {.name = "waitaof",
     .tips = "request_policy:all_shards response_policy:agg_min",
     .arguments = "numlocal:i numreplicas:i timeout:i"},
};

}  // namespace

std::span<const CommandNotes> later_notes() {
    return kNotes;
}

}  // namespace millpond::engine
