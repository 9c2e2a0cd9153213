// SPDX-License-Identifier: Apache-2.0
//
// MEMORY: what keys, and the server as a whole, cost.
#include <mimalloc.h>

#include <algorithm>
#include <string>

#include "engine/commands/generic.h"
#include "engine/commands/numbers.h"
#include "engine/keyspace/keyspace.h"
#include "engine/log/effect_log.h"
#include "engine/memory/account.h"
#include "engine/server/config.h"
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

double ratio(std::size_t a, std::size_t b) {
    return b == 0 ? 0 : static_cast<double>(a) / static_cast<double>(b);
}

/// The fields come as name and value, so the map's size is known before it is written.
struct StatsMap {
    resp::ReplyWriter& reply;
    void number(std::string_view name, std::size_t value) const {
        reply.bulk(name);
        reply.integer(static_cast<std::int64_t>(value));
    }
    void real(std::string_view name, double value) const {
        reply.bulk(name);
        reply.real(value);
    }
};

void stats(Call& call) {
    Keyspace& keys = call.db().keyspace();
    const std::size_t used = used_memory();
    const std::size_t resident = resident_memory();
    const std::size_t peak = peak_memory();
    const std::size_t slabs = keys.slabs().used_bytes();
    std::size_t overhead = 0;
    std::size_t count = 0;
    std::size_t databases = 0;
    for (int db = 0; db < Keyspace::kDatabases; ++db) {
        if (keys.size(db) == 0) continue;
        ++databases;
        count += keys.size(db);
        overhead += keys.overhead(db);
    }
    const std::size_t dataset = used - std::min(used, overhead);

    auto& reply = call.reply();
    const StatsMap map{reply};
    reply.map(14 + databases);
    map.number("peak.allocated", peak);
    map.number("total.allocated", used);
    map.number("startup.allocated", 0);
    for (int db = 0; db < Keyspace::kDatabases; ++db) {
        if (keys.size(db) == 0) continue;
        reply.bulk("db." + std::to_string(db));
        reply.map(2);
        map.number("overhead.hashtable.main", keys.overhead(db));
        map.number("overhead.hashtable.expires", 0);
    }
    map.number("overhead.total", overhead);
    map.number("keys.count", count);
    map.number("keys.bytes-per-key", count == 0 ? 0 : used / count);
    map.number("dataset.bytes", dataset);
    map.real("dataset.percentage", ratio(dataset, used) * 100);
    map.real("peak.percentage", ratio(used, peak) * 100);
    map.number("allocator.allocated", used);
    map.number("allocator.active", slabs);
    map.number("allocator.resident", resident);
    map.real("fragmentation", ratio(resident, used));
    map.number("fragmentation.bytes", resident - std::min(resident, used));
}

void doctor(Call& call) {
    const std::size_t used = used_memory();
    const std::size_t resident = resident_memory();
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
