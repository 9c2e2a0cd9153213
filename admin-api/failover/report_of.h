// SPDX-License-Identifier: Apache-2.0
//
// Reads the answers of a node's management socket into what the failover machine knows. Pure
// functions.
#pragma once

#include "admin-api/failover/history.h"
#include "resp/value.h"

namespace millpond::admin::failover {

/// NODE.STATUS. Absent or odd fields read as nothing, so that an older node is understood.
Report report_of(const resp::Value& status);
/// NODE.SEAL.
History history_of(const resp::Value& map);
/// The first word of an error reply.
std::string code_of(const resp::Value& error);

const char* word(Role role);
const char* word(Link link);

}  // namespace millpond::admin::failover
