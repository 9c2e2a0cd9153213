// SPDX-License-Identifier: Apache-2.0
//
// DEBUG's subcommands that clients' and tools' tests use. In the exclusive lane, as all of DEBUG.
#pragma once

#include "engine/commands/call.h"

namespace millpond::engine {

/// DEBUG looks at what is there, past its deadline or not.
Entry* find_even_expired(Call& call, Bytes key);

void debug_reload(Call& call);
void debug_loadaof(Call& call);
void debug_populate(Call& call);
void debug_protocol(Call& call);
void debug_log(Call& call);
void debug_structsize(Call& call);
void debug_htstats(Call& call);
void debug_htstats_key(Call& call);
void debug_listpack(Call& call);
void debug_quicklist(Call& call);
void debug_sdslen(Call& call);
void debug_skip_checksum(Call& call);
void debug_allow_in_scripts(Call& call);
void debug_replicate(Call& call);
void debug_change_repl_id(Call& call);
void debug_replybuffer(Call& call);
/// Switches that are answered and have nothing to switch here.
void debug_accepted(Call& call);

}  // namespace millpond::engine
