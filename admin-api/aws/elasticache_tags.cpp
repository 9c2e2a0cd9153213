// SPDX-License-Identifier: Apache-2.0
//
// Tags by ARN: a member's are those of its replication group.
#include "admin-api/aws/elasticache.h"
#include "admin-api/aws/tags.h"

namespace millpond::admin::aws {
namespace {

Result<void> write_result(Call& call, Result<std::vector<schema::Tag>> tags) {
    if (!tags) return std::move(tags.error());
    write_tag_list(call.out, tags.value());
    return done();
}

}  // namespace

Result<void> add_tags_to_resource(Call& call) {
    BOOST_OUTCOME_TRY(const auto arn, call.params.required("ResourceName"));
    BOOST_OUTCOME_TRY(const auto tags, read_tags(call.params, "Tags"));
    BOOST_OUTCOME_TRYV(call.params.all_read());
    if (tags.empty()) return invalid_value("Tags", "Give at least one tag.");
    return write_result(call, call.use_cases.add_tags(call.caller, arn, tags));
}

Result<void> remove_tags_from_resource(Call& call) {
    BOOST_OUTCOME_TRY(const auto arn, call.params.required("ResourceName"));
    const auto keys = call.params.texts("TagKeys");
    BOOST_OUTCOME_TRYV(call.params.all_read());
    if (keys.empty()) return invalid_value("TagKeys", "Give at least one tag key.");
    return write_result(call, call.use_cases.remove_tags(call.caller, arn, keys));
}

Result<void> list_tags_for_resource(Call& call) {
    BOOST_OUTCOME_TRY(const auto arn, call.params.required("ResourceName"));
    BOOST_OUTCOME_TRYV(call.params.all_read());
    return write_result(call, call.use_cases.tags(arn));
}

}  // namespace millpond::admin::aws
