// SPDX-License-Identifier: Apache-2.0
//
// Tags, of clusters (by ARN or by a node's ARN, which names the same cluster) and of security
// groups.
#include <algorithm>

#include "admin-api/control/control.h"
#include "admin-api/control/validation.h"

namespace millpond::admin {
namespace {

struct Target {
    const ClusterRecord* cluster = nullptr;
    const schema::SecurityGroup* group = nullptr;
};

// "arn:aws:SERVICE:REGION:ACCOUNT:KIND:ID" (ElastiCache) or "...:security-group/ID" (EC2), or a
// bare sg-....
Result<Target> find_target(const State& state, std::string_view arn) {
    if (arn.starts_with("sg-")) {
        const auto* group = state.group(arn);
        return group ? Result<Target>(Target{nullptr, group}) : Result<Target>(no_such_group(arn));
    }
    const auto name = arn.substr(std::min(arn.size(), arn.find_last_of(":/") + 1));
    if (!arn.starts_with("arn:") || arn == name)
        return Error{"InvalidARN",
                     "\"" + std::string(arn.substr(0, 100)) + "\" is no resource's ARN.", "arn",
                     400};
    const auto before = arn.substr(0, arn.size() - name.size() - 1);
    if (before.ends_with("security-group")) {
        const auto* group = state.group(name);
        return group ? Result<Target>(Target{nullptr, group}) : Result<Target>(no_such_group(name));
    }
    if (before.ends_with(":replicationgroup")) {
        const auto* cluster = state.cluster(name);
        return cluster ? Result<Target>(Target{cluster, nullptr})
                       : Result<Target>(no_such_cluster(name));
    }
    if (before.ends_with(":cluster")) {
        if (const auto* cluster = state.cluster_of_node(name)) return Target{cluster, nullptr};
        return Error{"CacheClusterNotFound",
                     "There is no node \"" + std::string(name.substr(0, 60)) + "\".", "", 404};
    }
    return Error{"InvalidARN",
                 "\"" + std::string(arn.substr(0, 100)) + "\" is of a kind that has no tags here.",
                 "arn", 400};
}

void set_tag(std::vector<schema::Tag>& tags, const schema::Tag& tag) {
    const auto at =
        std::find_if(tags.begin(), tags.end(), [&](const auto& one) { return one.key == tag.key; });
    if (at == tags.end())
        tags.push_back(tag);
    else
        at->value = tag.value;
}

}  // namespace

Result<std::vector<schema::Tag>> Control::tags(std::string_view arn) {
    const auto state = catalog_.read();
    BOOST_OUTCOME_TRY(auto target, find_target(*state, arn));
    return target.cluster ? target.cluster->tags : target.group->tags;
}

Result<std::vector<schema::Tag>> Control::edit_tags(
    const Caller& caller, const std::string& action, std::string_view arn,
    const std::string& request,
    const std::function<Result<std::vector<schema::Tag>>(std::vector<schema::Tag>)>& edit) {
    return audited<std::vector<schema::Tag>>(
        caller, action, std::string(arn), request,
        [&](Draft& draft) -> Result<std::vector<schema::Tag>> {
            BOOST_OUTCOME_TRY(auto target, find_target(draft.state(), arn));
            BOOST_OUTCOME_TRYV(check_revision(
                caller, target.cluster ? target.cluster->revision : target.group->revision));
            BOOST_OUTCOME_TRY(auto tags,
                              edit(target.cluster ? target.cluster->tags : target.group->tags));
            BOOST_OUTCOME_TRYV(valid_tags(tags));
            if (target.cluster) {
                ClusterRecord cluster = *target.cluster;
                cluster.tags = tags;
                draft.put(std::move(cluster));
            } else {
                schema::SecurityGroup group = *target.group;
                group.tags = tags;
                draft.put(std::move(group));
            }
            return tags;
        });
}

Result<std::vector<schema::Tag>> Control::add_tags(const Caller& caller, std::string_view arn,
                                                   const std::vector<schema::Tag>& added) {
    return edit_tags(caller, "add-tags", arn, schema::to_json_text(added),
                     [&](std::vector<schema::Tag> tags) -> Result<std::vector<schema::Tag>> {
                         for (const auto& tag : added) set_tag(tags, tag);
                         return tags;
                     });
}

Result<std::vector<schema::Tag>> Control::remove_tags(const Caller& caller, std::string_view arn,
                                                      const std::vector<std::string>& keys) {
    return edit_tags(
        caller, "remove-tags", arn, schema::to_json_text(keys),
        [&](std::vector<schema::Tag> tags) -> Result<std::vector<schema::Tag>> {
            for (const auto& key : keys)
                if (std::erase_if(tags, [&](const auto& tag) { return tag.key == key; }) == 0)
                    return Error{"TagNotFound", "There is no tag \"" + key.substr(0, 128) + "\".",
                                 "", 404};
            return tags;
        });
}

Result<schema::Cluster> Control::replace_tags(const Caller& caller, std::string_view id,
                                              const std::vector<schema::Tag>& tags) {
    if (!catalog_.read()->cluster(id)) return no_such_cluster(id);
    auto edited = edit_tags(
        caller, "replace-tags", cluster_arn(id), schema::to_json_text(tags),
        [&](const std::vector<schema::Tag>&) -> Result<std::vector<schema::Tag>> { return tags; });
    if (!edited) return std::move(edited.error());
    return cluster(id);
}

}  // namespace millpond::admin
