// SPDX-License-Identifier: Apache-2.0
#include "engine/commands/memory_report.h"

#include <mimalloc.h>

#include <algorithm>
#include <numeric>

#include "engine/log/effect_log.h"
#include "engine/memory/account.h"
#include "engine/net/network.h"
#include "engine/scripting/scripting.h"
#include "engine/server/process_usage.h"
#include "engine/server/server.h"
#include "engine/server/session.h"

namespace millpond::engine {

std::size_t MemoryReport::overhead() const {
    const std::size_t all = std::accumulate(tables.begin(), tables.end(), std::size_t{0});
    return std::min(used, startup + all + backlog + replicas + clients + scripts + functions);
}

double MemoryReport::dataset_share() const {
    return used > startup ? std::min(100.0, 100 * ratio(dataset(), used - startup)) : 0;
}

double ratio(std::size_t a, std::size_t b) {
    return b == 0 ? 0 : static_cast<double>(a) / static_cast<double>(b);
}

MemoryReport memory_report(Server& server) {
    MemoryReport report;
    report.used = used_memory();
    report.resident = server.usage().resident_bytes();
    report.peak = peak_memory();
    report.startup = std::min(startup_memory(), report.used);
    mi_process_info(nullptr, nullptr, nullptr, nullptr, nullptr, &report.committed, nullptr,
                    nullptr);
    // Pages that nobody has written to yet are the kernel's still.
    report.committed = std::max(std::min(report.committed, report.resident), report.used);
    report.backlog = server.log().memory_bytes();
    if (const DetachedClients* detached = server.detached_clients()) {
        for (const auto& client : detached->clients()) report.replicas += client.pending_bytes;
    }
    server.network().visit_sessions([&](Session& session) {
        report.clients += session.input_capacity.load(std::memory_order_relaxed) +
                          session.output_pending.load(std::memory_order_relaxed) + sizeof(Session);
    });
    report.scripts = server.scripting().scripts().overhead_bytes();
    report.functions = server.scripting().functions().overhead_bytes();
    Keyspace& keys = server.keyspace();
    for (int db = 0; db < Keyspace::kDatabases; ++db) {
        if (keys.size(db) == 0) continue;
        report.keys += keys.size(db);
        report.tables[static_cast<std::size_t>(db)] = keys.overhead(db);
    }
    return report;
}

}  // namespace millpond::engine
