// SPDX-License-Identifier: Apache-2.0
//
// Only one Millpond of this machine may give out addresses of a node range: an abstract socket,
// held for the daemon's life, says so, and the kernel tells who holds it.
#pragma once

#include <string>

#include "admin-api/nodes/descriptor.h"
#include "admin-api/schema/result.h"

namespace millpond::admin {

/// Claims a /16. The error names the holder and the next range that is free.
Result<Descriptor> claim_range(const std::string& range);

}  // namespace millpond::admin
