// SPDX-License-Identifier: Apache-2.0
#include "admin-api/aws/ec2.h"

namespace millpond::admin::aws {

const Actions& ec2_actions() {
    static const Actions actions{
        {"DescribeVpcs", {describe_vpcs}},
        {"DescribeSubnets", {describe_subnets}},
        {"DescribeAvailabilityZones", {describe_availability_zones}},
        {"CreateSecurityGroup", {create_security_group, true}},
        {"DescribeSecurityGroups", {describe_security_groups}},
        {"DescribeSecurityGroupRules", {describe_security_group_rules}},
        {"AuthorizeSecurityGroupIngress", {authorize_security_group_ingress, true}},
        {"RevokeSecurityGroupIngress", {revoke_security_group_ingress, true}},
        {"DeleteSecurityGroup", {delete_security_group, true}},
    };
    return actions;
}

}  // namespace millpond::admin::aws
