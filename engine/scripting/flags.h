// SPDX-License-Identifier: Apache-2.0
//
// What a script says of itself: `#!lua flags=no-writes,...` and FUNCTION LOAD's flags.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace millpond::engine {

enum ScriptFlag : std::uint32_t {
    kScriptNoWrites = 1 << 0,
    kScriptAllowOom = 1 << 1,
    kScriptAllowStale = 1 << 2,
    kScriptNoCluster = 1 << 3,
    kScriptAllowCrossSlotKeys = 1 << 4,
    /// A script of the old kind, which says nothing: its commands are judged one by one.
    kScriptSaysNothing = 1 << 5
};

inline constexpr std::array<std::pair<std::string_view, ScriptFlag>, 5> kScriptFlags{{
    {"no-writes", kScriptNoWrites},
    {"allow-oom", kScriptAllowOom},
    {"allow-stale", kScriptAllowStale},
    {"no-cluster", kScriptNoCluster},
    {"allow-cross-slot-keys", kScriptAllowCrossSlotKeys},
}};

/// The flag of this name, or nothing.
std::optional<ScriptFlag> find_script_flag(std::string_view name);

/// The flags of a command that runs such a script: one that says what it does is judged as a
/// command that does just that.
std::uint32_t command_flags(std::uint32_t command, std::uint32_t script);

/// The first line of an EVAL script. `size` is its length without the line's end, 0 when there is
/// none.
struct Shebang {
    std::uint32_t flags = kScriptSaysNothing;
    std::size_t size = 0;
    std::string error;  ///< not empty: the script is refused for it
};
Shebang read_shebang(std::string_view script);

}  // namespace millpond::engine
