// SPDX-License-Identifier: Apache-2.0
//
// What commands of hashes need to know of fields' deadlines. Handlers only.
#pragma once

#include "engine/commands/collections.h"

namespace millpond::engine {

/// Logged after an HSET, which takes a field's deadline away. Nothing for Hash::kNoDeadline.
void log_field_deadline(Call& call, Bytes key, Bytes field, std::int64_t deadline);

}  // namespace millpond::engine
