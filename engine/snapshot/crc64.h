// SPDX-License-Identifier: Apache-2.0
//
// The checksum of RDB files: CRC-64 with Jones's polynomial, reflected, initial value 0. Pure.
#pragma once

#include <cstdint>
#include <string_view>

namespace millpond::engine {

std::uint64_t crc64(std::uint64_t crc, std::string_view bytes) noexcept;

}  // namespace millpond::engine
