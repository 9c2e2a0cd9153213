// SPDX-License-Identifier: Apache-2.0
//
// Inbound permissions as AuthorizeSecurityGroupIngress and its reverse take them: a list of
// IpPermissions with many sources each, or the flat form with one. Either becomes plain rules.
#pragma once

#include "admin-api/aws/call.h"

namespace millpond::admin::aws {

/// `group` resolves the names of source groups (they live in its VPC). Fails when there is no rule
/// at all.
Result<std::vector<schema::NewInboundRule>> read_permissions(Call& call,
                                                             const schema::SecurityGroup& group);
bool has_permissions(const Params& params);

/// Whether both let in the same: descriptions do not count, nor does a range's host part.
bool same_permission(const schema::NewInboundRule& wanted, const schema::InboundRule& have);

}  // namespace millpond::admin::aws
