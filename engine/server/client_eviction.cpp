// SPDX-License-Identifier: Apache-2.0
#include "engine/server/client_eviction.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <set>
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
    if (value >= 0) return static_cast<std::uint64_t>(value);
    const auto maxmemory = static_cast<double>(config.maxmemory.load());
    return static_cast<std::uint64_t>(maxmemory * -static_cast<double>(value) / 100);
}

}  // namespace

void evict_clients(Server& server) {
    const std::uint64_t limit = limit_of(server.config());
    if (limit == 0) return;
    std::uint64_t sum = 0;
    std::vector<Client> clients;
    server.network().visit_sessions([&](Session& session) {
        if (session.evicted) return;
        const std::uint64_t bytes = session.memory_bytes();
        sum += bytes;
        if (!session.no_evict) clients.push_back({bytes, session.id()});
    });
    if (sum <= limit) return;
    std::ranges::sort(clients, std::ranges::greater(), &Client::bytes);
    std::set<std::uint64_t> chosen;
    for (const Client& client : clients) {
        if (sum <= limit) break;
        sum -= client.bytes;
        spdlog::info("Evicting client {}: {} bytes", client.id, client.bytes);
        chosen.insert(client.id);
    }
    // Another thread may have come to the same at the same time.
    std::vector<std::uint64_t> gone;
    server.network().visit_sessions([&](Session& session) {
        if (!chosen.contains(session.id()) || session.evicted.exchange(true)) return;
        session.killed = true;
        gone.push_back(session.id());
    });
    for (const std::uint64_t id : gone) {
        server.statistics().evicted_clients.add(1);  // whoever sees it gone finds it counted
        server.network().close(id, false);
    }
}

}  // namespace millpond::engine
