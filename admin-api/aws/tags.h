// SPDX-License-Identifier: Apache-2.0
//
// Tags as both protocols send them. Pure; any thread.
#pragma once

#include "admin-api/aws/params.h"
#include "admin-api/schema/common.h"

namespace millpond::admin::aws {

/// The list `name` of structures with Key and, unless it is empty, Value.
Result<std::vector<schema::Tag>> read_tags(Params& params, std::string_view name);

}  // namespace millpond::admin::aws
