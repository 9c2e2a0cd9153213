// SPDX-License-Identifier: Apache-2.0
//
// INFO: Redis's sections and fields. Parts of the server that know more add to their section
// (Server::add_info).
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "engine/commands/call.h"
#include "engine/commands/memory_report.h"
#include "engine/commands/numbers.h"
#include "engine/commands/server.h"
#include "engine/commands/table.h"
#include "engine/commands/waiters.h"
#include "engine/keyspace/keyspace.h"
#include "engine/keyspace/local_deadlines.h"
#include "engine/log/effect_log.h"
#include "engine/memory/background_free.h"
#include "engine/net/network.h"
#include "engine/net/tcp_address.h"
#include "engine/observers/bus.h"
#include "engine/scripting/scripting.h"
#include "engine/server/client_eviction.h"
#include "engine/server/clock.h"
#include "engine/server/config.h"
#include "engine/server/process_usage.h"
#include "engine/server/rates.h"
#include "engine/server/server.h"
#include "engine/server/session.h"
#include "engine/server/shutdown.h"
#include "engine/server/statistics.h"
#include "engine/server/version.h"
#include "resp/words.h"

namespace millpond::engine {

namespace {

void field(std::string& out, std::string_view name, std::string_view value) {
    out.append(name).append(":").append(value).append("\r\n");
}

template <class Integer>
requires std::is_integral_v<Integer>
void field(std::string& out, std::string_view name, Integer value) {
    field(out, name, std::to_string(value));
}

std::string fixed(double value, int digits) {
    char text[64];
    std::snprintf(text, sizeof text, "%.*f", digits, value);
    return text;
}

/// What stays as it is while the process lives.
struct Host {
    std::string os, executable;
    std::size_t memory_bytes = 0;
};

std::string executable() {
    char path[4096];
    const ssize_t n = ::readlink("/proc/self/exe", path, sizeof path);
    return n > 0 ? std::string(path, static_cast<std::size_t>(n)) : std::string();
}

const Host& host() {
    static const Host found = [] {
        utsname name{};
        ::uname(&name);
        return Host{.os = std::string(name.sysname) + " " + name.release + " " + name.machine,
                    .executable = executable(),
                    .memory_bytes = static_cast<std::size_t>(::sysconf(_SC_PHYS_PAGES)) *
                                    static_cast<std::size_t>(::sysconf(_SC_PAGESIZE))};
    }();
    return found;
}

void info_server(Server& server, std::string& out) {
    const std::int64_t uptime = (unix_ms() - server.started_ms()) / 1000;
    field(out, "redis_version", kRedisVersion);
    field(out, "redis_git_sha1", "00000000");
    field(out, "redis_git_dirty", "0");
    field(out, "redis_build_id", "0");
    field(out, "redis_mode", "standalone");
    field(out, "millpond_version", MILLPOND_VERSION);
    field(out, "os", host().os);
    field(out, "arch_bits", sizeof(void*) * 8);
    field(out, "monotonic_clock", "POSIX clock_gettime");
    field(out, "multiplexing_api", "epoll");
    field(out, "atomicvar_api", "c11-builtin");
    field(out, "gcc_version",
          std::to_string(__GNUC__) + "." + std::to_string(__GNUC_MINOR__) + "." +
              std::to_string(__GNUC_PATCHLEVEL__));
    field(out, "process_id", ::getpid());
    field(out, "process_supervised", "no");
    field(out, "run_id", server.run_id());
    field(out, "tcp_port", server.config().port.load());
    field(out, "server_time_usec", unix_us());
    field(out, "uptime_in_seconds", uptime);
    field(out, "uptime_in_days", uptime / 86400);
    field(out, "hz", server.config().hz.load());
    field(out, "configured_hz", server.config().hz.load());
    field(out, "lru_clock", (unix_ms() / 1000) & ((1 << 24) - 1));
    field(out, "executable", host().executable);
    field(out, "config_file", server.config().file());
    if (server.shutdown().waiting())
        field(out, "shutdown_in_milliseconds", server.shutdown().waiting_ms_left());
    field(out, "io_threads_active", server.network().threads() > 1 ? 1 : 0);
    field(out, "io_threads", server.network().threads());
    std::string addresses;
    for (const std::string& address : bind_words(server.config().bind.get()))
        addresses += ",bind=" + address;
    const std::int64_t port = server.config().port;
    if (port != 0 && !addresses.empty())
        field(out, "listener0", "name=tcp" + addresses + ",port=" + std::to_string(port));
}

void info_clients(Server& server, std::string& out) {
    std::int64_t blocked = 0, timed = 0, input_max = 0, output_max = 0;
    std::int64_t subscribers = 0, watchers = 0, watched = 0;
    evict_clients(server);
    server.network().visit_sessions([&](Session& session) {
        const Session::State state = session.state();
        // Who waits for the end of a CLIENT PAUSE is blocked, too.
        blocked += state == Session::State::parked;
        if (state == Session::State::suspended) {
            ++blocked;
            if (session.wait_until_ms.load(std::memory_order_relaxed) > 0) ++timed;
        }
        subscribers += session.observing.subscribed();
        const std::uint32_t keys = session.watched.load(std::memory_order_relaxed);
        watchers += keys > 0;
        watched += keys;
        input_max = std::max<std::int64_t>(input_max,
                                           session.input_pending.load(std::memory_order_relaxed));
        output_max = std::max<std::int64_t>(
            output_max,
            static_cast<std::int64_t>(session.output_pending.load(std::memory_order_relaxed)));
    });
    // Replicas are counted apart, the primary is not: as in Redis.
    auto connected = static_cast<std::int64_t>(server.network().connections());
    if (const DetachedClients* detached = server.detached_clients()) {
        connected += std::ranges::count_if(detached->clients(), [](const auto& client) {
            return client.kind == DetachedClients::Client::Kind::primary;
        });
    }
    field(out, "connected_clients", connected);
    field(out, "cluster_connections", 0);
    field(out, "maxclients", server.config().maxclients.load());
    field(out, "client_recent_max_input_buffer", input_max);
    field(out, "client_recent_max_output_buffer", output_max);
    field(out, "blocked_clients", blocked);
    field(out, "tracking_clients", server.bus().trackers());
    field(out, "pubsub_clients", subscribers);
    field(out, "watching_clients", watchers);
    field(out, "clients_in_timeout_table", timed);
    field(out, "total_watched_keys", watched);
    std::set<std::pair<int, std::string>> keys, minded;
    for (const auto& waiter : server.waiters().all()) {
        for (const std::string& key : waiter->keys) {
            keys.emplace(waiter->db, key);
            if (waiter->minds_absence) minded.emplace(waiter->db, key);
        }
    }
    field(out, "total_blocking_keys", keys.size());
    field(out, "total_blocking_keys_on_nokey", minded.size());
}

std::string human(std::size_t bytes) {
    constexpr std::string_view kUnits = "BKMGTP";
    double value = static_cast<double>(bytes);
    std::size_t unit = 0;
    for (; value >= 1024 && unit + 1 < kUnits.size(); ++unit) value /= 1024;
    return unit == 0 ? std::to_string(bytes) + "B" : fixed(value, 2) + kUnits[unit];
}

void info_memory(Server& server, std::string& out) {
    const MemoryReport report = memory_report(server);
    const std::size_t total = host().memory_bytes;
    const auto limit = static_cast<std::size_t>(server.config().maxmemory.load());
    const auto both = [&](const std::string& name, std::size_t bytes) {
        field(out, name, bytes);
        field(out, name + "_human", human(bytes));
    };
    const auto compared = [&](const std::string& name, std::size_t a, std::size_t b) {
        field(out, name + "_ratio", fixed(ratio(a, b), 2));
        field(out, name + "_bytes", static_cast<std::int64_t>(a) - static_cast<std::int64_t>(b));
    };
    both("used_memory", report.used);
    both("used_memory_rss", report.resident);
    both("used_memory_peak", report.peak);
    field(out, "used_memory_peak_perc", fixed(100 * ratio(report.used, report.peak), 2) + "%");
    field(out, "used_memory_overhead", report.overhead());
    field(out, "used_memory_startup", report.startup);
    field(out, "used_memory_dataset", report.dataset());
    field(out, "used_memory_dataset_perc", fixed(report.dataset_share(), 2) + "%");
    field(out, "allocator_allocated", report.used);
    field(out, "allocator_active", report.committed);
    field(out, "allocator_resident", report.resident);
    both("total_system_memory", total);
    both("maxmemory", limit);
    field(out, "maxmemory_policy", server.config().get("maxmemory-policy").value_or(""));
    compared("allocator_frag", report.committed, report.used);
    compared("allocator_rss", report.resident, report.committed);
    // Nothing is resident that the allocator does not hold or the program itself is.
    compared("rss_overhead", report.resident, report.resident);
    compared("mem_fragmentation", report.resident, report.used);
    field(out, "mem_not_counted_for_evict", report.backlog);
    field(out, "mem_replication_backlog", report.backlog);
    field(out, "mem_total_replication_buffers", report.backlog + report.replicas);
    field(out, "mem_clients_slaves", report.replicas);
    field(out, "mem_clients_normal", report.clients);
    field(out, "mem_cluster_links", 0);
    field(out, "mem_aof_buffer", 0);
    field(out, "mem_allocator", "mimalloc");
    field(out, "active_defrag_running", 0);
    field(out, "lazyfree_pending_objects", server.keyspace().background().pending());
    field(out, "lazyfreed_objects", server.keyspace().background().freed());
    const ScriptCache& scripts = server.scripting().scripts();
    const FunctionLibraries& functions = server.scripting().functions();
    const std::size_t eval = scripts.interpreter_bytes();
    field(out, "used_memory_vm_eval", eval);
    both("used_memory_lua", eval);
    field(out, "used_memory_scripts_eval", report.scripts);
    field(out, "number_of_cached_scripts", scripts.size());
    field(out, "number_of_functions", functions.function_count());
    field(out, "number_of_libraries", functions.library_count());
    field(out, "used_memory_vm_functions", functions.interpreter_bytes());
    both("used_memory_vm_total", eval + functions.interpreter_bytes());
    field(out, "used_memory_functions", report.functions);
    both("used_memory_scripts", report.scripts + report.functions);
}

void info_stats(Server& server, std::string& out) {
    Statistics& s = server.statistics();
    Keyspace& keys = server.keyspace();
    const Rates::Values rates = server.rates().get();
    field(out, "total_connections_received", s.connections_received.sum());
    field(out, "total_commands_processed", s.commands_processed());
    field(out, "instantaneous_ops_per_sec", std::llround(rates.commands));
    field(out, "total_net_input_bytes", s.net_input.sum());
    field(out, "total_net_output_bytes", s.net_output.sum());
    field(out, "total_net_repl_input_bytes", s.net_repl_input.sum());
    field(out, "total_net_repl_output_bytes", s.net_repl_output.sum());
    field(out, "instantaneous_input_kbps", fixed(rates.input / 1024, 2));
    field(out, "instantaneous_output_kbps", fixed(rates.output / 1024, 2));
    field(out, "instantaneous_input_repl_kbps", fixed(rates.repl_input / 1024, 2));
    field(out, "instantaneous_output_repl_kbps", fixed(rates.repl_output / 1024, 2));
    field(out, "rejected_connections", s.connections_rejected.sum());
    field(out, "expired_keys", keys.counters().expired.sum());
    // A wheel holds each deadline: nothing stays behind, and no sweep is cut short.
    field(out, "expired_stale_perc", "0.00");
    field(out, "expired_time_cap_reached_count", 0);
    field(out, "expire_cycle_cpu_milliseconds", s.expiry_us.sum() / 1000);
    field(out, "evicted_keys", keys.counters().evicted.sum());
    field(out, "evicted_clients", s.evicted_clients.sum());
    const std::int64_t since = s.eviction_exceeded_since_ms.load(std::memory_order_relaxed);
    const std::int64_t exceeded = since == 0 ? 0 : std::max<std::int64_t>(steady_ms() - since, 0);
    field(out, "total_eviction_exceeded_time", s.eviction_exceeded_ms.sum() + exceeded);
    field(out, "current_eviction_exceeded_time", exceeded);
    field(out, "keyspace_hits", keys.counters().hits.sum());
    field(out, "keyspace_misses", keys.counters().misses.sum());
    const Bus& bus = server.bus();
    field(out, "pubsub_channels", bus.names(ChannelKind::channel));
    field(out, "pubsub_patterns", bus.names(ChannelKind::pattern));
    field(out, "pubsubshard_channels", bus.names(ChannelKind::shard));
    field(out, "latest_fork_usec", 0);
    field(out, "total_forks", 0);
    field(out, "migrate_cached_sockets", 0);
    field(out, "slave_expires_tracked_keys", server.local_deadlines().size());
    for (const char* name :
         {"active_defrag_hits", "active_defrag_misses", "active_defrag_key_hits",
          "active_defrag_key_misses", "total_active_defrag_time", "current_active_defrag_time"})
        field(out, name, 0);  // there is none of these
    field(out, "tracking_total_keys", bus.tracking().keys());
    field(out, "tracking_total_items", bus.tracking().items());
    field(out, "tracking_total_prefixes", bus.prefixes());
    field(out, "total_error_replies", s.error_replies.sum());
    // Commands of the primary and of files answer to nobody; what they send is checked as it is
    // read.
    field(out, "unexpected_error_replies", 0);
    field(out, "dump_payload_sanitizations", 0);
    const std::int64_t reads = s.reads.sum(), writes = s.writes.sum();
    const bool threaded = server.network().threads() > 1;
    field(out, "total_reads_processed", reads);
    field(out, "total_writes_processed", writes);
    field(out, "io_threaded_reads_processed", threaded ? reads : 0);
    field(out, "io_threaded_writes_processed", threaded ? writes : 0);
    field(out, "reply_buffer_shrinks", 0);
    field(out, "reply_buffer_expands", 0);
    field(out, "client_query_buffer_limit_disconnections", s.query_limit_disconnections.sum());
    field(out, "client_output_buffer_limit_disconnections", s.output_limit_disconnections.sum());
}

/// System and user time of the first thread, in clock ticks' resolution.
void info_cpu(Server& server, std::string& out) {
    const auto print = [&](std::string_view suffix, int who) {
        rusage usage{};
        ::getrusage(who, &usage);
        const auto seconds = [](const timeval& t) {
            return fixed(static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6, 6);
        };
        field(out, "used_cpu_sys" + std::string(suffix), seconds(usage.ru_stime));
        field(out, "used_cpu_user" + std::string(suffix), seconds(usage.ru_utime));
    };
    print("", RUSAGE_SELF);
    print("_children", RUSAGE_CHILDREN);
    const ProcessUsage& usage = server.usage();
    field(out, "used_cpu_sys_main_thread", fixed(usage.main_thread_system(), 6));
    field(out, "used_cpu_user_main_thread", fixed(usage.main_thread_user(), 6));
}

void info_commandstats(Server& server, std::string& out) {
    const CommandTable& table = server.commands();
    const auto print = [&](const CommandSpec& spec) {
        const CommandTotals totals = server.statistics().totals(spec.id);
        if (totals.calls == 0 && totals.rejected == 0) return;
        const double us = static_cast<double>(totals.ns) / 1000;
        field(out, "cmdstat_" + std::string(spec.name),
              "calls=" + std::to_string(totals.calls) +
                  ",usec=" + std::to_string(std::llround(us)) + ",usec_per_call=" +
                  fixed(totals.calls ? us / static_cast<double>(totals.calls) : 0, 2) +
                  ",rejected_calls=" + std::to_string(totals.rejected) +
                  ",failed_calls=" + std::to_string(totals.failed));
    };
    for (const CommandSpec* spec : table.all()) {
        print(*spec);
        for (const CommandSpec* sub : table.subcommands(*spec)) print(*sub);
    }
}

void info_errorstats(Server& server, std::string& out) {
    for (const auto& [word, count] : server.statistics().errors()) {
        field(out, "errorstat_" + word, "count=" + std::to_string(count));
    }
}

/// The time below which `share` of the calls lie, in us, read off the histogram.
double percentile_us(const CommandTotals& totals, double share) {
    std::uint64_t all = 0, sum = 0;
    for (const std::uint64_t bucket : totals.latency) all += bucket;
    const double wanted = share * static_cast<double>(all);
    for (std::size_t i = 0; i < kLatencyBuckets; ++i) {
        sum += totals.latency[i];
        if (sum > 0 && static_cast<double>(sum) >= wanted)
            return std::ldexp(1.0, static_cast<int>(i)) / 1000;
    }
    return 0;
}

void info_latencystats(Server& server, std::string& out) {
    if (!server.config().latency_tracking) return;
    const CommandTable& table = server.commands();
    const auto shares = *resp::split_words(server.config().latency_percentiles.get());
    const auto print = [&](const CommandSpec& spec) {
        const CommandTotals totals = server.statistics().totals(spec.id);
        if (totals.calls == 0) return;
        std::string values;
        for (const std::string& share : shares) {
            const double part = parse_real(share).value_or(0) / 100;
            values +=
                (values.empty() ? "p" : ",p") + share + "=" + fixed(percentile_us(totals, part), 3);
        }
        field(out, "latency_percentiles_usec_" + std::string(spec.name), values);
    };
    for (const CommandSpec* spec : table.all()) {
        print(*spec);
        for (const CommandSpec* sub : table.subcommands(*spec)) print(*sub);
    }
}

void info_cluster(Server&, std::string& out) {
    field(out, "cluster_enabled", 0);
}

void info_keyspace(Server& server, std::string& out) {
    Keyspace& keys = server.keyspace();
    for (int db = 0; db < Keyspace::kDatabases; ++db) {
        if (keys.size(db) == 0) continue;
        field(out, "db" + std::to_string(db),
              "keys=" + std::to_string(keys.size(db)) +
                  ",expires=" + std::to_string(keys.volatile_size(db)) +
                  ",avg_ttl=" + std::to_string(keys.average_ttl(db, unix_ms())));
    }
}

struct Section {
    std::string_view title;
    void (*write)(Server&, std::string&);  ///< null: only what parts have added
    bool shown_by_default;
};

constexpr Section kSections[] = {
    {"Server", info_server, true},
    {"Clients", info_clients, true},
    {"Memory", info_memory, true},
    {"Persistence", nullptr, true},
    {"Stats", info_stats, true},
    {"Replication", nullptr, true},
    {"CPU", info_cpu, true},
    {"Modules", nullptr, true},
    {"Commandstats", info_commandstats, false},
    {"Errorstats", info_errorstats, true},
    {"Latencystats", info_latencystats, false},
    {"Cluster", info_cluster, true},
    {"Keyspace", info_keyspace, true},
};

std::string lowered(std::string_view text) {
    std::string out(text);
    for (char& c : out) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
    return out;
}

void info(Call& call) {
    bool everything = false, defaults = call.argc() == 1;
    std::vector<std::string> wanted;
    for (std::size_t i = 1; i < call.argc(); ++i) {
        const std::string word = lowered(call.arg(i));
        if (word == "all" || word == "everything") {
            everything = true;
        } else if (word == "default") {
            defaults = true;
        } else {
            wanted.push_back(word);
        }
    }
    std::string out;
    for (const Section& section : kSections) {
        const std::string name = lowered(section.title);
        bool take = everything || (defaults && section.shown_by_default);
        for (const std::string& word : wanted) take = take || word == name;
        if (!take) continue;
        if (!out.empty()) out += "\r\n";
        out.append("# ").append(section.title).append("\r\n");
        if (section.write) section.write(call.server(), out);
        for (const Server::InfoSection& added : call.server().info_sections()) {
            if (lowered(added.name) == name) added.write(out);
        }
    }
    call.reply().verbatim("txt", out);
}

}  // namespace

void add_info_commands(CommandTable& table) {
    table.add({.name = "info",
               .arity = -1,
               .flags = kLoading | kStale,
               .categories = kCatDangerous,
               .handler = info,
               .group = "server",
               .complexity = "O(1)",
               .summary = "Tells about the server, section by section"});
}

}  // namespace millpond::engine
