// SPDX-License-Identifier: Apache-2.0
//
// What tools read of a command beyond the table: the key specifications, tips, arguments and
// history that COMMAND INFO and COMMAND DOCS tell. Facts of Redis 7.0's interface, kept as text in
// the notation of notation.h beside the table and parsed only when somebody asks. One file per
// group of commands; constant, so any thread reads it.
#pragma once

#include <span>
#include <string_view>

namespace millpond::engine {

struct CommandNotes {
    std::string_view name;  ///< as the table's: "get", "config|get"
    std::string_view keys = "";
    std::string_view tips = "";  ///< words
    std::string_view arguments = "";
    std::string_view history = "";  ///< "version change; version change"
    std::string_view deprecated_since = "";
    std::string_view replaced_by = "";
    bool system = false;  ///< for servers and testers, not for users
};

/// nullptr when nothing is noted.
const CommandNotes* notes_of(std::string_view name);

// One function per group, in the file of its name; sorted by name.
std::span<const CommandNotes> bits_notes();
std::span<const CommandNotes> cluster_notes();
std::span<const CommandNotes> connection_notes();
std::span<const CommandNotes> generic_notes();
std::span<const CommandNotes> geo_notes();
std::span<const CommandNotes> hashes_notes();
std::span<const CommandNotes> hyperloglog_notes();
std::span<const CommandNotes> lists_notes();
std::span<const CommandNotes> pubsub_notes();
std::span<const CommandNotes> scripting_notes();
std::span<const CommandNotes> server_notes();
std::span<const CommandNotes> sets_notes();
std::span<const CommandNotes> sorted_sets_notes();
std::span<const CommandNotes> streams_notes();
std::span<const CommandNotes> strings_notes();
std::span<const CommandNotes> transactions_notes();
std::span<const CommandNotes> later_notes();  ///< of commands that came after Redis 7.0

}  // namespace millpond::engine
