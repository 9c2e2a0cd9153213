// SPDX-License-Identifier: Apache-2.0
//
// Tags belong to the replication group; its members answer with the same ones.
#include "admin-api/aws/elasticache.h"
#include "admin-api/aws/tags.h"

namespace millpond::admin::aws {
namespace {

constexpr std::string_view member_kind = ":cluster:";

bool is_member(const std::string& arn) {
    return arn.find(member_kind) != std::string::npos;
}

/// The ARN of a member's replication group; any other ARN as it is.
Result<std::string> tagged_arn(Call& call, const std::string& arn) {
    if (!is_member(arn)) return arn;
    const auto id = arn.substr(arn.find(member_kind) + member_kind.size());
    for (const auto& cluster : call.use_cases.clusters().items)
        for (const auto& node : cluster.nodes)
            if (node.id == id) return cluster.arn;
    return Error{"CacheClusterNotFound", "CacheCluster " + id + " not found.", "ResourceName", 404};
}

Result<std::string> arn_to_change(Params& params) {
    BOOST_OUTCOME_TRY(auto arn, params.required("ResourceName"));
    if (is_member(arn))
        return Error{"InvalidARN", "Tag the replication group: its members share its tags.",
                     "ResourceName", 400};
    return arn;
}

Result<void> write_result(Call& call, Result<std::vector<schema::Tag>> tags) {
    if (!tags) return std::move(tags.error());
    write_tag_list(call.out, tags.value());
    return done();
}

}  // namespace

Result<void> add_tags_to_resource(Call& call) {
    BOOST_OUTCOME_TRY(const auto arn, arn_to_change(call.params));
    BOOST_OUTCOME_TRY(const auto tags, read_tags(call.params, "Tags"));
    BOOST_OUTCOME_TRYV(call.params.all_read());
    if (tags.empty()) return invalid_value("Tags", "Give at least one tag.");
    return write_result(call, call.use_cases.add_tags(call.caller, arn, tags));
}

Result<void> remove_tags_from_resource(Call& call) {
    BOOST_OUTCOME_TRY(const auto arn, arn_to_change(call.params));
    const auto keys = call.params.texts("TagKeys");
    BOOST_OUTCOME_TRYV(call.params.all_read());
    if (keys.empty()) return invalid_value("TagKeys", "Give at least one tag key.");
    return write_result(call, call.use_cases.remove_tags(call.caller, arn, keys));
}

Result<void> list_tags_for_resource(Call& call) {
    BOOST_OUTCOME_TRY(const auto given, call.params.required("ResourceName"));
    BOOST_OUTCOME_TRYV(call.params.all_read());
    BOOST_OUTCOME_TRY(const auto arn, tagged_arn(call, given));
    return write_result(call, call.use_cases.tags(arn));
}

}  // namespace millpond::admin::aws
