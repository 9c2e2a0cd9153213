// SPDX-License-Identifier: Apache-2.0
//
// metrics: the last second of every node, once, or every second with --watch.
#include <unistd.h>

#include <csignal>
#include <cstdio>

#include "admin-api/ctl/commands.h"
#include "admin-api/ctl/table.h"
#include "admin-api/ctl/text.h"

namespace millpond::admin::ctl {
namespace {

using Metrics = std::vector<schema::NodeMetrics>;

std::string number(double value) {
    char text[32];
    std::snprintf(text, sizeof text, value >= 100 ? "%.0f" : "%.1f", value);
    return text;
}

void keep_cluster(Metrics& metrics, const std::string& cluster) {
    if (cluster.empty()) return;
    std::erase_if(metrics, [&](const auto& node) { return node.cluster != cluster; });
}

void print_metrics(const Metrics& metrics) {
    Table table({"NODE", "MEMORY", "OF", "KEYS", "OPS/S", "HITS/S", "CLIENTS", "LAG", "CPU", "IN/S",
                 "OUT/S"});
    for (const auto& node : metrics)
        table.add({node.node, human_bytes(node.used_memory), human_bytes(node.max_memory),
                   std::to_string(node.keys), number(node.ops_per_second),
                   number(node.hits_per_second), std::to_string(node.connections),
                   human_bytes(node.lag_bytes), number(node.cpu_percent) + " %",
                   human_bytes(static_cast<std::int64_t>(node.bytes_in_per_second)),
                   human_bytes(static_cast<std::int64_t>(node.bytes_out_per_second))});
    table.print(std::cout);
}

void show(Context& context, const Metrics& metrics) {
    context.show(metrics, [&] { print_metrics(metrics); });
}

void watch(Context& context, const std::string& cluster) {
    StreamHandlers handlers;
    handlers.on_event = [&](const StreamEvent& event) {
        const auto* data = event.data.if_object();
        const auto* items = data ? data->if_contains("items") : nullptr;
        if (event.type != "metrics" || !items) return;
        auto metrics = schema::from_json<Metrics>(*items, schema::UnknownMembers::skip);
        if (!metrics) return;
        keep_cluster(metrics.value(), cluster);
        if (!context.json() && is_terminal(STDOUT_FILENO)) std::cout << "\033[H\033[2J";
        show(context, metrics.value());
        std::cout << std::flush;
    };
    handlers.on_state = [](const StreamState& state) {
        if (!state.connected) std::cerr << state.reason << std::endl;
    };
    context.client().stream({}, std::move(handlers));
    sigset_t ending;
    sigemptyset(&ending);
    for (const int signal_number : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&ending, signal_number);
    int caught = 0;
    sigwait(&ending, &caught);
    context.client().stop();
}

void run(Context& context, const std::string& cluster, bool follow) {
    if (follow) return watch(context, cluster);
    auto list = context.ask<Listed<schema::NodeMetrics>>(
        [](Client& client, auto done) { client.latest_metrics(std::move(done)); });
    keep_cluster(list.items, cluster);
    show(context, list.items);
}

}  // namespace

void add_metrics_command(CLI::App& app, Context& context) {
    struct Options {
        std::string cluster;
        bool follow = false;
    };
    auto options = std::make_shared<Options>();
    auto* command =
        app.add_subcommand("metrics", "Memory, operations, connections and lag of the nodes")
            ->group(data_section);
    command->add_option("CLUSTER", options->cluster, "Of this cluster only");
    command->add_flag("--watch,-f", options->follow, "Every second, until Ctrl-C");
    command->callback([&context, options] { run(context, options->cluster, options->follow); });
}

}  // namespace millpond::admin::ctl
