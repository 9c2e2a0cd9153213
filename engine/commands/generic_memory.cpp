// SPDX-License-Identifier: Apache-2.0
//
// MEMORY: what keys, and the server as a whole, cost.
#include <mimalloc.h>

#include <algorithm>
#include <string>

#include "engine/commands/generic.h"
#include "engine/commands/memory_report.h"
#include "engine/commands/numbers.h"
#include "engine/keyspace/keyspace.h"
#include "engine/log/effect_log.h"
#include "engine/memory/account.h"
#include "engine/memory/pages.h"
#include "engine/server/config.h"
#include "engine/server/process_usage.h"
#include "engine/server/server.h"

namespace millpond::engine {

namespace {

/// A slot at the usual load, with its share of the group's header.
constexpr std::size_t kSlotBytes = 10;

void usage(Call& call) {
    for (std::size_t i = 3; i < call.argc(); i += 2) {
        std::int64_t samples = 0;
        if (!is_word(call.arg(i), "samples") || i + 1 == call.argc()) {
            return void(call.syntax_error());
        }
        if (!call.integer(i + 1, samples)) return;
        if (samples < 0) return void(call.syntax_error());
    }
    const Entry* entry = call.db().find_untouched(call.arg(2), false);
    if (entry == nullptr) return call.reply().null();
    std::size_t bytes = entry->allocation_size() + kSlotBytes;
    if (!entry->is_string()) bytes += object_bytes(entry->type(), entry->object());
    call.reply().integer(static_cast<std::int64_t>(bytes));
}

/// The fields come as name and value, so the map's size is known before it is written.
struct StatsMap {
    resp::ReplyWriter& reply;
    void number(std::string_view name, std::size_t value) const {
        reply.bulk(name);
        reply.integer(static_cast<std::int64_t>(value));
    }
    void difference(std::string_view name, std::size_t a, std::size_t b) const {
        reply.bulk(name);
        reply.integer(static_cast<std::int64_t>(a) - static_cast<std::int64_t>(b));
    }
    void real(std::string_view name, double value) const {
        reply.bulk(name);
        reply.real(value);
    }
};

void stats(Call& call) {
    const MemoryReport report = memory_report(call.server());
    const auto databases = static_cast<std::size_t>(
        std::ranges::count_if(report.tables, [](std::size_t bytes) { return bytes > 0; }));
    constexpr std::size_t kFields = 27;

    auto& reply = call.reply();
    const StatsMap map{reply};
    reply.map(kFields + databases);
    map.number("peak.allocated", report.peak);
    map.number("total.allocated", report.used);
    map.number("startup.allocated", report.startup);
    map.number("replication.backlog", report.backlog);
    map.number("clients.slaves", report.replicas);
    map.number("clients.normal", report.clients);
    map.number("cluster.links", 0);
    map.number("aof.buffer", 0);
    map.number("lua.caches", report.scripts);
    map.number("functions.caches", report.functions);
    for (std::size_t db = 0; db < report.tables.size(); ++db) {
        if (report.tables[db] == 0) continue;
        reply.bulk("db." + std::to_string(db));
        reply.map(3);
        map.number("overhead.hashtable.main", report.tables[db]);
        map.number("overhead.hashtable.expires", 0);
        map.number("overhead.hashtable.slot-to-keys", 0);
    }
    map.number("overhead.total", report.overhead());
    map.number("keys.count", report.keys);
    const std::size_t since_start = report.used - report.startup;
    map.number("keys.bytes-per-key", report.keys == 0 ? 0 : since_start / report.keys);
    map.number("dataset.bytes", report.dataset());
    map.real("dataset.percentage", report.dataset_share());
    map.real("peak.percentage", 100 * ratio(report.used, report.peak));
    map.number("allocator.allocated", report.used);
    map.number("allocator.active", report.committed);
    map.number("allocator.resident", report.resident);
    map.real("allocator-fragmentation.ratio", ratio(report.committed, report.used));
    map.number("allocator-fragmentation.bytes", report.committed - report.used);
    map.real("allocator-rss.ratio", ratio(report.resident, report.committed));
    map.difference("allocator-rss.bytes", report.resident, report.committed);
    map.real("rss-overhead.ratio", 1);
    map.number("rss-overhead.bytes", 0);
    map.real("fragmentation", ratio(report.resident, report.used));
    map.difference("fragmentation.bytes", report.resident, report.used);
}

void doctor(Call& call) {
    const std::size_t used = used_memory();
    const std::size_t resident = call.server().usage().resident_bytes();
    constexpr std::size_t kWorthALook = 5 * 1024 * 1024;
    std::string report;
    if (used < kWorthALook) {
        report = "This node holds next to nothing: there is nothing to diagnose yet.";
    } else {
        if (peak_memory() > used * 3 / 2) {
            report +=
                " * The peak was more than 1.5 times what is used now: resident memory may "
                "stay high until MEMORY PURGE.\n";
        }
        if (ratio(resident, used) > 1.4) {
            report +=
                " * Resident memory is more than 1.4 times what is used: memory is "
                "fragmented. MEMORY PURGE gives free pages back.\n";
        }
        const auto limit = static_cast<std::size_t>(call.server().config().maxmemory.load());
        if (limit != 0 && used > limit / 100 * 95) {
            report +=
                " * Less than 5 % of maxmemory is free: keys are evicted, or writes are "
                "refused, as maxmemory-policy says.\n";
        }
        report = report.empty() ? "Memory is in good health." : "Findings:\n\n" + report;
    }
    call.reply().verbatim("txt", report);
}

void purge(Call& call) {
    call.db().keyspace().slabs().trim();
    trim_pages();
    mi_collect(true);
    call.reply().ok();
}

void malloc_stats(Call& call) {
    std::string text;
    mi_stats_print_out([](const char* line, void* to) { *static_cast<std::string*>(to) += line; },
                       &text);
    call.reply().verbatim("txt", text);
}

void help(Call& call) {
    reply_help(call, "MEMORY",
               {"DOCTOR", "    Say what looks wrong with the memory.", "MALLOC-STATS",
                "    Print the allocator's own report.", "PURGE",
                "    Give free pages back to the system.", "STATS",
                "    Answer what the memory is used for.", "USAGE <key> [SAMPLES <count>]",
                "    Answer how many bytes a key and its value take. The count is accepted and",
                "    ignored: the whole value is counted."});
}

}  // namespace

void add_generic_memory_commands(CommandTable& table) {
    table.add({.name = "memory",
               .arity = -2,
               .since = "4.0.0",
               .group = "server",
               .summary = "Looks into the use of memory."});
    table.add({.name = "memory|usage",
               .arity = -3,
               .flags = kReadonly,
               .keys = {2, 2, 1},
               .handler = usage,
               .since = "4.0.0",
               .group = "server",
               .complexity = "O(1) for packed values, else O(N) in the number of elements",
               .summary = "Answers how much memory a key takes.",
               .key_flags = "RO"});
    CommandSpec spec{.name = "memory|stats",
                     .arity = 2,
                     .lane = Lane::exclusive,
                     .handler = stats,
                     .since = "4.0.0",
                     .group = "server",
                     .complexity = "O(1)",
                     .summary = "Answers what the memory is used for."};
    table.add(spec);
    spec.lane = Lane::shared;
    spec.name = "memory|doctor";
    spec.handler = doctor;
    spec.summary = "Says what looks wrong with the memory.";
    table.add(spec);
    spec.name = "memory|purge";
    spec.handler = purge;
    spec.summary = "Gives free pages back to the system.";
    table.add(spec);
    spec.name = "memory|malloc-stats";
    spec.handler = malloc_stats;
    spec.summary = "Prints the allocator's own report.";
    table.add(spec);
    spec.name = "memory|help";
    spec.flags = kLoading | kStale;
    spec.handler = help;
    spec.summary = "Explains MEMORY's subcommands.";
    table.add(spec);
}

}  // namespace millpond::engine
