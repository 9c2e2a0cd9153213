// SPDX-License-Identifier: Apache-2.0
//
// AWS's rules for what a request may say, with AWS's error codes. Pure functions, any thread; the
// `field` of an error is the schema's path, so that a form can mark it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "admin-api/schema/cluster.h"
#include "admin-api/schema/network.h"
#include "admin-api/schema/result.h"

namespace millpond::admin {

inline constexpr int replicas_max = 5;
inline constexpr std::size_t rules_per_group_max = 60;
inline constexpr std::size_t groups_per_cluster_max = 5;
inline constexpr std::size_t tags_max = 50;

/// 1 to 40 characters, a letter first, letters, digits and hyphens, no "--", no hyphen at the end.
/// Returns it in lower case, as ElastiCache stores it.
Result<std::string> valid_cluster_id(std::string_view id);
Result<void> valid_replicas(int replicas, bool automatic_failover);
Result<void> valid_description(std::string_view text, std::string_view field);
Result<void> valid_port(int port);
Result<std::string> valid_engine(const std::optional<std::string>& engine);
Result<std::string> valid_engine_version(const std::optional<std::string>& version);
Result<std::string> valid_node_type(std::string_view name);
Result<void> valid_tags(const std::vector<schema::Tag>& tags);
Result<void> valid_group_name(std::string_view name);
/// Completes a rule's defaults and normalises its range; `index` names it in errors.
Result<schema::InboundRule> valid_rule(const schema::NewInboundRule& rule, std::size_t index);

/// Every node type there is, smallest first.
const std::vector<schema::NodeType>& all_node_types();
std::int64_t max_memory_of(std::string_view node_type);

}  // namespace millpond::admin
