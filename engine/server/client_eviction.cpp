// SPDX-License-Identifier: Apache-2.0
#include "engine/server/client_eviction.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <vector>

#include "engine/net/network.h"
#include "engine/server/config.h"
#include "engine/server/server.h"
#include "engine/server/session.h"
#include "engine/server/statistics.h"

namespace millpond::engine {

namespace {

struct Client {
    std::uint64_t bytes;
    std::uint64_t id;
};

/// 0: no limit.
std::uint64_t limit_of(const Config& config) {
    const std::int64_t value = config.maxmemory_clients;
    const std::int64_t maxmemory = config.maxmemory;
    return static_cast<std::uint64_t>(value >= 0 ? value : maxmemory / 100 * -value);
}

}  // namespace

void evict_clients(Server& server) {
    const std::uint64_t limit = limit_of(server.config());
    if (limit == 0) return;
    std::uint64_t sum = 0;
    std::vector<Client> clients;
    server.network().visit_sessions([&](Session& session) {
        const std::uint64_t bytes = session.memory_bytes();
        sum += bytes;
        if (!session.no_evict) clients.push_back({bytes, session.id()});
    });
    if (sum <= limit) return;
    std::ranges::sort(clients, std::ranges::greater(), &Client::bytes);
    for (const Client& client : clients) {
        if (sum <= limit) break;
        sum -= client.bytes;
        spdlog::info("Evicting client {}: {} bytes", client.id, client.bytes);
        server.statistics().evicted_clients.add(1);  // whoever sees it gone finds it counted
        server.network().close(client.id, false);
    }
}

}  // namespace millpond::engine
