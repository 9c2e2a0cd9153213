// SPDX-License-Identifier: Apache-2.0
//
// Commands as logs and monitors may show them: without passwords. A pure function.
#pragma once

#include <span>
#include <vector>

#include "engine/commands/table.h"

namespace millpond::engine::acl {

constexpr Bytes kRedacted = "(redacted)";

/// Has this command secrets among its arguments? Then `shown` is the command without them.
bool redact(const CommandSpec& spec, std::span<const Bytes> args, std::vector<Bytes>& shown);

}  // namespace millpond::engine::acl
