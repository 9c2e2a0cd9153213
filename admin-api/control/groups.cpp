// SPDX-License-Identifier: Apache-2.0
//
// The use cases of security groups. They change no cluster's status: the reconciler hands the new
// rules to the nodes at once.
#include <algorithm>
#include <set>
#include <tuple>

#include "admin-api/control/control.h"
#include "admin-api/control/validation.h"

namespace millpond::admin {
namespace {

auto identity(const schema::InboundRule& rule) {
    return std::make_tuple(rule.protocol, rule.from_port, rule.to_port, rule.cidr.value_or(""),
                           rule.group.value_or(""));
}

std::string words_for(const schema::InboundRule& rule) {
    return "peer: " + (rule.cidr ? *rule.cidr : *rule.group) + ", " + rule.protocol +
           ", from port: " + std::to_string(rule.from_port) +
           ", to port: " + std::to_string(rule.to_port);
}

// Sources given as a group's name are looked up, as in AWS's default VPC.
Result<void> resolve_source(const State& state, schema::InboundRule& rule, std::size_t index) {
    if (!rule.group || state.group(*rule.group)) return boost::outcome_v2::success();
    auto error = no_such_group(*rule.group);
    error.field = "rules[" + std::to_string(index) + "].group";
    error.http_status = 400;
    return error;
}

}  // namespace

Listing<schema::SecurityGroup> Control::security_groups() {
    const auto state = catalog_.read();
    Listing<schema::SecurityGroup> out{state->revision, {}};
    for (const auto& [id, group] : state->groups) out.items.push_back(shown(*state, *group));
    return out;
}

Result<schema::SecurityGroup> Control::security_group(std::string_view id) {
    const auto state = catalog_.read();
    const auto* group = state->group(id);
    if (!group) return no_such_group(id);
    return shown(*state, *group);
}

Result<schema::SecurityGroup> Control::create_security_group(
    const Caller& caller, const schema::CreateSecurityGroup& request) {
    return audited<schema::SecurityGroup>(
        caller, "create-security-group", request.name, schema::to_json_text(request),
        [&](Draft& draft) -> Result<schema::SecurityGroup> {
            const auto& state = draft.state();
            BOOST_OUTCOME_TRYV(valid_group_name(request.name));
            schema::SecurityGroup group;
            group.vpc = request.vpc.value_or(state.vpc);
            if (group.vpc != state.vpc)
                return Error{"InvalidVpcID.NotFound",
                             "There is no VPC \"" + group.vpc.substr(0, 60) + "\".", "vpc", 400};
            for (const auto& [id, other] : state.groups)
                if (other->name == request.name)
                    return Error{"InvalidGroup.Duplicate",
                                 "The security group '" + request.name +
                                     "' already exists for VPC '" + group.vpc + "'.",
                                 "name", 400};
            group.name = request.name;
            group.description = request.description.value_or("");
            BOOST_OUTCOME_TRYV(valid_description(group.description, "description"));
            group.tags = request.tags.value_or(std::vector<schema::Tag>{});
            BOOST_OUTCOME_TRYV(valid_tags(group.tags));
            group.id = new_id("sg-", 17);
            group.created_at = draft.now_text();
            draft.put(group);
            return shown(draft.state(), *draft.state().group(group.id));
        });
}

Result<schema::SecurityGroup> Control::authorize_inbound(const Caller& caller, std::string_view id,
                                                         const schema::AuthorizeInbound& request) {
    return audited<schema::SecurityGroup>(
        caller, "authorize-inbound", std::string(id), schema::to_json_text(request),
        [&](Draft& draft) -> Result<schema::SecurityGroup> {
            const auto* found = draft.state().group(id);
            if (!found) return no_such_group(id);
            BOOST_OUTCOME_TRYV(check_revision(caller, found->revision));
            if (request.rules.empty()) return invalid_value("rules", "Give at least one rule.");
            schema::SecurityGroup group = *found;
            for (std::size_t i = 0; i < request.rules.size(); ++i) {
                BOOST_OUTCOME_TRY(auto rule, valid_rule(request.rules[i], i));
                BOOST_OUTCOME_TRYV(resolve_source(draft.state(), rule, i));
                for (const auto& other : group.inbound)
                    if (identity(other) == identity(rule))
                        return Error{
                            "InvalidPermission.Duplicate",
                            "The specified rule \"" + words_for(rule) + "\" already exists.",
                            "rules[" + std::to_string(i) + "]", 400};
                rule.id = new_id("sgr-", 17);
                group.inbound.push_back(std::move(rule));
            }
            if (group.inbound.size() > rules_per_group_max)
                return Error{"RulesPerSecurityGroupLimitExceeded",
                             "A security group has at most 60 inbound rules.", "rules", 400};
            draft.put(group);
            return shown(draft.state(), *draft.state().group(group.id));
        });
}

Result<schema::SecurityGroup> Control::revoke_inbound(const Caller& caller, std::string_view id,
                                                      const std::vector<std::string>& rules) {
    return audited<schema::SecurityGroup>(
        caller, "revoke-inbound", std::string(id), schema::to_json_text(rules),
        [&](Draft& draft) -> Result<schema::SecurityGroup> {
            const auto* found = draft.state().group(id);
            if (!found) return no_such_group(id);
            BOOST_OUTCOME_TRYV(check_revision(caller, found->revision));
            if (rules.empty()) return invalid_value("rules", "Name at least one rule.");
            schema::SecurityGroup group = *found;
            const std::set<std::string> gone(rules.begin(), rules.end());
            for (const auto& rule : gone)
                if (std::none_of(group.inbound.begin(), group.inbound.end(),
                                 [&](const auto& one) { return one.id == rule; }))
                    return Error{"InvalidSecurityGroupRuleId.NotFound",
                                 "The security group " + group.id + " has no rule \"" +
                                     rule.substr(0, 60) + "\".",
                                 "", 404};
            std::erase_if(group.inbound, [&](const auto& one) { return gone.contains(one.id); });
            draft.put(group);
            return shown(draft.state(), *draft.state().group(group.id));
        });
}

Result<void> Control::delete_security_group(const Caller& caller, std::string_view id) {
    const auto result = audited<schema::Tag>(
        caller, "delete-security-group", std::string(id), "",
        [&](Draft& draft) -> Result<schema::Tag> {
            const auto& state = draft.state();
            const auto* group = state.group(id);
            if (!group) return no_such_group(id);
            BOOST_OUTCOME_TRYV(check_revision(caller, group->revision));
            if (group->is_default)
                return Error{"CannotDelete", "The VPC's default security group cannot be deleted.",
                             "", 400};
            std::string users;
            for (const auto& user : state.users_of(id)) users += (users.empty() ? "" : ", ") + user;
            if (!users.empty())
                return Error{"DependencyViolation",
                             "The security group " + group->id + " is used by " + users +
                                 ": give them another group first.",
                             "", 400};
            for (const auto& [other_id, other] : state.groups)
                for (const auto& rule : other->inbound)
                    if (other_id != id && rule.group == std::string(id))
                        return Error{"DependencyViolation",
                                     "The security group " + group->id +
                                         " is the source of the rule " + rule.id + " of " +
                                         other->name + ": remove that rule first.",
                                     "", 400};
            draft.erase_group(std::string(id));
            return schema::Tag{};
        });
    if (!result) return result.error();
    return boost::outcome_v2::success();
}

}  // namespace millpond::admin
