// SPDX-License-Identifier: Apache-2.0
//
// How the payloads of DUMP and FUNCTION DUMP end: two bytes of RDB version and eight of a CRC-64
// over all before, both little-endian. Pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace millpond::engine {

constexpr std::size_t kSealBytes = 10;

void seal_payload(std::string& payload, int version);
/// Has it an end whose version we read, and the right checksum, unless `any_checksum` will do?
bool is_sealed(std::string_view payload, int version_max, bool any_checksum = false);

}  // namespace millpond::engine
