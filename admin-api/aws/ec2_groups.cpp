// SPDX-License-Identifier: Apache-2.0
#include <map>
#include <tuple>

#include "admin-api/aws/ec2.h"
#include "admin-api/aws/tags.h"

namespace millpond::admin::aws {
namespace {

const std::vector<std::string_view> group_filters{"group-id",
                                                  "group-name",
                                                  "vpc-id",
                                                  "description",
                                                  "owner-id",
                                                  "tag:",
                                                  "tag-key",
                                                  "ip-permission.from-port",
                                                  "ip-permission.to-port",
                                                  "ip-permission.protocol",
                                                  "ip-permission.cidr",
                                                  "ip-permission.group-id"};

Facts facts_of(const schema::SecurityGroup& group) {
    Facts facts;
    facts.add("group-id", group.id);
    facts.add("group-name", group.name);
    facts.add("vpc-id", group.vpc);
    facts.add("description", group.description);
    facts.add("owner-id", std::string(account));
    facts.add_tags(group.tags);
    for (const auto& rule : group.inbound) {
        facts.add("ip-permission.from-port", rule.from_port);
        facts.add("ip-permission.to-port", rule.to_port);
        facts.add("ip-permission.protocol", rule.protocol);
        if (rule.cidr) facts.add("ip-permission.cidr", *rule.cidr);
        if (rule.group) facts.add("ip-permission.group-id", *rule.group);
    }
    return facts;
}

void write_source(Xml groups, Xml ranges, const schema::InboundRule& rule) {
    auto item = put(rule.group ? groups : ranges, "item");
    if (rule.group) {
        put(item, "userId", account);
        put(item, "groupId", *rule.group);
    } else {
        put(item, "cidrIp", rule.cidr.value_or(""));
    }
    if (!rule.description.empty()) put(item, "description", rule.description);
}

/// One permission per protocol and port range, with all of its sources, as EC2 shows them.
void write_permissions(Xml parent, const char* name,
                       const std::vector<schema::InboundRule>& rules) {
    using Ports = std::tuple<std::string, int, int>;
    std::map<Ports, std::vector<const schema::InboundRule*>> by_ports;
    for (const auto& rule : rules)
        by_ports[{rule.protocol, rule.from_port, rule.to_port}].push_back(&rule);
    auto set = put(parent, name);
    for (const auto& [ports, members] : by_ports) {
        const auto& [protocol, from, to] = ports;
        auto item = put(set, "item");
        put(item, "ipProtocol", protocol);
        if (protocol != "-1") {
            put(item, "fromPort", from);
            put(item, "toPort", to);
        }
        auto groups = put(item, "groups");
        auto ranges = put(item, "ipRanges");
        put(item, "ipv6Ranges");
        put(item, "prefixListIds");
        for (const auto* rule : members) write_source(groups, ranges, *rule);
    }
}

void write_group(Xml parent, const schema::SecurityGroup& group) {
    auto item = put(parent, "item");
    put(item, "ownerId", account);
    put(item, "groupId", group.id);
    put(item, "groupName", group.name);
    put(item, "groupDescription", group.description);
    put(item, "vpcId", group.vpc);
    write_permissions(item, "ipPermissions", group.inbound);
    write_permissions(item, "ipPermissionsEgress", {egress_rule(group)});
    write_ec2_tags(item, group.tags);
}

Error no_group(const std::string& name) {
    return Error{"InvalidGroup.NotFound", "The security group '" + name + "' does not exist.", "",
                 400};
}

std::string default_vpc(Call& call) {
    for (const auto& vpc : call.use_cases.vpcs().items)
        if (vpc.is_default) return vpc.id;
    return "";
}

/// The tags for what is being created; a specification for anything else is a mistake.
Result<std::vector<schema::Tag>> read_specified_tags(Params& params, std::string_view type) {
    std::vector<schema::Tag> tags;
    for (Params& item : params.list("TagSpecification")) {
        BOOST_OUTCOME_TRY(const auto resource, item.required("ResourceType"));
        if (resource != type)
            return invalid_value("TagSpecification", "This action tags a " + std::string(type) +
                                                         ", not a " + resource + ".");
        BOOST_OUTCOME_TRY(auto found, read_tags(item, "Tag"));
        tags.insert(tags.end(), found.begin(), found.end());
    }
    return tags;
}

Result<void> all_exist(const std::vector<std::string>& wanted,
                       const std::vector<schema::SecurityGroup>& groups, bool by_name) {
    for (const auto& text : wanted)
        if (std::none_of(groups.begin(), groups.end(), [&](const auto& group) {
                return (by_name ? group.name : group.id) == text;
            }))
            return no_group(text);
    return done();
}

bool chosen(const std::vector<std::string>& wanted, const std::string& text) {
    return wanted.empty() || std::find(wanted.begin(), wanted.end(), text) != wanted.end();
}

}  // namespace

Result<void> ready(Call& call) {
    BOOST_OUTCOME_TRY(const auto dry_run, call.params.boolean("DryRun"));
    BOOST_OUTCOME_TRYV(call.params.all_read());
    if (!dry_run.value_or(false)) return done();
    return Error{"DryRunOperation", "Request would have succeeded, but DryRun flag is set.", "",
                 412};
}

void write_ec2_tags(Xml parent, const std::vector<schema::Tag>& tags) {
    auto set = put(parent, "tagSet");
    for (const auto& tag : tags) {
        auto item = put(set, "item");
        put(item, "key", tag.key);
        put(item, "value", tag.value);
    }
}

schema::InboundRule egress_rule(const schema::SecurityGroup& group) {
    schema::InboundRule rule;
    rule.id = "sgr-" + group.id.substr(group.id.find('-') + 1);
    rule.protocol = "-1";
    rule.from_port = rule.to_port = -1;
    rule.cidr = "0.0.0.0/0";
    return rule;
}

Result<schema::SecurityGroup> read_group(Call& call) {
    const auto id = call.params.text("GroupId");
    const auto name = call.params.text("GroupName");
    if (id && name)
        return Error{"InvalidParameterCombination", "Give either GroupId or GroupName.", "", 400};
    if (id) {
        auto group = call.use_cases.security_group(*id);
        if (!group && group.error().http_status == 404) return no_group(*id);
        return group;
    }
    if (!name)
        return Error{"MissingParameter", "The request must contain the parameter GroupId.", "",
                     400};
    const auto vpc = default_vpc(call);
    for (auto& group : call.use_cases.security_groups().items)
        if (group.name == *name && group.vpc == vpc) return std::move(group);
    return no_group(*name);
}

Result<void> create_security_group(Call& call) {
    auto& params = call.params;
    schema::CreateSecurityGroup create;
    BOOST_OUTCOME_TRY(create.name, params.required("GroupName"));
    BOOST_OUTCOME_TRY(create.description, params.required("GroupDescription"));
    create.vpc = params.text("VpcId");
    BOOST_OUTCOME_TRY(auto tags, read_specified_tags(params, "security-group"));
    if (!tags.empty()) create.tags = std::move(tags);
    BOOST_OUTCOME_TRYV(ready(call));
    BOOST_OUTCOME_TRY(const auto group, call.use_cases.create_security_group(call.caller, create));
    put(call.out, "return", true);
    put(call.out, "groupId", group.id);
    write_ec2_tags(call.out, group.tags);
    return done();
}

Result<void> describe_security_groups(Call& call) {
    auto& params = call.params;
    const auto ids = params.texts("GroupId");
    const auto names = params.texts("GroupName");
    BOOST_OUTCOME_TRY(const auto filters, Filters::read(params, group_filters));
    BOOST_OUTCOME_TRY(const auto request, read_page(params, ec2_pages));
    BOOST_OUTCOME_TRYV(ready(call));
    auto found = call.use_cases.security_groups().items;
    BOOST_OUTCOME_TRYV(all_exist(ids, found, false));
    BOOST_OUTCOME_TRYV(all_exist(names, found, true));
    std::erase_if(found, [&](const auto& group) {
        return !chosen(ids, group.id) || !chosen(names, group.name) ||
               !filters.match(facts_of(group));
    });
    const auto page = cut(std::move(found), request, [](const auto& group) { return group.id; });
    auto set = put(call.out, "securityGroupInfo");
    for (const auto& group : page.items) write_group(set, group);
    if (!page.next.empty()) put(call.out, "nextToken", page.next);
    return done();
}

Result<void> delete_security_group(Call& call) {
    BOOST_OUTCOME_TRY(const auto group, read_group(call));
    BOOST_OUTCOME_TRYV(ready(call));
    BOOST_OUTCOME_TRYV(call.use_cases.delete_security_group(call.caller, group.id));
    put(call.out, "return", true);
    put(call.out, "groupId", group.id);
    return done();
}

}  // namespace millpond::admin::aws
