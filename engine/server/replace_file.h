// SPDX-License-Identifier: Apache-2.0
//
// A file that gets a new content. A function that any thread may call.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>

namespace millpond::engine {

/// Written beside it, then renamed over it: a crash leaves the old or the new one, whole. It keeps
/// its mode; a file that was not there gets `mode`. `durable`: its bytes are on the disk before it
/// has the name, so that this holds for a crash of the machine too. Returns 0, or the errno of what
/// failed.
int replace_file(const std::string& path, std::string_view text, mode_t mode, bool durable = true);

}  // namespace millpond::engine
