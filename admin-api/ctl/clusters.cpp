// SPDX-License-Identifier: Apache-2.0
//
// What there is: info, clusters, show, node-types.
#include "admin-api/ctl/commands.h"
#include "admin-api/ctl/table.h"
#include "admin-api/ctl/text.h"

namespace millpond::admin::ctl {
namespace {

std::string endpoint_text(const schema::Endpoint& endpoint) {
    if (endpoint.address.empty()) return "";
    return endpoint.address + ":" + std::to_string(endpoint.port);
}

void run_info(Context& context) {
    const auto info = context.ask<schema::DaemonInfo>(
        [](Client& client, auto done) { client.info(std::move(done)); });
    context.show(info, [&] {
        print_facts(std::cout, {{"Millpond", info.version},
                                {"State folder", info.state_dir},
                                {"HTTP and AWS endpoint", info.listen},
                                {"Nodes' addresses", info.node_range},
                                {"Region", info.region},
                                {"Running since", short_time(info.started_at)}});
    });
}

void run_list(Context& context) {
    const auto list = context.ask<Listed<schema::Cluster>>(
        [](Client& client, auto done) { client.clusters(std::move(done)); });
    context.show(list.items, [&] {
        Table table(
            {"NAME", "STATUS", "TYPE", "NODES", "FAILOVER", "PRIMARY ENDPOINT", "READER ENDPOINT"});
        for (const auto& cluster : list.items)
            table.add({cluster.id, cluster.status, cluster.node_type,
                       std::to_string(cluster.nodes.size()), cluster.automatic_failover,
                       endpoint_text(cluster.primary_endpoint),
                       endpoint_text(cluster.reader_endpoint)});
        if (!table.empty()) return table.print(std::cout);
        std::cout
            << "There is no cluster yet. Create one with: millpondctl create orders --replicas 2 "
               "--auto-failover --wait\n";
    });
}

void print_nodes(const schema::Cluster& cluster) {
    Table table({"NODE", "ROLE", "STATUS", "ADDRESS", "ZONE", "LINK", "PID"});
    for (const auto& node : cluster.nodes)
        table.add({node.id, node.role, node.status, node.address + ":" + std::to_string(node.port),
                   node.zone, node.link, node.pid ? std::to_string(node.pid) : ""});
    std::cout << "\n";
    table.print(std::cout);
}

void print_cluster(const schema::Cluster& cluster) {
    std::vector<std::string> tags;
    for (const auto& tag : cluster.tags) tags.push_back(tag.key + "=" + tag.value);
    print_facts(std::cout,
                {{"Name", cluster.id},
                 {"Description", cluster.description},
                 {"Status", cluster.status},
                 {"Engine", cluster.engine + " " + cluster.engine_version},
                 {"Node type", cluster.node_type + " (" + human_bytes(cluster.max_memory) + ")"},
                 {"Automatic failover", cluster.automatic_failover},
                 {"Primary endpoint", endpoint_text(cluster.primary_endpoint)},
                 {"Reader endpoint", endpoint_text(cluster.reader_endpoint)},
                 {"VPC", cluster.vpc},
                 {"Security groups", joined(cluster.security_groups)},
                 {"Tags", joined(tags)},
                 {"Created", short_time(cluster.created_at)},
                 {"ARN", cluster.arn}});
    if (cluster.pending && cluster.pending->node_type)
        std::cout << "Pending:  node type " << *cluster.pending->node_type << "\n";
    print_nodes(cluster);
}

void run_show(Context& context, const std::string& id) {
    const auto cluster = context.ask<schema::Cluster>(
        [&](Client& client, auto done) { client.cluster(id, std::move(done)); });
    context.show(cluster, [&] { print_cluster(cluster); });
}

void run_node_types(Context& context) {
    const auto list = context.ask<Listed<schema::NodeType>>(
        [](Client& client, auto done) { client.node_types(std::move(done)); });
    context.show(list.items, [&] {
        Table table({"NODE TYPE", "MEMORY"});
        for (const auto& type : list.items) table.add({type.name, human_bytes(type.max_memory)});
        table.print(std::cout);
    });
}

}  // namespace

void add_cluster_commands(CLI::App& app, Context& context) {
    app.add_subcommand("info", "Version, addresses and state folder of the daemon")
        ->group(other_section)
        ->callback([&context] { run_info(context); });
    app.add_subcommand("clusters", "List the clusters")
        ->alias("list")
        ->group(cluster_section)
        ->callback([&context] { run_list(context); });
    auto* show = app.add_subcommand("show", "Show a cluster, its endpoints and its nodes")
                     ->group(cluster_section);
    auto id = std::make_shared<std::string>();
    show->add_option("CLUSTER", *id, "The cluster's name")->required();
    show->callback([&context, id] { run_show(context, *id); });
    app.add_subcommand("node-types", "List the node types and their memory")
        ->group(cluster_section)
        ->callback([&context] { run_node_types(context); });
}

}  // namespace millpond::admin::ctl
