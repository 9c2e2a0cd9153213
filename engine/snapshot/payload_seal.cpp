// SPDX-License-Identifier: Apache-2.0
#include "engine/snapshot/payload_seal.h"

#include <cstdint>

#include "engine/snapshot/crc64.h"

namespace millpond::engine {

namespace {

constexpr std::size_t kVersionBytes = 2, kChecksumBytes = 8;
static_assert(kSealBytes == kVersionBytes + kChecksumBytes);

void put_little(std::string& out, std::uint64_t value, std::size_t bytes) {
    for (std::size_t i = 0; i < bytes; ++i) out.push_back(static_cast<char>(value >> (8 * i)));
}

std::uint64_t get_little(std::string_view bytes) {
    std::uint64_t value = 0;
    for (std::size_t i = bytes.size(); i-- > 0;)
        value = value << 8 | static_cast<unsigned char>(bytes[i]);
    return value;
}

}  // namespace

void seal_payload(std::string& payload, int version) {
    put_little(payload, static_cast<std::uint64_t>(version), kVersionBytes);
    put_little(payload, crc64(0, payload), kChecksumBytes);
}

bool is_sealed(std::string_view payload, int version_max, bool any_checksum) {
    if (payload.size() < kSealBytes) return false;
    const std::size_t checked = payload.size() - kChecksumBytes;
    const std::string_view version = payload.substr(checked - kVersionBytes, kVersionBytes);
    if (get_little(version) > static_cast<std::uint64_t>(version_max)) return false;
    return any_checksum ||
           get_little(payload.substr(checked)) == crc64(0, payload.substr(0, checked));
}

}  // namespace millpond::engine
