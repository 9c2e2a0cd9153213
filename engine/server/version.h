// SPDX-License-Identifier: Apache-2.0
//
// The Redis whose commands, replies and replication protocol we speak: clients decide by it.
#pragma once

#include <string_view>

namespace millpond::engine {

inline constexpr std::string_view kRedisVersion = "7.0.15";

}  // namespace millpond::engine
