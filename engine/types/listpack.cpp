// SPDX-License-Identifier: Apache-2.0
#include "engine/types/listpack.h"

#include <limits>

namespace millpond::engine::listpack {

namespace {

std::uint64_t little(const std::uint8_t* at, std::size_t bytes) {
    std::uint64_t value = 0;
    std::memcpy(&value, at, bytes);
    return value;
}

std::int64_t signed_little(const std::uint8_t* at, std::size_t bytes) {
    const unsigned shift = static_cast<unsigned>(64 - 8 * bytes);
    return static_cast<std::int64_t>(little(at, bytes) << shift) >> shift;
}

/// Bytes of the encoding before the payload, and of the payload. Reads at most `left` bytes; false
/// when it would need more, or the encoding is unknown.
bool measure(const std::uint8_t* at, std::size_t left, std::size_t& head, std::size_t& payload) {
    if (left == 0) return false;
    const std::uint8_t first = *at;
    head = 1;
    payload = 0;
    if (first < 0x80) return true;
    if (first < 0xc0) {
        payload = first & 0x3f;
    } else if (first < 0xe0) {
        payload = 1;
    } else if (first < 0xf0) {
        head = 2;
        if (left < head) return false;
        payload = static_cast<std::size_t>(first & 0x0f) << 8 | at[1];
    } else if (first == 0xf0) {
        head = 5;
        if (left < head) return false;
        payload = little(at + 1, 4);
    } else if (first <= 0xf4) {
        constexpr std::size_t kWidths[] = {2, 3, 4, 8};
        payload = kWidths[first - 0xf1];
    } else {
        return false;
    }
    return true;
}

/// Encoding and payload.
std::size_t body_bytes(const std::uint8_t* at) {
    std::size_t head = 0, payload = 0;
    measure(at, std::numeric_limits<std::size_t>::max(), head, payload);
    return head + payload;
}

std::size_t integer_body(std::int64_t value) {
    if (value >= 0 && value <= 127) return 1;
    if (value >= -4096 && value <= 4095) return 2;
    if (value >= INT16_MIN && value <= INT16_MAX) return 3;
    if (value >= -(1 << 23) && value < 1 << 23) return 4;
    if (value >= INT32_MIN && value <= INT32_MAX) return 5;
    return 9;
}

std::size_t text_body(std::size_t size) {
    return size < 64 ? 1 + size : size < 4096 ? 2 + size : 5 + size;
}

/// The length in 7-bit groups, most significant first; all but the first say that more is before.
std::uint8_t* put_back_length(std::uint8_t* to, std::size_t length) {
    const std::size_t bytes = back_length_bytes(length);
    for (std::size_t i = bytes; i-- > 0;) {
        const auto group = static_cast<std::uint8_t>(length >> (7 * i) & 0x7f);
        *to++ = i + 1 == bytes ? group : group | 0x80;
    }
    return to;
}

}  // namespace

void set_total_bytes(std::uint8_t* pack, std::size_t total) {
    const auto written = static_cast<std::uint32_t>(total);
    std::memcpy(pack, &written, sizeof written);
}

void add_to_count(std::uint8_t* pack, std::size_t added) {
    const std::uint64_t count = little(pack + 4, 2);
    if (count == kCountUnknown) return;
    const auto written =
        static_cast<std::uint16_t>(count + added < kCountUnknown ? count + added : kCountUnknown);
    std::memcpy(pack + 4, &written, sizeof written);
}

void clear(std::uint8_t* pack) {
    set_total_bytes(pack, kHeaderBytes + 1);
    pack[4] = pack[5] = 0;
    pack[kHeaderBytes] = kEnd;
}

const std::uint8_t* next(const std::uint8_t* at) {
    const std::size_t body = body_bytes(at);
    return at + body + back_length_bytes(body);
}

const std::uint8_t* previous(const std::uint8_t* at) {
    std::size_t length = 0;
    unsigned shift = 0;
    do {
        --at;
        length |= static_cast<std::size_t>(*at & 0x7f) << shift;
        shift += 7;
    } while ((*at & 0x80) != 0);
    return at - length;
}

Element read(const std::uint8_t* at) {
    const std::uint8_t first = *at;
    const auto* text = reinterpret_cast<const char*>(at);
    if (first < 0x80) return {nullptr, 0, first};
    if (first < 0xc0) return {text + 1, static_cast<std::size_t>(first & 0x3f), 0};
    if (first < 0xe0) {
        const int bits = (first & 0x1f) << 8 | at[1];
        return {nullptr, 0, bits >= 4096 ? bits - 8192 : bits};
    }
    if (first < 0xf0) return {text + 2, static_cast<std::size_t>(first & 0x0f) << 8 | at[1], 0};
    if (first == 0xf0) return {text + 5, little(at + 1, 4), 0};
    return {nullptr, 0, signed_little(at + 1, body_bytes(at) - 1)};
}

std::size_t back_length_bytes(std::size_t length) {
    // The bounds are Redis's: one less than what the groups could hold.
    if (length <= 127) return 1;
    if (length < 16383) return 2;
    if (length < 2097151) return 3;
    if (length < 268435455) return 4;
    return 5;
}

std::size_t element_bytes(std::int64_t value) {
    return integer_body(value) + 1;
}

std::size_t element_bytes(Bytes text) {
    std::int64_t value = 0;
    if (parse_canonical(text, value)) return element_bytes(value);
    const std::size_t body = text_body(text.size());
    return body + back_length_bytes(body);
}

std::uint8_t* put(std::uint8_t* to, std::int64_t value) {
    const std::size_t body = integer_body(value);
    if (body == 1) {
        to[0] = static_cast<std::uint8_t>(value);
    } else if (body == 2) {
        to[0] = static_cast<std::uint8_t>(0xc0 | (value >> 8 & 0x1f));
        to[1] = static_cast<std::uint8_t>(value);
    } else {
        to[0] = static_cast<std::uint8_t>(body == 9 ? 0xf4 : 0xf1 + (body - 3));
        std::memcpy(to + 1, &value, body - 1);
    }
    return put_back_length(to + body, body);
}

std::uint8_t* put(std::uint8_t* to, Bytes text) {
    std::int64_t value = 0;
    if (parse_canonical(text, value)) return put(to, value);
    const std::size_t size = text.size();
    const std::size_t body = text_body(size);
    if (size < 64) {
        to[0] = static_cast<std::uint8_t>(0x80 | size);
    } else if (size < 4096) {
        to[0] = static_cast<std::uint8_t>(0xe0 | size >> 8);
        to[1] = static_cast<std::uint8_t>(size);
    } else {
        const auto length = static_cast<std::uint32_t>(size);
        to[0] = 0xf0;
        std::memcpy(to + 1, &length, sizeof length);
    }
    if (size != 0) std::memcpy(to + (body - size), text.data(), size);
    return put_back_length(to + body, body);
}

bool is_valid(Bytes pack) {
    if (pack.size() < kHeaderBytes + 1 || pack.size() > UINT32_MAX) return false;
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(pack.data());
    if (total_bytes(bytes) != pack.size() || bytes[pack.size() - 1] != kEnd) return false;
    const std::uint8_t* end = bytes + pack.size() - 1;
    std::size_t count = 0;
    for (const std::uint8_t* at = first(bytes); at != end; ++count) {
        const auto left = static_cast<std::size_t>(end - at);
        std::size_t head = 0, payload = 0;
        if (!measure(at, left, head, payload)) return false;
        const std::size_t body = head + payload;
        const std::size_t back = back_length_bytes(body);
        if (body + back > left) return false;
        std::uint8_t expected[8];
        put_back_length(expected, body);
        if (std::memcmp(at + body, expected, back) != 0) return false;
        at += body + back;
    }
    const std::uint64_t stated = little(bytes + 4, 2);
    return stated == kCountUnknown || stated == count;
}

}  // namespace millpond::engine::listpack
