// SPDX-License-Identifier: Apache-2.0
//
// The sockets that clients connect to. The daemon makes them and hands them on, so that they
// outlive every single process; nobody accepts on them here.
#pragma once

#include <cstdint>
#include <string>

#include "admin-api/nodes/descriptor.h"
#include "admin-api/nodes/fleet.h"
#include "admin-api/schema/result.h"

namespace millpond::admin {

/// Bound, listening with the largest backlog, non-blocking. `shared`: one of several on this
/// address. The error names the address, and the process that holds it where that can be seen.
Result<Descriptor> make_listener(const Address& address, bool shared);

/// Who listens on this address: "process 123 (redis-server)", or empty.
std::string holder_of(const Address& address);

}  // namespace millpond::admin
