// SPDX-License-Identifier: Apache-2.0
//
// What the commands of bitmaps share: offsets as Redis reads them, and a string that is made long
// enough to be written to. Bit 0 is the highest bit of byte 0. Handlers only.
#pragma once

#include <cstdint>

#include "engine/commands/call.h"
#include "engine/commands/table.h"

namespace millpond::engine {

void add_bitfield_commands(CommandTable& table);

/// An offset in bits; with `width` > 0, "#3" means three times that width. The error has been
/// written when false.
bool bit_offset(Call& call, Bytes text, std::uint32_t width, std::uint64_t& out);

/// A string that holds the bit `last`, made and padded with zeros where it must be.
struct BitString {
    std::uint8_t* data = nullptr;
    std::size_t size = 0;
    bool grew = false;  ///< or was made
};
/// False: the key holds something else, and the error has been written.
bool bit_string(Call& call, Bytes key, std::uint64_t last, BitString& out);

}  // namespace millpond::engine
