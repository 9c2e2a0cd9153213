// SPDX-License-Identifier: Apache-2.0
//
// The actions of EC2 (API version 2016-11-15) that security groups and their network need, by file.
// Pure but for the use cases; any thread.
#pragma once

#include "admin-api/aws/call.h"
#include "admin-api/aws/ec2_filter.h"
#include "admin-api/aws/page.h"

namespace millpond::admin::aws {

// ec2_network.cpp
Result<void> describe_vpcs(Call& call);
Result<void> describe_subnets(Call& call);
Result<void> describe_availability_zones(Call& call);
// ec2_groups.cpp
Result<void> create_security_group(Call& call);
Result<void> describe_security_groups(Call& call);
Result<void> delete_security_group(Call& call);
// ec2_rules.cpp
Result<void> describe_security_group_rules(Call& call);
Result<void> authorize_security_group_ingress(Call& call);
Result<void> revoke_security_group_ingress(Call& call);

/// To be asked when all parameters are read: refuses the unread ones, and ends a DryRun here.
Result<void> ready(Call& call);

/// The group that GroupId names, or GroupName within the default VPC.
Result<schema::SecurityGroup> read_group(Call& call);

void write_ec2_tags(Xml parent, const std::vector<schema::Tag>& tags);
/// One item of securityGroupRuleSet.
void write_rule(Xml parent, const schema::SecurityGroup& group, const schema::InboundRule& rule,
                bool egress = false);
/// The rule that every group has: all traffic out. Nothing on this machine restricts it.
schema::InboundRule egress_rule(const schema::SecurityGroup& group);

}  // namespace millpond::admin::aws
