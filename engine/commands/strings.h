// SPDX-License-Identifier: Apache-2.0
//
// What the files of the string family share. Handlers only, on the thread that runs the command.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "engine/commands/call.h"
#include "engine/commands/table.h"

namespace millpond::engine {

/// The entry's string as a bulk reply; a big one is not copied.
void reply_string(Call& call, const Entry& entry);

/// Reads a time to live or a deadline from argument `index` as EX, PX, EXAT or PXAT would, and
/// returns the deadline in unix ms; nothing after the error has been written.
struct TimeUnit {
    bool seconds;
    bool absolute;
};
std::optional<UnixMillis> read_deadline(Call& call, std::size_t index, TimeUnit unit);

/// The unit that a word (EX, PX, EXAT, PXAT) stands for.
std::optional<TimeUnit> time_unit(Bytes word);

void add_string_number_commands(CommandTable& table);
void add_string_range_commands(CommandTable& table);
void add_lcs_command(CommandTable& table);

}  // namespace millpond::engine
