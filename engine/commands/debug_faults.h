// SPDX-License-Identifier: Apache-2.0
//
// DEBUG's subcommands that make the process fail, or try to.
#pragma once

#include "engine/commands/call.h"

namespace millpond::engine {

/// Ends the process by SIGSEGV: what a crash looks like to whoever looks after it.
void debug_segfault(Call& call);
/// The same by SIGABRT.
void debug_abort(Call& call);
/// Random glob patterns on random texts.
void debug_stringmatch(Call& call);

}  // namespace millpond::engine
