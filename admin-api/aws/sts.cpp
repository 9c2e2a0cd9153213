// SPDX-License-Identifier: Apache-2.0
//
// The one action of STS that tools call to see whom they are talking to.
#include "admin-api/aws/call.h"

namespace millpond::admin::aws {
namespace {

Result<void> get_caller_identity(Call& call) {
    BOOST_OUTCOME_TRYV(call.params.all_read());
    put(call.out, "Arn", "arn:aws:iam::000000000000:user/millpond");
    put(call.out, "UserId", "MLPDLOCALUSER");
    put(call.out, "Account", account);
    return done();
}

}  // namespace

const Actions& sts_actions() {
    static const Actions actions{{"GetCallerIdentity", {get_caller_identity}}};
    return actions;
}

}  // namespace millpond::admin::aws
