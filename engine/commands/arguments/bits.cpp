// SPDX-License-Identifier: Apache-2.0
#include "engine/commands/arguments/notes.h"

namespace millpond::engine {

namespace {

constexpr CommandNotes kNotes[] = {
    {.name = "bitcount",
     .keys = "RO access @1",
     .arguments = "key:k0 index(start:i end:i index_unit<byte! bit!>?^7.0.0)?",
     .history = "7.0.0 Takes `BYTE` or `BIT`"},
    {.name = "bitfield",
     .keys = "RW access update variable_flags @1 {reads and writes}",
     .arguments = "key:k0 operation<encoding_offset=GET(encoding offset:i) "
                  "write(wrap_sat_fail=OVERFLOW<wrap! sat! fail!>? "
                  "write_operation<encoding_offset_value=SET(encoding offset:i value:i) "
                  "encoding_offset_increment=INCRBY(encoding offset:i increment:i)>)>?*"},
    {.name = "bitfield_ro",
     .keys = "RO access @1",
     .arguments = "key:k0 encoding_offset=GET(encoding offset:i)?*+"},
    {.name = "bitop",
     .keys = "OW update @2; RO access @3 :-1,1,0",
     .arguments = "operation destkey:k0 key:k1*"},
    {.name = "bitpos",
     .keys = "RO access @1",
     .arguments = "key:k0 bit:i index(start:i end_index(end:i index_unit<byte! bit!>?^7.0.0)?)?",
     .history = "7.0.0 Takes `BYTE` or `BIT`"},
    {.name = "getbit", .keys = "RO access @1", .arguments = "key:k0 offset:i"},
    {.name = "setbit", .keys = "RW access update @1", .arguments = "key:k0 offset:i value:i"},
};

}  // namespace

std::span<const CommandNotes> bits_notes() {
    return kNotes;
}

}  // namespace millpond::engine
