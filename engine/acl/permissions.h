// SPDX-License-Identifier: Apache-2.0
//
// What may be done with a key: bits.
#pragma once

#include <cstdint>

namespace millpond::engine::acl {

using Permissions = std::uint8_t;
constexpr Permissions kMayRead = 1, kMayWrite = 2, kMayAll = kMayRead | kMayWrite;

}  // namespace millpond::engine::acl
