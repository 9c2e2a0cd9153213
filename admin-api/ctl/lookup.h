// SPDX-License-Identifier: Apache-2.0
//
// Names as users give them: a security group by name or id, a node without its cluster. Main's
// thread.
#pragma once

#include <string>
#include <vector>

#include "admin-api/ctl/context.h"

namespace millpond::admin::ctl {

schema::SecurityGroup find_group(Context& context, const std::string& name_or_id);
/// The ids for a list of names or ids, in the same order.
std::vector<std::string> find_group_ids(Context& context, const std::vector<std::string>& names);
/// The cluster of this name, or the one that has this node; fails when there is none.
schema::Cluster cluster_named(Context& context, const std::string& name);

}  // namespace millpond::admin::ctl
