// SPDX-License-Identifier: Apache-2.0
//
// The keys and values that the demo shows: all five types. Pure functions.
#pragma once

#include "gui/api/backend.h"

namespace millpond::console {

schema::KeyPage demoKeys(const KeysQuery& query);
schema::KeyValue demoValue(const std::string& key, std::int64_t offset, int count);

}  // namespace millpond::console
