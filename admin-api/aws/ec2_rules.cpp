// SPDX-License-Identifier: Apache-2.0
#include "admin-api/aws/ec2.h"
#include "admin-api/aws/ec2_permission.h"

namespace millpond::admin::aws {
namespace {

struct Rule {
    schema::SecurityGroup group;
    schema::InboundRule rule;
    bool egress;
};

std::vector<Rule> all_rules(Call& call) {
    std::vector<Rule> rules;
    for (const auto& group : call.use_cases.security_groups().items) {
        for (const auto& rule : group.inbound) rules.push_back({group, rule, false});
        rules.push_back({group, egress_rule(group), true});
    }
    return rules;
}

Error no_rule(const std::string& id) {
    return Error{"InvalidSecurityGroupRuleId.NotFound",
                 "The security group rule ID '" + id + "' does not exist.", "", 400};
}

Facts facts_of(const Rule& item) {
    Facts facts;
    facts.add("group-id", item.group.id);
    facts.add("security-group-rule-id", item.rule.id);
    return facts;
}

/// The ids of the rules of `group` that are what was asked for; all of them, or an error.
Result<std::vector<std::string>> ids_of(const std::vector<schema::NewInboundRule>& wanted,
                                        const schema::SecurityGroup& group) {
    std::vector<std::string> ids;
    for (const auto& permission : wanted) {
        const auto found =
            std::find_if(group.inbound.begin(), group.inbound.end(),
                         [&](const auto& rule) { return same_permission(permission, rule); });
        if (found == group.inbound.end())
            return Error{"InvalidPermission.NotFound",
                         "The specified rule does not exist in this security group.", "", 400};
        ids.push_back(found->id);
    }
    return ids;
}

Result<std::vector<std::string>> rules_to_revoke(Call& call, const schema::SecurityGroup& group) {
    const auto ids = call.params.texts("SecurityGroupRuleId");
    if (ids.empty()) {
        BOOST_OUTCOME_TRY(const auto wanted, read_permissions(call, group));
        return ids_of(wanted, group);
    }
    if (has_permissions(call.params))
        return Error{"InvalidParameterCombination",
                     "Give either rule ids or permissions, not both.", "", 400};
    for (const auto& id : ids)
        if (std::none_of(group.inbound.begin(), group.inbound.end(),
                         [&](const auto& rule) { return rule.id == id; }))
            return no_rule(id);
    return ids;
}

}  // namespace

void write_rule(Xml parent, const schema::SecurityGroup& group, const schema::InboundRule& rule,
                bool egress) {
    auto item = put(parent, "item");
    put(item, "securityGroupRuleId", rule.id);
    put(item, "groupId", group.id);
    put(item, "groupOwnerId", account);
    put(item, "isEgress", egress);
    put(item, "ipProtocol", rule.protocol);
    put(item, "fromPort", rule.from_port);
    put(item, "toPort", rule.to_port);
    if (rule.cidr) put(item, "cidrIpv4", *rule.cidr);
    if (rule.group) {
        auto source = put(item, "referencedGroupInfo");
        put(source, "groupId", *rule.group);
        put(source, "userId", account);
        put(source, "vpcId", group.vpc);
    }
    if (!rule.description.empty()) put(item, "description", rule.description);
    put(item, "tagSet");
}

Result<void> describe_security_group_rules(Call& call) {
    auto& params = call.params;
    const auto ids = params.texts("SecurityGroupRuleId");
    BOOST_OUTCOME_TRY(const auto filters,
                      Filters::read(params, {"group-id", "security-group-rule-id", "tag:"}));
    BOOST_OUTCOME_TRY(const auto request, read_page(params, ec2_pages));
    BOOST_OUTCOME_TRYV(ready(call));
    auto found = all_rules(call);
    for (const auto& id : ids)
        if (std::none_of(found.begin(), found.end(),
                         [&](const auto& item) { return item.rule.id == id; }))
            return no_rule(id);
    std::erase_if(found, [&](const auto& item) {
        const bool wanted =
            ids.empty() || std::find(ids.begin(), ids.end(), item.rule.id) != ids.end();
        return !wanted || !filters.match(facts_of(item));
    });
    const auto page = cut(std::move(found), request, [](const auto& item) { return item.rule.id; });
    auto set = put(call.out, "securityGroupRuleSet");
    for (const auto& item : page.items) write_rule(set, item.group, item.rule, item.egress);
    if (!page.next.empty()) put(call.out, "nextToken", page.next);
    return done();
}

Result<void> authorize_security_group_ingress(Call& call) {
    auto& params = call.params;
    BOOST_OUTCOME_TRY(const auto group, read_group(call));
    schema::AuthorizeInbound wanted;
    BOOST_OUTCOME_TRY(wanted.rules, read_permissions(call, group));
    BOOST_OUTCOME_TRYV(
        params.refuse({{"TagSpecification", "", "rules carry no tags; use the description."}}));
    BOOST_OUTCOME_TRYV(ready(call));
    BOOST_OUTCOME_TRY(const auto after,
                      call.use_cases.authorize_inbound(call.caller, group.id, wanted));
    put(call.out, "return", true);
    auto set = put(call.out, "securityGroupRuleSet");
    for (const auto& permission : wanted.rules)
        for (const auto& rule : after.inbound)
            if (same_permission(permission, rule)) write_rule(set, after, rule);
    return done();
}

Result<void> revoke_security_group_ingress(Call& call) {
    BOOST_OUTCOME_TRY(const auto group, read_group(call));
    BOOST_OUTCOME_TRY(const auto ids, rules_to_revoke(call, group));
    BOOST_OUTCOME_TRYV(ready(call));
    BOOST_OUTCOME_TRYV(call.use_cases.revoke_inbound(call.caller, group.id, ids));
    put(call.out, "return", true);
    return done();
}

}  // namespace millpond::admin::aws
