// SPDX-License-Identifier: Apache-2.0
#include "engine/server/housekeeping.h"

#include <algorithm>

#include "engine/keyspace/eviction.h"
#include "engine/keyspace/keyspace.h"
#include "engine/keyspace/local_deadlines.h"
#include "engine/log/effect_log.h"
#include "engine/server/clock.h"
#include "engine/server/config.h"
#include "engine/server/latency_monitor.h"
#include "engine/server/pause.h"
#include "engine/server/server.h"
#include "engine/server/statistics.h"

namespace millpond::engine {

namespace {

/// More than these make no better choice.
constexpr std::int64_t kSamplesMax = 64;

EvictionPolicy policy_of(const Config& config) {
    static_assert(static_cast<int>(EvictionPolicy::volatile_ttl) ==
                  static_cast<int>(MaxmemoryPolicy::volatile_ttl));
    static_assert(static_cast<int>(EvictionPolicy::noeviction) ==
                  static_cast<int>(MaxmemoryPolicy::noeviction));
    return static_cast<EvictionPolicy>(config.maxmemory_policy.load(std::memory_order_relaxed));
}

void set_clocks(Server& server) {
    const Config& config = server.config();
    ClockSettings& clocks = server.keyspace().clocks();
    clocks.lfu = is_lfu(policy_of(config));
    clocks.lfu_log_factor = static_cast<int>(config.lfu_log_factor.load());
    clocks.lfu_decay_minutes = static_cast<int>(config.lfu_decay_time.load());
}

/// How long memory is above maxmemory though keys are evicted.
void note_excess(Statistics& statistics, bool exceeded) {
    std::atomic<std::int64_t>& since = statistics.eviction_exceeded_since_ms;
    if ((since.load(std::memory_order_relaxed) != 0) == exceeded) return;
    const std::int64_t now = steady_ms();
    if (exceeded) {
        since.store(now, std::memory_order_relaxed);
    } else if (const std::int64_t began = since.exchange(0, std::memory_order_relaxed)) {
        statistics.eviction_exceeded_ms.add(now - began);
    }
}

Room make_room(Server& server) {
    const Config& config = server.config();
    // A pause lets nothing into the log, evictions neither.
    if (server.pause().level() != Pause::Level::none) return Room::enough;
    const EvictionLimits limits{
        .maxmemory = static_cast<std::size_t>(config.maxmemory.load(std::memory_order_relaxed)),
        .policy = policy_of(config),
        .samples = static_cast<int>(
            std::min(config.maxmemory_samples.load(std::memory_order_relaxed), kSamplesMax)),
        .not_counted = server.log().memory_bytes()};
    Room room = Room::enough;
    if (!has_room(limits)) {
        const std::int64_t begin = steady_ms();
        room = make_room(server.keyspace(), limits, unix_ms(), server.background_observer());
        LatencyMonitor::note(server, "eviction-cycle", steady_ms() - begin);
    }
    note_excess(server.statistics(), room != Room::enough);
    return room;
}

/// What a replica's own clients have set a deadline of.
void expire_local(Server& server, GateFlag& flag) {
    if (!server.active_expiry()) return;
    server.local_deadlines().sweep(
        server.keyspace(), server.gate(), flag, unix_ms(), server.background_observer(),
        [&server] { return server.role() == Role::replica && !server.loading(); });
}

}  // namespace

Housekeeping::Housekeeping(Server& server)
    : expiry_(server.keyspace(), server.gate(),
              {.may_expire = [&server] { return server.active_expiry() && server.may_expire(); },
               .now = [] { return unix_ms(); },
               .observer = server.background_observer(),
               .took =
                   [&server](std::chrono::microseconds time) {
                       server.statistics().expiry_us.add(time.count());
                       LatencyMonitor::note(server, "expire-cycle", time.count() / 1000);
                   },
               .evict =
                   [&server] {
                       // As expired keys: not while a pause (a failover's) holds the data still.
                       return server.config().maxmemory.load(std::memory_order_relaxed) > 0 &&
                              server.may_expire() && make_room(server) == Room::being_made;
                   },
               .sweep_others = [&server](GateFlag& flag) { expire_local(server, flag); }}) {
    set_clocks(server);
    for (const char* name : {"maxmemory-policy", "lfu-log-factor", "lfu-decay-time"}) {
        server.config().on_change(name, [&server]() -> std::optional<std::string> {
            set_clocks(server);
            return std::nullopt;
        });
    }
    server.add_flush_hook([&server](int db) {
        if (db < 0) server.local_deadlines().forget();
    });
    server.set_room_hook([&server] { return make_room(server) != Room::none; });
}

}  // namespace millpond::engine
