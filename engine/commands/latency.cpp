// SPDX-License-Identifier: Apache-2.0
//
// LATENCY. The histograms are true, from the time of every command; there is no monitor of events
// yet, so LATEST and HISTORY have nothing to tell.
#include <vector>

#include "engine/commands/call.h"
#include "engine/commands/dispatch.h"
#include "engine/commands/help.h"
#include "engine/commands/server.h"
#include "engine/commands/table.h"
#include "engine/server/server.h"
#include "engine/server/statistics.h"

namespace millpond::engine {

namespace {

void write_histogram(resp::ReplyWriter& reply, const CommandTotals& totals) {
    // Buckets in us, as powers of two, each with the number of calls up to it; empty ones are left
    // out.
    std::vector<std::pair<std::int64_t, std::uint64_t>> lines;
    std::uint64_t sum = 0;
    constexpr std::size_t kUsShift = 10;  // 2^10 ns is about a us
    for (std::size_t i = 0; i < kLatencyBuckets; ++i) {
        if (totals.latency[i] == 0) continue;
        sum += totals.latency[i];
        const std::int64_t us = i <= kUsShift ? 1 : std::int64_t{1} << (i - kUsShift);
        if (!lines.empty() && lines.back().first == us) {
            lines.back().second = sum;
        } else {
            lines.emplace_back(us, sum);
        }
    }
    reply.map(2);
    reply.bulk("calls");
    reply.integer(static_cast<std::int64_t>(totals.calls));
    reply.bulk("histogram_usec");
    reply.map(lines.size());
    for (const auto& [us, count] : lines) {
        reply.integer(us);
        reply.integer(static_cast<std::int64_t>(count));
    }
}

void latency_histogram(Call& call) {
    const CommandTable& table = call.server().commands();
    std::vector<const CommandSpec*> chosen;
    const auto add = [&](const CommandSpec& spec) {
        if (spec.handler) chosen.push_back(&spec);
        for (const CommandSpec* sub : table.subcommands(spec)) chosen.push_back(sub);
    };
    if (call.argc() == 2) {
        for (const CommandSpec* spec : table.all()) add(*spec);
    }
    for (std::size_t i = 2; i < call.argc(); ++i) {
        if (const CommandSpec* spec = table.find(call.arg(i))) add(*spec);
    }
    std::vector<std::pair<const CommandSpec*, CommandTotals>> lines;
    for (const CommandSpec* spec : chosen) {
        const CommandTotals totals = call.server().statistics().totals(spec->id);
        if (totals.calls > 0) lines.emplace_back(spec, totals);
    }
    call.reply().map(lines.size());
    for (const auto& [spec, totals] : lines) {
        call.reply().bulk(spec->name);
        write_histogram(call.reply(), totals);
    }
}

void nothing(Call& call) {
    call.reply().array(0);
}

void latency_reset(Call& call) {
    call.reply().integer(0);
}

void latency_doctor(Call& call) {
    call.reply().verbatim(
        "txt",
        "No latency events are monitored. LATENCY HISTOGRAM has the times of all commands.\n");
}

}  // namespace

void add_latency_commands(CommandTable& table) {
    table.add({.name = "latency",
               .arity = -2,
               .since = "2.8.13",
               .group = "server",
               .complexity = "Depends on subcommand.",
               .summary = "A container for latency commands"});
    const auto add = [&](std::string_view name, int arity, std::uint32_t flags, Handler handler,
                         std::string_view since, std::string_view summary) {
        table.add({.name = name,
                   .arity = arity,
                   .flags = flags | kLoading | kStale,
                   .handler = handler,
                   .since = since,
                   .group = "server",
                   .complexity = "O(N) in the number of entries",
                   .summary = summary});
    };
    constexpr std::uint32_t kUsual = kAdmin | kNoscript;
    add("latency|doctor", 2, kUsual, latency_doctor, "2.8.13", "Says what is known about latency");
    add("latency|help", 2, 0, help, "2.8.13", "Says what the subcommands are");
    add("latency|histogram", -2, kUsual, latency_histogram, "7.0.0",
        "Answers how long commands took");
    add("latency|history", 3, kUsual, nothing, "2.8.13", "Answers the times of an event");
    add("latency|latest", 2, kUsual, nothing, "2.8.13", "Answers the latest of each event");
    add("latency|reset", -2, kUsual, latency_reset, "2.8.13", "Forgets events");
}

}  // namespace millpond::engine
