// SPDX-License-Identifier: Apache-2.0
#include "engine/snapshot/crc64.h"

#include <array>
#include <cstring>

namespace millpond::engine {

namespace {

constexpr std::uint64_t polynomial =
    0x95ac9329ac4bc9b5;  // 0xad93d23594c935a9 with its bits reversed

using Tables = std::array<std::array<std::uint64_t, 256>, 8>;

// tables[k][b]: the effect of byte b followed by k zero bytes, so that eight bytes take one step.
constexpr Tables make_tables() {
    Tables tables{};
    for (unsigned b = 0; b < 256; ++b) {
        std::uint64_t crc = b;
        for (int bit = 0; bit < 8; ++bit) crc = crc & 1 ? crc >> 1 ^ polynomial : crc >> 1;
        tables[0][b] = crc;
    }
    for (unsigned b = 0; b < 256; ++b) {
        for (std::size_t k = 1; k < 8; ++k) {
            const std::uint64_t before = tables[k - 1][b];
            tables[k][b] = tables[0][before & 0xff] ^ before >> 8;
        }
    }
    return tables;
}

constexpr Tables tables = make_tables();

}  // namespace

std::uint64_t crc64(std::uint64_t crc, std::string_view bytes) noexcept {
    const char* at = bytes.data();
    std::size_t left = bytes.size();
    for (; left >= 8; left -= 8, at += 8) {
        std::uint64_t word;
        std::memcpy(&word, at, 8);  // little-endian, as every machine that we build for
        word ^= crc;
        crc = tables[7][word & 0xff] ^ tables[6][word >> 8 & 0xff] ^ tables[5][word >> 16 & 0xff] ^
              tables[4][word >> 24 & 0xff] ^ tables[3][word >> 32 & 0xff] ^
              tables[2][word >> 40 & 0xff] ^ tables[1][word >> 48 & 0xff] ^ tables[0][word >> 56];
    }
    for (; left > 0; --left, ++at)
        crc = tables[0][(crc ^ static_cast<unsigned char>(*at)) & 0xff] ^ crc >> 8;
    return crc;
}

}  // namespace millpond::engine
