// SPDX-License-Identifier: Apache-2.0
//
// vpcs, sources, reachability.
#include "admin-api/ctl/commands.h"
#include "admin-api/ctl/table.h"
#include "admin-api/ctl/text.h"

namespace millpond::admin::ctl {
namespace {

void run_vpcs(Context& context) {
    const auto list = context.ask<Listed<schema::Vpc>>(
        [](Client& client, auto done) { client.vpcs(std::move(done)); });
    context.show(list.items, [&] {
        Table table({"VPC", "NAME", "SUBNET", "RANGE", "ZONE", "FREE ADDRESSES"});
        for (const auto& vpc : list.items) {
            table.add(
                {vpc.id, vpc.name + (vpc.is_default ? " (default)" : ""), "", vpc.cidr, "", ""});
            for (const auto& subnet : vpc.subnets)
                table.add({"", "", subnet.id, subnet.cidr, subnet.zone,
                           std::to_string(subnet.available_addresses)});
        }
        table.print(std::cout);
    });
}

std::string peer_text(const schema::ConnectionSource& source) {
    if (!source.uid) return "";
    return source.process.value_or("?") + " (uid " + std::to_string(*source.uid) + ")";
}

void run_sources(Context& context, const std::string& id) {
    const auto list = context.ask<Listed<schema::ConnectionSource>>(
        [&](Client& client, auto done) { client.sources(id, std::move(done)); });
    context.show(list.items, [&] {
        Table table({"SOURCE", "NODE", "ACCEPTED", "REFUSED", "WHY REFUSED", "WHO", "LAST SEEN"});
        for (const auto& source : list.items)
            table.add({source.address, source.node, std::to_string(source.accepted),
                       std::to_string(source.refused), source.reason, peer_text(source),
                       short_time(source.last_seen)});
        if (!table.empty()) return table.print(std::cout);
        std::cout << "Nobody has tried to connect to " << id << " yet.\n";
    });
}

void run_reachability(Context& context, const schema::ReachabilityQuery& query) {
    const auto answer = context.ask<schema::Reachability>(
        [&](Client& client, auto done) { client.reachability(query, std::move(done)); });
    context.show(answer, [&] {
        std::cout << (answer.allowed ? "Allowed: " : "Refused: ") << printable(answer.reason)
                  << "\n";
    });
    if (!answer.allowed) throw Failure(refused, "");
}

}  // namespace

void add_network_commands(CLI::App& app, Context& context) {
    app.add_subcommand("vpcs", "List the VPCs and their subnets")
        ->group(network_section)
        ->callback([&context] { run_vpcs(context); });
    auto id = std::make_shared<std::string>();
    auto* sources = app.add_subcommand("sources", "Who connected to a cluster, and who was refused")
                        ->group(network_section);
    sources->add_option("CLUSTER", *id, "The cluster's name")->required();
    sources->callback([&context, id] { run_sources(context, *id); });

    auto query = std::make_shared<schema::ReachabilityQuery>();
    auto* reach = app.add_subcommand("reachability", "Would this source be let in, and why (not)?")
                      ->group(network_section);
    reach->add_option("CLUSTER", query->cluster, "The cluster's name")->required();
    reach->add_option("SOURCE", query->source, "The client's address, e.g. 127.0.0.1")->required();
    reach->callback([&context, query] { run_reachability(context, *query); });
}

}  // namespace millpond::admin::ctl
