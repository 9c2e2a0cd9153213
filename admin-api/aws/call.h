// SPDX-License-Identifier: Apache-2.0
//
// One call of an action on its way through: what was asked, whom to ask, where the answer goes. An
// action reads its parameters, refuses what it does not know, calls the use cases and writes its
// result. It belongs to one request and one thread.
#pragma once

#include <map>
#include <string_view>

#include "admin-api/aws/params.h"
#include "admin-api/aws/xml.h"
#include "admin-api/control/use_cases.h"

namespace millpond::admin::aws {

/// Whose resources all of these are, in ARNs and owner ids.
inline constexpr const char* account = "000000000000";

struct Call {
    UseCases& use_cases;
    Caller caller;
    Params& params;
    Xml out;  ///< the result element, or the root for EC2
    std::int64_t now_ms;
};

using Action = Result<void> (*)(Call&);
struct ActionInfo {
    Action run;
    bool changes = false;
};
using Actions = std::map<std::string_view, ActionInfo>;

const Actions& elasticache_actions();
const Actions& ec2_actions();
const Actions& sts_actions();

inline auto done() {
    return boost::outcome_v2::success();
}

}  // namespace millpond::admin::aws
