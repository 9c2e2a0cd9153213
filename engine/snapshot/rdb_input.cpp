// SPDX-License-Identifier: Apache-2.0
#include "engine/snapshot/rdb_input.h"

#include <lzf.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>

#include "engine/snapshot/crc64.h"
#include "engine/snapshot/rdb_format.h"

namespace millpond::engine {

namespace {

constexpr std::uint64_t string_bytes_max = std::uint64_t{4} << 30;
constexpr std::size_t step_bytes = 1 << 20;
constexpr std::uint64_t lzf_ratio_max = 264;  // a back reference: three bytes for 264

}  // namespace

void RdbInput::raw(char* to, std::size_t size) {
    std::size_t got = 0;
    while (got < size) {
        const std::size_t n = source_.read(to + got, size - got);
        if (n == 0) throw RdbError(source_.error());
        got += n;
    }
    checksum_ = crc64(checksum_, {to, size});
    position_ += size;
}

std::uint8_t RdbInput::byte() {
    char value;
    raw(&value, 1);
    return static_cast<std::uint8_t>(value);
}

std::uint64_t RdbInput::little(std::size_t bytes) {
    std::uint64_t value = 0;
    char raw_bytes[8] = {};
    raw(raw_bytes, bytes);
    std::memcpy(&value, raw_bytes, 8);
    return value;
}

std::uint64_t RdbInput::length_or_special(bool& special) {
    special = false;
    const std::uint8_t first = byte();
    switch (first >> 6) {
        case rdb::len_6:
            return first & 0x3f;
        case rdb::len_14:
            return static_cast<std::uint64_t>(first & 0x3f) << 8 | byte();
        case rdb::len_special:
            special = true;
            return first & 0x3f;
        default:
            break;
    }
    if (first != rdb::len_32 && first != rdb::len_64) throw RdbError("unknown length encoding");
    std::uint64_t value = 0;
    for (int i = first == rdb::len_32 ? 4 : 8; i > 0; --i) value = value << 8 | byte();
    return value;
}

std::uint64_t RdbInput::length() {
    bool special = false;
    const std::uint64_t value = length_or_special(special);
    if (special) throw RdbError("a length was expected, not a string");
    return value;
}

std::string RdbInput::bytes(std::uint64_t size) {
    if (size > string_bytes_max) throw RdbError("a string longer than 4 GiB");
    std::string out;
    while (out.size() < size) {
        const std::size_t step =
            std::min<std::uint64_t>(size - out.size(), std::max(step_bytes, out.size()));
        const std::size_t before = out.size();
        out.resize(before + step);
        raw(out.data() + before, step);
    }
    return out;
}

std::string RdbInput::text() {
    bool special = false;
    const std::uint64_t size = length_or_special(special);
    if (!special) return bytes(size);
    switch (size) {
        case rdb::int8:
            return std::to_string(static_cast<std::int8_t>(little(1)));
        case rdb::int16:
            return std::to_string(static_cast<std::int16_t>(little(2)));
        case rdb::int32:
            return std::to_string(static_cast<std::int32_t>(little(4)));
        case rdb::lzf:
            break;
        default:
            throw RdbError("unknown string encoding");
    }
    const std::uint64_t packed_size = length();
    const std::uint64_t plain_size = length();
    const std::string packed = bytes(packed_size);
    if (plain_size == 0 || plain_size > packed_size * lzf_ratio_max ||
        plain_size > string_bytes_max - 1 || packed_size == 0) {
        throw RdbError("impossible size of a compressed string");
    }
    std::string plain(plain_size, '\0');
    if (lzf_decompress(packed.data(), static_cast<unsigned>(packed.size()), plain.data(),
                       static_cast<unsigned>(plain.size())) != plain_size) {
        throw RdbError("malformed compressed string");
    }
    return plain;
}

double RdbInput::text_real() {
    const std::uint8_t size = byte();
    if (size == 255) return -std::numeric_limits<double>::infinity();
    if (size == 254) return std::numeric_limits<double>::infinity();
    if (size == 253) throw RdbError("a score that is no number");
    char digits[256];
    raw(digits, size);
    double value = 0;
    const auto [end, error] = std::from_chars(digits, digits + size, value);
    if (error != std::errc() || end != digits + size || std::isnan(value))
        throw RdbError("malformed score");
    return value;
}

double RdbInput::binary_real() {
    const std::uint64_t bits = little(8);
    double value;
    std::memcpy(&value, &bits, sizeof value);
    if (std::isnan(value)) throw RdbError("a score that is no number");
    return value;
}

}  // namespace millpond::engine
