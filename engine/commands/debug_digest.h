// SPDX-License-Identifier: Apache-2.0
//
// DEBUG DIGEST's signature of a data set, equal to redis-server's for equal data: elements that
// have an order are mixed in one after another, what has none is folded in by exclusive or. SHA-1
// is used as a mixer here, not for security. Requires: the exclusive lane, or the lock of the
// entry's shard.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "engine/keyspace/database.h"

namespace millpond::engine {

class Keyspace;

class Digest {
public:
    /// Hashes the bytes in; the order of calls does not matter.
    void fold(Bytes bytes);
    /// Hashes the bytes in after what is there; the order of calls matters.
    void mix(Bytes bytes);
    void fold(const Digest& other) { fold(other.bytes()); }

    Bytes bytes() const { return {reinterpret_cast<const char*>(sum_.data()), sum_.size()}; }
    std::string hex() const;

private:
    std::array<std::uint8_t, 20> sum_{};
};

/// Mixes in an entry's type, value and whether it has a deadline; not its key.
void digest_value(Digest& digest, Entry& entry);
/// Of all keys of all databases.
Digest digest_dataset(Keyspace& keyspace);

}  // namespace millpond::engine
