// SPDX-License-Identifier: Apache-2.0
//
// The network model: VPCs, subnets, security groups, and who was let in or refused.
#pragma once

#include "admin-api/schema/common.h"

namespace millpond::admin::schema {

struct Subnet {
    std::string id;  ///< "subnet-..."
    std::string vpc;
    std::string cidr;
    std::string zone;  ///< local-1a, local-1b, local-1c
    int available_addresses = 0;
};
BOOST_DESCRIBE_STRUCT(Subnet, (), (id, vpc, cidr, zone, available_addresses))

struct Vpc {
    std::string id;  ///< "vpc-..."
    std::string name;
    std::string cidr;
    bool is_default = false;
    std::vector<Subnet> subnets;
};
BOOST_DESCRIBE_STRUCT(Vpc, (), (id, name, cidr, is_default, subnets))

/// One inbound rule. Exactly one of `cidr` ("0.0.0.0/0" is Anywhere) and `group` (another security
/// group's id) is set. `protocol`: tcp, or -1 for all traffic (then the ports are -1 too).
struct InboundRule {
    std::string id;  ///< "sgr-..."; given by the API
    std::string protocol = "tcp";
    int from_port = 6379;
    int to_port = 6379;
    std::optional<std::string> cidr;
    std::optional<std::string> group;
    std::string description;
};
BOOST_DESCRIBE_STRUCT(InboundRule, (), (id, protocol, from_port, to_port, cidr, group, description))

struct SecurityGroup {
    std::string id;  ///< "sg-..."
    std::string name;
    std::string description;
    std::string vpc;
    bool is_default = false;
    std::vector<InboundRule> inbound;
    std::vector<std::string> used_by;  ///< cluster ids
    std::vector<Tag> tags;
    std::string created_at;
    Revision revision = 0;
};
BOOST_DESCRIBE_STRUCT(SecurityGroup, (),
                      (id, name, description, vpc, is_default, inbound, used_by, tags, created_at,
                       revision))

/// POST /v1/security-groups.
struct CreateSecurityGroup {
    std::string name;
    std::optional<std::string> description;
    std::optional<std::string> vpc;  ///< absent: the default VPC
    std::optional<std::vector<Tag>> tags;
};
BOOST_DESCRIBE_STRUCT(CreateSecurityGroup, (), (name, description, vpc, tags))

/// One rule to add, in POST /v1/security-groups/{id}/rules. `id` is the API's to give.
struct NewInboundRule {
    std::optional<std::string> protocol;  ///< default tcp
    int from_port = 6379;
    int to_port = 6379;
    std::optional<std::string> cidr;
    std::optional<std::string> group;
    std::optional<std::string> description;
};
BOOST_DESCRIBE_STRUCT(NewInboundRule, (), (protocol, from_port, to_port, cidr, group, description))

struct AuthorizeInbound {
    std::vector<NewInboundRule> rules;
};
BOOST_DESCRIBE_STRUCT(AuthorizeInbound, (), (rules))

/// Connections of one source to one cluster since its nodes started. `uid` and `process` name the
/// peer on this machine where the kernel tells (an unbound client appears as 127.0.0.1).
struct ConnectionSource {
    std::string cluster;
    std::string node;
    std::string address;
    std::int64_t accepted = 0;
    std::int64_t refused = 0;
    std::optional<std::int64_t> uid;
    std::optional<std::string> process;
    std::string reason;  ///< of the last refusal: "no security group rule", "outside the VPC"
    std::string last_seen;
};
BOOST_DESCRIBE_STRUCT(ConnectionSource, (),
                      (cluster, node, address, accepted, refused, uid, process, reason, last_seen))

/// POST /v1/reachability, and its answer.
struct ReachabilityQuery {
    std::string cluster;
    std::string source;  ///< an address
};
BOOST_DESCRIBE_STRUCT(ReachabilityQuery, (), (cluster, source))

struct Reachability {
    bool allowed = false;
    std::string reason;  ///< a sentence: which rule of which group, or what refuses
    std::optional<std::string> group;
    std::optional<std::string> rule;
};
BOOST_DESCRIBE_STRUCT(Reachability, (), (allowed, reason, group, rule))

}  // namespace millpond::admin::schema
