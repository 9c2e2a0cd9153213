// SPDX-License-Identifier: Apache-2.0
#include "engine/server/parts.h"

#include <sys/resource.h>
#include <sys/time.h>

#include "engine/keyspace/keyspace.h"
#include "engine/lanes/gate.h"
#include "engine/log/effect_log.h"
#include "engine/management/management.h"
#include "engine/memory/account.h"
#include "engine/net/network.h"
#include "engine/replication/replication.h"
#include "engine/server/clock.h"
#include "engine/server/config.h"
#include "engine/server/housekeeping.h"
#include "engine/server/pause.h"
#include "engine/server/server.h"
#include "engine/server/statistics.h"
#include "engine/types/limits.h"

namespace millpond::engine {

namespace {

double used_cpu_us() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    const auto us = [](const timeval& t) {
        return static_cast<double>(t.tv_sec) * 1e6 + static_cast<double>(t.tv_usec);
    };
    return us(usage.ru_utime) + us(usage.ru_stime);
}

std::vector<std::pair<std::string, double>> sample(Server& server) {
    Statistics& s = server.statistics();
    KeyspaceCounters& keys = server.keyspace().counters();
    std::size_t count = 0;
    for (int db = 0; db < Keyspace::kDatabases; ++db) count += server.keyspace().size(db);
    const auto number = [](auto value) { return static_cast<double>(value); };
    return {{"used_memory", number(used_memory())},
            {"maxmemory", number(server.config().maxmemory.load())},
            {"connections", number(server.network().connections())},
            {"total_commands_processed", number(s.commands_processed())},
            {"keyspace_hits", number(keys.hits.sum())},
            {"keyspace_misses", number(keys.misses.sum())},
            {"keys", number(count)},
            {"evicted_keys", number(keys.evicted.sum())},
            {"expired_keys", number(keys.expired.sum())},
            {"offset", number(server.log().end())},
            {"total_net_input_bytes", number(s.net_input.sum())},
            {"total_net_output_bytes", number(s.net_output.sum())},
            {"used_cpu_us", used_cpu_us()}};
}

std::pair<std::string, std::int64_t> exclusive_holder(Server& server) {
    const Gate::Holder holder = server.gate().holder();
    if (holder.what[0] == '\0') return {};
    return {holder.what, steady_ms() - holder.since_ms};
}

/// The collections' limits are the process's own; the configuration is where they come from.
void set_type_limits(const Config& config) {
    TypeLimits& limits = type_limits();
    const auto copy = [](std::atomic<std::uint64_t>& to, const ConfigNumber& from) {
        to.store(static_cast<std::uint64_t>(from.load()), std::memory_order_relaxed);
    };
    copy(limits.hash_max_listpack_entries, config.hash_max_listpack_entries);
    copy(limits.hash_max_listpack_value, config.hash_max_listpack_value);
    copy(limits.zset_max_listpack_entries, config.zset_max_listpack_entries);
    copy(limits.zset_max_listpack_value, config.zset_max_listpack_value);
    copy(limits.set_max_intset_entries, config.set_max_intset_entries);
    copy(limits.stream_node_max_bytes, config.stream_node_max_bytes);
    copy(limits.stream_node_max_entries, config.stream_node_max_entries);
}

void tie_type_limits(Config& config) {
    set_type_limits(config);
    for (const char* name :
         {"hash-max-listpack-entries", "hash-max-listpack-value", "zset-max-listpack-entries",
          "zset-max-listpack-value", "set-max-intset-entries", "stream-node-max-bytes",
          "stream-node-max-entries"}) {
        config.on_change(name, [&config]() -> std::optional<std::string> {
            set_type_limits(config);
            return std::nullopt;
        });
    }
}

}  // namespace

void hold_liveness_if_managed(const Config& config) {
    if (config.millpond_liveness_fd >= 0)
        hold_liveness(static_cast<int>(config.millpond_liveness_fd.load()));
}

struct Parts::State {
    explicit State(Server& s) : server(s), housekeeping(s), replication(s) {}

    Server& server;
    Housekeeping housekeeping;
    Replication replication;
    std::unique_ptr<Management> management;
};

Parts::Parts(Server& server) : state_(std::make_unique<State>(server)) {
    tie_type_limits(server.config());
}

Parts::~Parts() = default;

void Parts::start() {
    Server& server = state_->server;
    state_->housekeeping.start();
    state_->replication.start();
    if (!server.managed()) return;
    Config& config = server.config();
    const std::string folder = config.millpond_folder.get();
    remove_exit_note(folder);
    state_->management = start_management(
        {.node_id = config.millpond_node.get(),
         .folder = folder,
         .liveness_fd = static_cast<int>(config.millpond_liveness_fd.load()),
         .run_id = server.run_id()},
        {.network = server.network(),
         .pause = server.pause(),
         .role = state_->replication,
         .sample = [&server] { return sample(server); },
         .log_active = [&server] { return server.log().active(); },
         .exclusive_holder = [&server] { return exclusive_holder(server); },
         .tick = [&server] { return server.network().tick(); },
         .set_maxmemory =
             [&server](std::uint64_t bytes) {
                 server.config().maxmemory = static_cast<std::int64_t>(bytes);
             },
         .shutdown =
             [&server](std::string reason) { server.request_shutdown(std::move(reason)); }});
    install_fatal_handlers();
}

void Parts::stop() {
    Server& server = state_->server;
    state_->management.reset();
    state_->replication.stop();
    state_->housekeeping.stop();
    if (server.managed())
        write_exit_note(server.config().millpond_folder.get(), server.exit_reason());
}

}  // namespace millpond::engine
