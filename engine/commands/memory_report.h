// SPDX-License-Identifier: Apache-2.0
//
// Where the process's memory is, as INFO and MEMORY STATS tell it. Bytes throughout. Any thread
// that holds no shard's lock.
#pragma once

#include <array>
#include <cstddef>

#include "engine/keyspace/keyspace.h"

namespace millpond::engine {

class Server;

struct MemoryReport {
    std::size_t used = 0, resident = 0, peak = 0, startup = 0;
    std::size_t committed = 0;  ///< pages that the allocator holds and has touched
    std::size_t backlog = 0, replicas = 0, clients = 0, scripts = 0, functions = 0;
    std::array<std::size_t, Keyspace::kDatabases> tables{};
    std::size_t keys = 0;

    /// Everything that is not a key or its value.
    std::size_t overhead() const;
    std::size_t dataset() const { return used > overhead() ? used - overhead() : 0; }
    /// In percent of what came after the start.
    double dataset_share() const;
};

MemoryReport memory_report(Server& server);

/// 0 where there is nothing to divide by.
double ratio(std::size_t a, std::size_t b);

}  // namespace millpond::engine
