// SPDX-License-Identifier: Apache-2.0
//
// The commands that a managed cluster keeps to itself: to clients that come over its TCP listeners
// they are unknown, as on ElastiCache. The node's own unix socket has them all.
#pragma once

#include <span>
#include <string_view>

namespace millpond::engine {

std::span<const std::string_view> restricted_commands();

}  // namespace millpond::engine
