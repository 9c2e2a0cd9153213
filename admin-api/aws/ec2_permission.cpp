// SPDX-License-Identifier: Apache-2.0
#include "admin-api/aws/ec2_permission.h"

#include <arpa/inet.h>

#include <charconv>

namespace millpond::admin::aws {
namespace {

constexpr const char* ipv4_only = "the network is IPv4; Anywhere is 0.0.0.0/0.";

/// AWS takes names and numbers of protocols; -1 is all of them.
Result<std::string> read_protocol(Params& params) {
    BOOST_OUTCOME_TRY(const auto text, params.required("IpProtocol"));
    if (text == "tcp" || text == "6") return std::string("tcp");
    if (text == "-1" || text == "all") return std::string("-1");
    return invalid_value("IpProtocol",
                         "The protocol must be tcp, or -1 for all traffic: nodes speak "
                         "nothing else than TCP, so '" +
                             text + "' would open nothing.");
}

/// What all rules of one permission share.
Result<schema::NewInboundRule> read_ports(Params& params) {
    schema::NewInboundRule rule;
    BOOST_OUTCOME_TRY(rule.protocol, read_protocol(params));
    BOOST_OUTCOME_TRY(const auto from, params.integer("FromPort"));
    BOOST_OUTCOME_TRY(const auto to, params.integer("ToPort"));
    if (*rule.protocol == "-1") {
        rule.from_port = rule.to_port = -1;  // as EC2, which ignores the ports then
        return rule;
    }
    if (!from || !to)
        return Error{"MissingParameter", "FromPort and ToPort are needed with the protocol tcp.",
                     "", 400};
    rule.from_port = *from;
    rule.to_port = *to;
    return rule;
}

Result<std::string> group_by_name(Call& call, const std::string& name,
                                  const schema::SecurityGroup& near) {
    for (const auto& group : call.use_cases.security_groups().items)
        if (group.name == name && group.vpc == near.vpc) return group.id;
    return Error{"InvalidGroup.NotFound", "The security group '" + name + "' does not exist.", "",
                 400};
}

Result<void> check_owner(const std::optional<std::string>& owner) {
    if (!owner || owner->empty() || *owner == account) return done();
    return invalid_value("UserId",
                         "The account " + *owner + " is not known here; ours is " + account + ".");
}

Result<schema::NewInboundRule> read_source_group(Call& call, Params& item,
                                                 const schema::SecurityGroup& group,
                                                 schema::NewInboundRule rule) {
    BOOST_OUTCOME_TRYV(check_owner(item.text("UserId")));
    item.ignore({"VpcId", "PeeringStatus"});
    BOOST_OUTCOME_TRYV(item.refuse({{"VpcPeeringConnectionId", "", "there is no peering."}}));
    rule.description = item.text("Description");
    rule.group = item.text("GroupId");
    const auto name = item.text("GroupName");
    if (!rule.group && name) {
        BOOST_OUTCOME_TRY(rule.group, group_by_name(call, *name, group));
    }
    if (!rule.group) return Error{"MissingParameter", "A source group needs its GroupId.", "", 400};
    return rule;
}

Result<void> read_permission(Call& call, Params& item, const schema::SecurityGroup& group,
                             std::vector<schema::NewInboundRule>& rules) {
    BOOST_OUTCOME_TRY(const auto ports, read_ports(item));
    BOOST_OUTCOME_TRYV(item.refuse({{"Ipv6Ranges", "", ipv4_only}}));
    BOOST_OUTCOME_TRYV(item.refuse({{"PrefixListIds", "", "there are no prefix lists."}}));
    for (Params& range : item.list("IpRanges")) {
        auto rule = ports;
        BOOST_OUTCOME_TRY(rule.cidr, range.required("CidrIp"));
        rule.description = range.text("Description");
        rules.push_back(std::move(rule));
    }
    for (const char* name : {"Groups", "UserIdGroupPairs"})
        for (Params& source : item.list(name)) {
            BOOST_OUTCOME_TRY(auto rule, read_source_group(call, source, group, ports));
            rules.push_back(std::move(rule));
        }
    return done();
}

/// CidrIp, or SourceSecurityGroupName, beside IpProtocol, FromPort and ToPort.
Result<void> read_flat(Call& call, const schema::SecurityGroup& group,
                       std::vector<schema::NewInboundRule>& rules) {
    auto& params = call.params;
    auto cidr = params.text("CidrIp");
    const auto name = params.text("SourceSecurityGroupName");
    BOOST_OUTCOME_TRYV(check_owner(params.text("SourceSecurityGroupOwnerId")));
    if (cidr && name)
        return Error{"InvalidParameterCombination",
                     "Give either CidrIp or SourceSecurityGroupName.", "", 400};
    schema::NewInboundRule rule;
    if (cidr) {
        BOOST_OUTCOME_TRY(rule, read_ports(params));
        rule.cidr = std::move(cidr);
    } else if (name) {
        // In this old form a source group stands for all of its traffic.
        if (params.has("IpProtocol")) {
            BOOST_OUTCOME_TRY(rule, read_ports(params));
        } else {
            rule.protocol = "-1";
            rule.from_port = rule.to_port = -1;
        }
        BOOST_OUTCOME_TRY(rule.group, group_by_name(call, *name, group));
    }
    if (rule.cidr || rule.group) rules.push_back(std::move(rule));
    return done();
}

struct Range {
    std::uint32_t network = 0;
    int bits = -1;
    bool operator==(const Range&) const = default;
};

/// The range without its host part; nothing for what is none (the use case says what is wrong with
/// it).
std::optional<Range> parse_range(const std::string& text) {
    const auto slash = text.find('/');
    if (slash == std::string::npos) return std::nullopt;
    in_addr address{};
    int bits = -1;
    const char* end = text.data() + text.size();
    const auto [stop, why] = std::from_chars(text.data() + slash + 1, end, bits);
    if (why != std::errc() || stop != end || bits < 0 || bits > 32) return std::nullopt;
    if (inet_pton(AF_INET, text.substr(0, slash).c_str(), &address) != 1) return std::nullopt;
    const std::uint32_t mask = bits == 0 ? 0 : ~std::uint32_t{0} << (32 - bits);
    return Range{ntohl(address.s_addr) & mask, bits};
}

bool same_cidr(const std::optional<std::string>& a, const std::optional<std::string>& b) {
    if (!a || !b) return a == b;
    const auto first = parse_range(*a);
    return *a == *b || (first && first == parse_range(*b));
}

}  // namespace

bool has_permissions(const Params& params) {
    return params.has("IpPermissions") || params.has("CidrIp") ||
           params.has("SourceSecurityGroupName");
}

Result<std::vector<schema::NewInboundRule>> read_permissions(Call& call,
                                                             const schema::SecurityGroup& group) {
    std::vector<schema::NewInboundRule> rules;
    for (Params& item : call.params.list("IpPermissions")) {
        BOOST_OUTCOME_TRYV(read_permission(call, item, group, rules));
    }
    BOOST_OUTCOME_TRYV(read_flat(call, group, rules));
    if (!rules.empty()) return rules;
    return Error{"MissingParameter",
                 "The request must name a source: IpPermissions with IpRanges or a source group.",
                 "", 400};
}

bool same_permission(const schema::NewInboundRule& wanted, const schema::InboundRule& have) {
    return wanted.protocol.value_or("tcp") == have.protocol && wanted.from_port == have.from_port &&
           wanted.to_port == have.to_port && same_cidr(wanted.cidr, have.cidr) &&
           wanted.group == have.group;
}

}  // namespace millpond::admin::aws
