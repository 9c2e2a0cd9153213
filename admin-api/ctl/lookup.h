// SPDX-License-Identifier: Apache-2.0
//
// Names as users give them: a security group by name or id, a node by its id alone. Main's thread.
#pragma once

#include <string>
#include <vector>

#include "admin-api/ctl/context.h"

namespace millpond::admin::ctl {

schema::SecurityGroup find_group(Context& context, const std::string& name_or_id);
/// The ids for a list of names or ids, in the same order.
std::vector<std::string> find_group_ids(Context& context, const std::vector<std::string>& names);
/// The cluster that has this node; fails when there is none.
schema::Cluster cluster_of_node(Context& context, const std::string& node);

}  // namespace millpond::admin::ctl
