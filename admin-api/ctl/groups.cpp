// SPDX-License-Identifier: Apache-2.0
//
// Security groups: the groups and their inbound rules.
#include <algorithm>

#include "admin-api/ctl/commands.h"
#include "admin-api/ctl/lookup.h"
#include "admin-api/ctl/table.h"
#include "admin-api/ctl/text.h"

namespace millpond::admin::ctl {
namespace {

std::string source_text(const schema::InboundRule& rule) {
    return rule.group ? "group " + *rule.group : describe_cidr(rule.cidr.value_or(""));
}

void print_rules(const schema::SecurityGroup& group) {
    Table table({"RULE", "PORT", "FROM", "DESCRIPTION"});
    for (const auto& rule : group.inbound)
        table.add({rule.id, describe_ports(rule), source_text(rule), rule.description});
    if (!table.empty()) return table.print(std::cout);
    std::cout << group.name << " lets nobody in. Open a port with: millpondctl allow " << group.name
              << " 6379 --from anywhere\n";
}

void print_group(Context& context, const schema::SecurityGroup& group) {
    context.show(group, [&] {
        print_facts(std::cout, {{"Name", group.name},
                                {"Id", group.id},
                                {"Description", group.description},
                                {"VPC", group.vpc},
                                {"Used by", joined(group.used_by)}});
        std::cout << "\n";
        print_rules(group);
    });
}

void run_groups(Context& context) {
    const auto list = context.ask<Listed<schema::SecurityGroup>>(
        [](Client& client, auto done) { client.security_groups(std::move(done)); });
    context.show(list.items, [&] {
        Table table({"NAME", "ID", "VPC", "INBOUND RULES", "USED BY", "DESCRIPTION"});
        for (const auto& group : list.items)
            table.add({group.name, group.id, group.vpc, std::to_string(group.inbound.size()),
                       joined(group.used_by), group.description});
        table.print(std::cout);
    });
}

void run_create(Context& context, const schema::CreateSecurityGroup& body) {
    const auto group = context.ask<schema::SecurityGroup>(
        [&](Client& client, auto done) { client.create_security_group(body, std::move(done)); });
    context.show(group, [&] {
        std::cout << "Created " << group.name << " (" << group.id
                  << "). It lets nobody in yet: millpondctl allow " << group.name
                  << " 6379 --from anywhere\n";
    });
}

void run_delete(Context& context, const std::string& name) {
    const auto group = find_group(context, name);
    context.ask<Reply>([&](Client& client, auto done) {
        client.delete_security_group(group.id, std::move(done));
    });
    context.show(group, [&] { std::cout << "Deleted " << group.name << ".\n"; });
}

struct RuleOptions {
    std::string group;
    std::string what;  ///< ports, or a rule's id to revoke
    std::string from;
    std::optional<std::string> description;
};

schema::NewInboundRule make_rule(Context& context, const RuleOptions& options) {
    const auto ports = parse_ports(options.what);
    if (!ports) throw Failure(usage, ports.error().message);
    schema::NewInboundRule rule;
    rule.protocol = ports.value().protocol;
    rule.from_port = ports.value().from;
    rule.to_port = ports.value().to;
    rule.description = options.description;
    rule.cidr = parse_source(options.from);
    if (!rule.cidr) rule.group = find_group(context, options.from).id;
    return rule;
}

void run_allow(Context& context, const RuleOptions& options) {
    const auto rule = make_rule(context, options);
    const auto group = find_group(context, options.group);
    const auto after = context.ask<schema::SecurityGroup>([&](Client& client, auto done) {
        client.authorize_inbound(group.id, {{rule}}, std::move(done));
    });
    context.show(after, [&] {
        print_rules(after);
        if (after.used_by.empty())
            std::cout << "No cluster uses " << after.name
                      << " yet: millpondctl modify CLUSTER --security-groups " << after.name
                      << "\n";
    });
}

bool same(const schema::InboundRule& have, const schema::NewInboundRule& wanted) {
    return have.protocol == wanted.protocol && have.from_port == wanted.from_port &&
           have.to_port == wanted.to_port && have.cidr == wanted.cidr && have.group == wanted.group;
}

/// The rule's id, given itself or by its port and source.
std::string rule_id(Context& context, const RuleOptions& options,
                    const schema::SecurityGroup& group) {
    if (options.what.starts_with("sgr-")) return options.what;
    if (options.from.empty())
        throw Failure(usage, "Give the rule's id, or its port and source: millpondctl revoke " +
                                 group.name + " 6379 --from anywhere");
    const auto wanted = make_rule(context, options);
    for (const auto& rule : group.inbound)
        if (same(rule, wanted)) return rule.id;
    throw Failure(refused,
                  group.name + " has no such rule. See: millpondctl security-group " + group.name);
}

void run_revoke(Context& context, const RuleOptions& options) {
    const auto group = find_group(context, options.group);
    const auto id = rule_id(context, options, group);
    const auto after = context.ask<schema::SecurityGroup>(
        [&](Client& client, auto done) { client.revoke_inbound(group.id, id, std::move(done)); });
    context.show(after, [&] { print_rules(after); });
}

void add_rule_commands(CLI::App& app, Context& context) {
    auto allowed = std::make_shared<RuleOptions>();
    auto* allow =
        app.add_subcommand("allow", "Let a source in: add an inbound rule")->group(network_section);
    allow->add_option("GROUP", allowed->group, "The security group's name or id")->required();
    allow->add_option("PORT", allowed->what, "6379, 6379-6390, or all")->required();
    allow
        ->add_option("--from", allowed->from,
                     "anywhere (within the VPC), an address, a range like 127.0.0.0/16, or a group")
        ->required();
    allow->add_option("--description", allowed->description, "Who needs it");
    allow->footer(
        "Any local process may use any 127.x address: rules separate well-behaved programs, not "
        "users.\n"
        "Example:\n  millpondctl allow redis-sg 6379 --from anywhere");
    allow->callback([&context, allowed] { run_allow(context, *allowed); });

    auto revoked = std::make_shared<RuleOptions>();
    auto* revoke =
        app.add_subcommand("revoke", "Remove an inbound rule; connections it allowed are closed")
            ->group(network_section);
    revoke->add_option("GROUP", revoked->group, "The security group's name or id")->required();
    revoke->add_option("RULE", revoked->what, "The rule's id (sgr-...), or its port")->required();
    revoke->add_option("--from", revoked->from, "With a port: the rule's source");
    revoke->footer("Example:\n  millpondctl revoke redis-sg 6379 --from anywhere");
    revoke->callback([&context, revoked] { run_revoke(context, *revoked); });
}

}  // namespace

void add_group_commands(CLI::App& app, Context& context) {
    app.add_subcommand("security-groups", "List the security groups")
        ->alias("groups")
        ->group(network_section)
        ->callback([&context] { run_groups(context); });
    auto name = std::make_shared<std::string>();
    auto* group = app.add_subcommand("security-group", "Show a security group and its rules")
                      ->alias("group")
                      ->group(network_section);
    group->add_option("GROUP", *name, "Name or id")->required();
    group->callback([&context, name] { print_group(context, find_group(context, *name)); });

    auto body = std::make_shared<schema::CreateSecurityGroup>();
    auto* create = app.add_subcommand("create-security-group", "Create a security group")
                       ->alias("create-group")
                       ->group(network_section);
    create->add_option("NAME", body->name, "Its name")->required();
    create->add_option("--description", body->description, "What it is for");
    create->add_option("--vpc", body->vpc, "The VPC's id, the default one unless told otherwise");
    create->callback([&context, body] { run_create(context, *body); });

    auto doomed = std::make_shared<std::string>();
    auto* remove =
        app.add_subcommand("delete-security-group", "Delete a security group that no cluster uses")
            ->alias("delete-group")
            ->group(network_section);
    remove->add_option("GROUP", *doomed, "Name or id")->required();
    remove->callback([&context, doomed] { run_delete(context, *doomed); });
    add_rule_commands(app, context);
}

}  // namespace millpond::admin::ctl
