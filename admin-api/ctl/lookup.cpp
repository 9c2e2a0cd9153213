// SPDX-License-Identifier: Apache-2.0
#include "admin-api/ctl/lookup.h"

#include <algorithm>

#include "admin-api/ctl/text.h"

namespace millpond::admin::ctl {
namespace {

std::vector<schema::SecurityGroup> all_groups(Context& context) {
    return context
        .ask<Listed<schema::SecurityGroup>>(
            [](Client& client, auto done) { client.security_groups(std::move(done)); })
        .items;
}

const schema::SecurityGroup& pick(const std::vector<schema::SecurityGroup>& groups,
                                  const std::string& text) {
    std::vector<const schema::SecurityGroup*> found;
    for (const auto& group : groups)
        if (group.id == text || group.name == text) found.push_back(&group);
    if (found.size() == 1) return *found.front();
    if (!found.empty())
        throw Failure(refused,
                      "Several security groups are named " + text + ": give the id instead.");
    std::vector<std::string> names;
    for (const auto& group : groups) names.push_back(group.name);
    throw Failure(refused, "There is no security group " + text + ". There are: " + joined(names) +
                               ". Create one with: millpondctl create-security-group " + text);
}

}  // namespace

schema::SecurityGroup find_group(Context& context, const std::string& name_or_id) {
    return pick(all_groups(context), name_or_id);
}

std::vector<std::string> find_group_ids(Context& context, const std::vector<std::string>& names) {
    const auto groups = all_groups(context);
    std::vector<std::string> ids;
    for (const auto& name : names) ids.push_back(pick(groups, name).id);
    return ids;
}

schema::Cluster cluster_named(Context& context, const std::string& name) {
    auto clusters = context.ask<Listed<schema::Cluster>>(
        [](Client& client, auto done) { client.clusters(std::move(done)); });
    for (auto& cluster : clusters.items) {
        if (cluster.id == name) return std::move(cluster);
        for (const auto& member : cluster.nodes)
            if (member.id == name) return std::move(cluster);
    }
    throw Failure(refused, "There is no node or cluster " + name + ". See: millpondctl clusters");
}

}  // namespace millpond::admin::ctl
