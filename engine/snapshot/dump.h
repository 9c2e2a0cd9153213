// SPDX-License-Identifier: Apache-2.0
//
// One value as DUMP gives it and RESTORE takes it: type and value in RDB format, two bytes of RDB
// version, eight of checksum over all before. A payload is client input: nothing in it is trusted.
#pragma once

#include <optional>
#include <string>
#include <variant>

#include "engine/keyspace/entry.h"
#include "engine/snapshot/rdb_reader.h"

namespace millpond::engine {

/// Under the lock of the entry's shard. The deadline is not part of it.
std::string dump_value(Entry& entry, bool compress);

/// Are version and checksum those of a payload that we read?
bool dump_is_intact(Bytes payload);
/// From here on any checksum will do: for tests that feed broken payloads to RESTORE.
void skip_dump_checksum(bool yes);

/// A string's bytes, or a collection that is not empty.
using RestoredValue = std::variant<std::string, OwnedObject>;
/// Requires: dump_is_intact(). Nothing when it is malformed or empty.
std::optional<RestoredValue> restore_value(Bytes payload);

}  // namespace millpond::engine
