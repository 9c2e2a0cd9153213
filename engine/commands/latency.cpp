// SPDX-License-Identifier: Apache-2.0
//
// LATENCY: the histograms come from the time of every command, the events from the monitor.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <vector>

#include "engine/commands/call.h"
#include "engine/commands/dispatch.h"
#include "engine/commands/help.h"
#include "engine/commands/latency_graph.h"
#include "engine/commands/numbers.h"
#include "engine/commands/server.h"
#include "engine/commands/table.h"
#include "engine/server/config.h"
#include "engine/server/latency_monitor.h"
#include "engine/server/server.h"
#include "engine/server/statistics.h"

namespace millpond::engine {

namespace {

void write_histogram(resp::ReplyWriter& reply, const CommandTotals& totals) {
    // Buckets in us, each with the number of calls up to it; empty ones are left out. The bounds
    // are powers of two in ns, and the 1/128 that Redis's histograms are exact to.
    std::vector<std::pair<std::int64_t, std::uint64_t>> lines;
    std::uint64_t sum = 0;
    static_assert(kLatencyBuckets < 62);
    constexpr std::size_t kUsShift = 10;  // 2^10 ns is about a us
    for (std::size_t i = 0; i < kLatencyBuckets; ++i) {
        if (totals.latency[i] == 0) continue;
        sum += totals.latency[i];
        const std::int64_t us =
            i <= kUsShift ? 1 : ((std::int64_t{1} << i) + (std::int64_t{1} << (i - 7))) / 1000;
        if (!lines.empty() && lines.back().first == us) {
            lines.back().second = sum;
        } else {
            lines.emplace_back(us, sum);
        }
    }
    reply.map(2);
    reply.bulk("calls");
    reply.integer(static_cast<std::int64_t>(sum));
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
        if (const CommandSpec* spec = table.find_full(call.arg(i))) add(*spec);
    }
    std::vector<std::pair<const CommandSpec*, CommandTotals>> lines;
    for (const CommandSpec* spec : chosen) {
        const CommandTotals totals = call.server().statistics().totals(spec->id);
        const auto timed = [](std::uint64_t bucket) { return bucket > 0; };
        if (std::ranges::any_of(totals.latency, timed)) lines.emplace_back(spec, totals);
    }
    call.reply().map(lines.size());
    for (const auto& [spec, totals] : lines) {
        call.reply().bulk(spec->name);
        write_histogram(call.reply(), totals);
    }
}

void latency_latest(Call& call) {
    const auto events = call.server().latency_monitor().events();
    call.reply().array(events.size());
    for (const LatencyMonitor::Event& event : events) {
        const LatencyMonitor::Sample& last = event.samples.back();
        call.reply().array(4);
        call.reply().bulk(event.name);
        call.reply().integer(last.unix_seconds);
        call.reply().integer(last.ms);
        call.reply().integer(event.highest_ms);
    }
}

void latency_history(Call& call) {
    const auto event = call.server().latency_monitor().event(call.arg(2));
    call.reply().array(event ? event->samples.size() : 0);
    if (!event) return;
    for (const LatencyMonitor::Sample& sample : event->samples) {
        call.reply().array(2);
        call.reply().integer(sample.unix_seconds);
        call.reply().integer(sample.ms);
    }
}

void latency_graph(Call& call) {
    const auto event = call.server().latency_monitor().event(call.arg(2));
    if (!event) {
        return static_cast<void>(call.error("ERR No samples available for event '" +
                                            std::string(c_text(call.arg(2))) + "'"));
    }
    call.reply().verbatim("txt", latency_graph_of(*event, call.now() / 1000));
}

void latency_reset(Call& call) {
    std::size_t count = call.argc() == 2 ? call.server().latency_monitor().reset("") : 0;
    for (std::size_t i = 2; i < call.argc(); ++i) {
        // An empty name would mean all of them.
        if (!call.arg(i).empty()) count += call.server().latency_monitor().reset(call.arg(i));
    }
    call.reply().integer(static_cast<std::int64_t>(count));
}

/// How often, how long and how regularly the event took too long.
std::string describe_event(const LatencyMonitor::Event& event) {
    double sum = 0, deviation = 0;
    for (const auto& sample : event.samples) sum += static_cast<double>(sample.ms);
    const auto count = static_cast<double>(event.samples.size());
    const double average = sum / count;
    for (const auto& sample : event.samples)
        deviation += std::abs(static_cast<double>(sample.ms) - average);
    const std::int64_t span =
        event.samples.back().unix_seconds - event.samples.front().unix_seconds;
    char text[256];
    std::snprintf(text, sizeof text,
                  ": %zu spikes, %.0f ms on average (mean deviation %.0f ms), one in %.2f s. The "
                  "longest ever: %lld ms.\n",
                  event.samples.size(), average, deviation / count,
                  count > 1 ? static_cast<double>(span) / (count - 1) : 0.0,
                  static_cast<long long>(event.highest_ms));
    return event.name + text;
}

void latency_doctor(Call& call) {
    const Config& config = call.server().config();
    std::string text;
    if (config.latency_monitor_threshold == 0) {
        text =
            "Latency is not monitored. CONFIG SET latency-monitor-threshold MILLISECONDS turns "
            "that on; LATENCY HISTOGRAM has the times of all commands meanwhile.\n";
        return call.reply().verbatim("txt", text);
    }
    const auto events = call.server().latency_monitor().events();
    if (events.empty()) text = "Nothing has taken longer than latency-monitor-threshold.\n";
    int number = 0;
    for (const LatencyMonitor::Event& event : events)
        text += std::to_string(++number) + ". " + describe_event(event);
    const std::int64_t slow_us = config.slowlog_log_slower_than;
    if (!events.empty() && (slow_us < 0 || slow_us > config.latency_monitor_threshold * 1000)) {
        text +=
            "The slow log keeps less than this monitor sees: lower slowlog-log-slower-than to know "
            "which commands they were.\n";
    } else if (!events.empty()) {
        text += "SLOWLOG GET tells which commands were slow.\n";
    }
    call.reply().verbatim("txt", text);
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
    add("latency|graph", 3, kUsual, latency_graph, "2.8.13", "Draws the times of an event");
    add("latency|history", 3, kUsual, latency_history, "2.8.13", "Answers the times of an event");
    add("latency|latest", 2, kUsual, latency_latest, "2.8.13", "Answers the latest of each event");
    add("latency|reset", -2, kUsual, latency_reset, "2.8.13", "Forgets events");
}

}  // namespace millpond::engine
