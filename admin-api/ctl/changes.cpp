// SPDX-License-Identifier: Apache-2.0
//
// What changes a cluster: create, modify, delete, failover, reboot.
#include <unistd.h>

#include "admin-api/ctl/commands.h"
#include "admin-api/ctl/lookup.h"
#include "admin-api/ctl/text.h"

namespace millpond::admin::ctl {
namespace {

/// Options as CLI11 fills them; absent ones stay absent in the request.
struct ClusterOptions {
    std::string id;
    std::optional<std::string> description;
    std::optional<std::string> node_type;
    std::optional<std::string> engine_version;
    std::optional<std::string> vpc;
    std::optional<int> replicas;
    std::optional<int> port;
    bool auto_failover = false;
    bool no_auto_failover = false;
    bool later = false;
    std::vector<std::string> groups;
    std::vector<std::string> zones;
    std::vector<std::string> tags;
    WaitOptions wait;
};

void add_name(CLI::App& command, std::string& id) {
    command.add_option("CLUSTER", id, "The cluster's name")->required();
}

void add_common(CLI::App& command, ClusterOptions& options) {
    add_name(command, options.id);
    command.add_option("--description", options.description, "What it is for");
    command.add_option("--node-type", options.node_type,
                       "Size of a node, e.g. cache.t4g.small (see: millpondctl node-types)");
    command.add_option("--replicas", options.replicas, "Number of replicas, 0 to 5");
    command.add_option("--security-groups", options.groups, "Names or ids, separated by commas")
        ->delimiter(',');
    add_wait_options(command, options.wait);
}

std::vector<schema::Tag> tags_of(const std::vector<std::string>& texts) {
    std::vector<schema::Tag> tags;
    for (const auto& text : texts) {
        auto tag = parse_tag(text);
        if (!tag) throw Failure(usage, tag.error().message);
        tags.push_back(std::move(tag.value()));
    }
    return tags;
}

void run_create(Context& context, const ClusterOptions& options) {
    schema::CreateCluster body;
    body.id = options.id;
    body.description = options.description;
    body.node_type = options.node_type;
    body.engine_version = options.engine_version;
    body.vpc = options.vpc;
    body.replicas = options.replicas;
    body.port = options.port;
    if (options.auto_failover) body.automatic_failover = true;
    if (!options.groups.empty()) body.security_groups = find_group_ids(context, options.groups);
    if (!options.zones.empty()) body.zones = options.zones;
    if (!options.tags.empty()) body.tags = tags_of(options.tags);
    const auto operation = context.ask<schema::Operation>(
        [&](Client& client, auto done) { client.create_cluster(body, std::move(done)); });
    finish(context, operation, options.wait, "Creating " + operation.target);
}

void run_modify(Context& context, const ClusterOptions& options) {
    schema::ModifyCluster body;
    body.description = options.description;
    body.node_type = options.node_type;
    body.replicas = options.replicas;
    if (options.auto_failover) body.automatic_failover = true;
    if (options.no_auto_failover) body.automatic_failover = false;
    if (!options.groups.empty()) body.security_groups = find_group_ids(context, options.groups);
    if (options.later) body.apply_immediately = false;
    const bool nothing = !body.description && !body.node_type && !body.replicas &&
                         !body.automatic_failover && !body.security_groups;
    if (nothing)
        throw Failure(usage, "Nothing to change was given. See: millpondctl modify --help");
    const auto operation = context.ask<schema::Operation>([&](Client& client, auto done) {
        client.modify_cluster(options.id, body, std::move(done));
    });
    finish(context, operation, options.wait, "Modifying " + operation.target);
}

/// Deleting takes the data with it: asks on a terminal, and elsewhere wants --yes.
void confirm_deletion(const std::string& id, bool yes) {
    if (yes) return;
    if (!is_terminal(STDIN_FILENO))
        throw Failure(usage, "Deleting " + id + " deletes its data. Confirm with --yes.");
    std::cerr << "This deletes " << id
              << " and all of its data. Type its name to confirm: " << std::flush;
    std::string answer;
    std::getline(std::cin, answer);
    if (answer != id) throw Failure(refused, "Nothing was deleted.");
}

void run_delete(Context& context, const std::string& id, bool yes, const WaitOptions& wait) {
    confirm_deletion(id, yes);
    const auto operation = context.ask<schema::Operation>(
        [&](Client& client, auto done) { client.delete_cluster(id, std::move(done)); });
    finish(context, operation, wait, "Deleting " + operation.target);
}

void run_failover(Context& context, const std::string& id, const std::optional<std::string>& node,
                  const WaitOptions& wait) {
    const auto operation = context.ask<schema::Operation>(
        [&](Client& client, auto done) { client.failover(id, {node}, std::move(done)); });
    finish(context, operation, wait, "Failing over " + operation.target);
}

/// `names` are nodes of one cluster, or the cluster and, if not all are meant, its nodes.
void run_reboot(Context& context, std::vector<std::string> names, const WaitOptions& wait) {
    const auto cluster = cluster_named(context, names.front());
    if (names.front() == cluster.id) names.erase(names.begin());
    if (names.empty())
        for (const auto& node : cluster.nodes) names.push_back(node.id);
    const auto operation = context.ask<schema::Operation>(
        [&](Client& client, auto done) { client.reboot(cluster.id, {names}, std::move(done)); });
    finish(context, operation, wait, "Rebooting " + joined(names));
}

void add_create(CLI::App& app, Context& context) {
    auto* command = app.add_subcommand("create", "Create a cluster")->group(cluster_section);
    auto options = std::make_shared<ClusterOptions>();
    add_common(*command, *options);
    command->add_flag("--auto-failover", options->auto_failover,
                      "Promote a replica when the primary fails (needs a replica)");
    command->add_option("--engine-version", options->engine_version, "7.0");
    command->add_option("--port", options->port, "The nodes' port, 6379 unless told otherwise");
    command->add_option("--vpc", options->vpc,
                        "The VPC's id, the default one unless told otherwise");
    command->add_option("--zones", options->zones, "A zone for each node, separated by commas")
        ->delimiter(',');
    command->add_option("--tag", options->tags, "KEY=VALUE, may be repeated")->take_all();
    command->footer(
        "Examples:\n  millpondctl create orders --replicas 2 --auto-failover --wait\n"
        "  millpondctl create sessions --node-type cache.t4g.small --security-groups redis-sg");
    command->callback([&context, options] { run_create(context, *options); });
}

void add_modify(CLI::App& app, Context& context) {
    auto* command = app.add_subcommand("modify", "Change a cluster")->group(cluster_section);
    auto options = std::make_shared<ClusterOptions>();
    add_common(*command, *options);
    auto* on = command->add_flag("--auto-failover", options->auto_failover,
                                 "Switch automatic failover on");
    command
        ->add_flag("--no-auto-failover", options->no_auto_failover, "Switch automatic failover off")
        ->excludes(on);
    command->add_flag("--later", options->later, "Leave a new node type pending");
    command->footer(
        "Examples:\n  millpondctl modify orders --security-groups redis-sg\n"
        "  millpondctl modify orders --replicas 3 --wait");
    command->callback([&context, options] { run_modify(context, *options); });
}

void add_delete(CLI::App& app, Context& context) {
    struct Options {
        std::string id;
        bool yes = false;
        WaitOptions wait;
    };
    auto options = std::make_shared<Options>();
    auto* command =
        app.add_subcommand("delete", "Delete a cluster and its data")->group(cluster_section);
    add_name(*command, options->id);
    command->add_flag("--yes,-y", options->yes, "Do not ask");
    add_wait_options(*command, options->wait);
    command->callback(
        [&context, options] { run_delete(context, options->id, options->yes, options->wait); });
}

void add_failover(CLI::App& app, Context& context) {
    struct Options {
        std::string id;
        std::optional<std::string> node;
        WaitOptions wait;
    };
    auto options = std::make_shared<Options>();
    auto* command =
        app.add_subcommand("failover", "Make a replica the primary, without losing a write")
            ->group(cluster_section);
    add_name(*command, options->id);
    command->add_option("--to", options->node,
                        "The replica, e.g. orders-002; else the one furthest ahead");
    add_wait_options(*command, options->wait);
    command->footer("Example:\n  millpondctl failover orders --wait");
    command->callback(
        [&context, options] { run_failover(context, options->id, options->node, options->wait); });
}

void add_reboot(CLI::App& app, Context& context) {
    struct Options {
        std::vector<std::string> nodes;
        WaitOptions wait;
    };
    auto options = std::make_shared<Options>();
    auto* command = app.add_subcommand("reboot", "Restart nodes of a cluster, one by one")
                        ->group(cluster_section);
    command
        ->add_option("NODE", options->nodes,
                     "Nodes of one cluster, e.g. orders-002; or a cluster, for all of its nodes")
        ->required();
    add_wait_options(*command, options->wait);
    command->callback([&context, options] { run_reboot(context, options->nodes, options->wait); });
}

}  // namespace

void add_change_commands(CLI::App& app, Context& context) {
    add_create(app, context);
    add_modify(app, context);
    add_delete(app, context);
    add_failover(app, context);
    add_reboot(app, context);
}

}  // namespace millpond::admin::ctl
