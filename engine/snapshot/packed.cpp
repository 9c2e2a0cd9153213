// SPDX-License-Identifier: Apache-2.0
#include "engine/snapshot/packed.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <optional>
#include <utility>

#include "engine/types/listpack.h"

namespace millpond::engine {

namespace {

// Listpack: total bytes (4), elements (2, 65535 when unknown), elements, 0xff. An element is an
// encoding byte, payload, and its own length once more, in 7-bit groups, to be read backwards.
constexpr std::size_t listpack_header = 6;
constexpr unsigned char packed_end = 0xff;

std::uint64_t little(const char* at, std::size_t bytes) {
    std::uint64_t value = 0;
    std::memcpy(&value, at, bytes);
    return value;
}

std::int64_t signed_little(const char* at, std::size_t bytes) {
    const unsigned shift = static_cast<unsigned>(64 - 8 * bytes);
    return static_cast<std::int64_t>(little(at, bytes) << shift) >> shift;
}

void put_little(std::string& out, std::uint64_t value, std::size_t bytes) {
    char raw[8];
    std::memcpy(raw, &value, 8);
    out.append(raw, bytes);
}

std::optional<std::int64_t> canonical_integer(Bytes text) {
    if (text.empty() || text.size() > 20) return std::nullopt;
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    char digits[24];
    const auto printed = std::to_chars(digits, digits + sizeof digits, value).ptr;
    if (Bytes(digits, static_cast<std::size_t>(printed - digits)) != text) return std::nullopt;
    return value;
}

void put_listpack_integer(std::string& out, std::int64_t value) {
    if (value >= 0 && value <= 127) {
        out.push_back(static_cast<char>(value));
    } else if (value >= -4096 && value <= 4095) {
        const auto bits = static_cast<std::uint64_t>(value) & 0x1fff;
        out.push_back(static_cast<char>(0xc0 | bits >> 8));
        out.push_back(static_cast<char>(bits));
    } else if (value >= INT16_MIN && value <= INT16_MAX) {
        out.push_back(static_cast<char>(0xf1));
        put_little(out, static_cast<std::uint64_t>(value), 2);
    } else if (value >= -(1 << 23) && value < 1 << 23) {
        out.push_back(static_cast<char>(0xf2));
        put_little(out, static_cast<std::uint64_t>(value), 3);
    } else if (value >= INT32_MIN && value <= INT32_MAX) {
        out.push_back(static_cast<char>(0xf3));
        put_little(out, static_cast<std::uint64_t>(value), 4);
    } else {
        out.push_back(static_cast<char>(0xf4));
        put_little(out, static_cast<std::uint64_t>(value), 8);
    }
}

using listpack::back_length_bytes;

/// Reads one run of bytes from the front; every step tells whether there was enough.
class Cursor {
public:
    explicit Cursor(Bytes bytes) : at_(bytes.data()), end_(bytes.data() + bytes.size()) {}

    std::size_t left() const { return static_cast<std::size_t>(end_ - at_); }
    bool skip(std::size_t bytes) {
        if (left() < bytes) return false;
        at_ += bytes;
        return true;
    }
    bool byte(unsigned& out) {
        if (left() < 1) return false;
        out = static_cast<unsigned char>(*at_++);
        return true;
    }
    bool number(std::uint64_t& out, std::size_t bytes) {
        if (left() < bytes) return false;
        out = little(at_, bytes);
        at_ += bytes;
        return true;
    }
    bool signed_number(std::int64_t& out, std::size_t bytes) {
        if (left() < bytes) return false;
        out = signed_little(at_, bytes);
        at_ += bytes;
        return true;
    }
    bool text(Bytes& out, std::size_t bytes) {
        if (left() < bytes) return false;
        out = {at_, bytes};
        at_ += bytes;
        return true;
    }

private:
    const char* at_;
    const char* end_;
};

bool visit_integer(std::int64_t value, PackedVisitor visit) {
    char digits[24];
    const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
    return visit(Bytes(digits, static_cast<std::size_t>(end - digits)));
}

/// One listpack element behind its encoding byte; `length` is set to what encoding and payload
/// take.
bool read_listpack_element(Cursor& cursor, unsigned first, std::size_t& length,
                           PackedVisitor visit) {
    std::uint64_t size = 0;
    std::int64_t value = 0;
    unsigned second = 0;
    Bytes text;
    if (first < 0x80) {
        length = 1;
        return visit_integer(first, visit);
    }
    if (first < 0xc0) {
        size = first & 0x3f;
        length = 1 + size;
        return cursor.text(text, size) && visit(text);
    }
    if (first < 0xe0) {
        if (!cursor.byte(second)) return false;
        length = 2;
        const unsigned bits = (first & 0x1f) << 8 | second;
        return visit_integer(bits >= 4096 ? static_cast<int>(bits) - 8192 : static_cast<int>(bits),
                             visit);
    }
    if (first < 0xf0) {
        if (!cursor.byte(second)) return false;
        size = (first & 0x0f) << 8 | second;
        length = 2 + size;
        return cursor.text(text, size) && visit(text);
    }
    if (first == 0xf0) {
        if (!cursor.number(size, 4)) return false;
        length = 5 + size;
        return cursor.text(text, size) && visit(text);
    }
    if (first > 0xf4) return false;
    static constexpr std::size_t widths[] = {2, 3, 4, 8};
    const std::size_t width = widths[first - 0xf1];
    length = 1 + width;
    return cursor.signed_number(value, width) && visit_integer(value, visit);
}

bool read_ziplist_element(Cursor& cursor, unsigned first, PackedVisitor visit) {
    std::uint64_t size = 0;
    std::int64_t value = 0;
    unsigned next = 0;
    Bytes text;
    switch (first >> 6) {
        case 0:
            return cursor.text(text, first & 0x3f) && visit(text);
        case 1:
            if (!cursor.byte(next)) return false;
            return cursor.text(text, (first & 0x3f) << 8 | next) && visit(text);
        case 2:
            for (int i = 0; i < 4; ++i) {
                if (!cursor.byte(next)) return false;
                size = size << 8 | next;
            }
            return cursor.text(text, size) && visit(text);
        default:
            break;
    }
    switch (first) {
        case 0xc0:
            return cursor.signed_number(value, 2) && visit_integer(value, visit);
        case 0xd0:
            return cursor.signed_number(value, 4) && visit_integer(value, visit);
        case 0xe0:
            return cursor.signed_number(value, 8) && visit_integer(value, visit);
        case 0xf0:
            return cursor.signed_number(value, 3) && visit_integer(value, visit);
        case 0xfe:
            return cursor.signed_number(value, 1) && visit_integer(value, visit);
        default:
            break;
    }
    if (first >= 0xf1 && first <= 0xfd)
        return visit_integer(static_cast<int>(first & 0x0f) - 1, visit);
    return false;
}

}  // namespace

ListpackWriter::ListpackWriter() : bytes_(listpack_header, '\0') {}

void ListpackWriter::add(Bytes element) {
    const std::size_t start = bytes_.size();
    if (const auto value = canonical_integer(element)) {
        put_listpack_integer(bytes_, *value);
    } else {
        if (element.size() < 64) {
            bytes_.push_back(static_cast<char>(0x80 | element.size()));
        } else if (element.size() < 4096) {
            bytes_.push_back(static_cast<char>(0xe0 | element.size() >> 8));
            bytes_.push_back(static_cast<char>(element.size()));
        } else {
            bytes_.push_back(static_cast<char>(0xf0));
            put_little(bytes_, element.size(), 4);
        }
        bytes_.append(element);
    }
    const std::size_t length = bytes_.size() - start;
    for (std::size_t i = back_length_bytes(length); i-- > 0;) {
        const auto group = static_cast<unsigned char>(length >> (7 * i) & 0x7f);
        const bool first = i + 1 == back_length_bytes(length);
        bytes_.push_back(static_cast<char>(first ? group : group | 0x80));
    }
    ++count_;
}

std::string ListpackWriter::take() {
    bytes_.push_back(static_cast<char>(packed_end));
    const auto total = static_cast<std::uint32_t>(bytes_.size());
    const auto count = static_cast<std::uint16_t>(count_ < 65535 ? count_ : 65535);
    std::memcpy(bytes_.data(), &total, 4);
    std::memcpy(bytes_.data() + 4, &count, 2);
    count_ = 0;
    return std::exchange(bytes_, std::string(listpack_header, '\0'));
}

bool read_listpack(Bytes packed, PackedVisitor visit) {
    Cursor cursor(packed);
    std::uint64_t total = 0, count = 0, seen = 0;
    unsigned first = 0;
    if (!cursor.number(total, 4) || !cursor.number(count, 2) || total != packed.size())
        return false;
    for (;; ++seen) {
        if (!cursor.byte(first)) return false;
        if (first == packed_end) break;
        std::size_t length = 0;
        if (!read_listpack_element(cursor, first, length, visit)) return false;
        if (!cursor.skip(back_length_bytes(length))) return false;
    }
    return cursor.left() == 0 && (count == 65535 || count == seen);
}

bool read_ziplist(Bytes packed, PackedVisitor visit) {
    // Total bytes (4), offset of the last element (4), elements (2), elements, 0xff. An element
    // begins with the length of the one before it: a byte, or 0xfe and four.
    Cursor cursor(packed);
    std::uint64_t total = 0, tail = 0, count = 0, seen = 0, before = 0, previous = 0;
    if (!cursor.number(total, 4) || !cursor.number(tail, 4) || !cursor.number(count, 2))
        return false;
    if (total != packed.size()) return false;
    for (;; ++seen) {
        unsigned first = 0;
        const std::size_t start = cursor.left();
        if (!cursor.byte(first)) return false;
        if (first == packed_end) break;
        before = first;
        if (first == 0xfe && !cursor.number(before, 4)) return false;
        if (before != previous) return false;
        if (!cursor.byte(first) || !read_ziplist_element(cursor, first, visit)) return false;
        previous = start - cursor.left();
    }
    const bool tail_fits = seen == 0 ? tail < total : tail == total - 1 - previous;
    return cursor.left() == 0 && tail_fits && (count == 65535 || count == seen);
}

bool read_intset(Bytes packed, PackedVisitor visit) {
    Cursor cursor(packed);
    std::uint64_t width = 0, count = 0;
    if (!cursor.number(width, 4) || !cursor.number(count, 4)) return false;
    if ((width != 2 && width != 4 && width != 8) || cursor.left() != width * count) return false;
    std::optional<std::int64_t> previous;
    for (std::uint64_t i = 0; i < count; ++i) {
        std::int64_t value = 0;
        if (!cursor.signed_number(value, width) || (previous && value <= *previous)) return false;
        if (!visit_integer(value, visit)) return false;
        previous = value;
    }
    return true;
}

bool read_zipmap(Bytes packed, PackedVisitor visit) {
    // Number of fields (1, 254 when unknown), then per field: length, field, length, a byte that
    // counts unused bytes, value, unused bytes. A length is a byte, or 0xfe and four.
    Cursor cursor(packed);
    unsigned count = 0, seen = 0;
    if (!cursor.byte(count)) return false;
    for (;; ++seen) {
        unsigned first = 0, unused = 0;
        std::uint64_t length = 0;
        Bytes text;
        if (!cursor.byte(first)) return false;
        if (first == packed_end) break;
        length = first;
        if (first == 0xfe && !cursor.number(length, 4)) return false;
        if (!cursor.text(text, length) || !visit(text)) return false;
        if (!cursor.byte(first) || first == packed_end) return false;
        length = first;
        if (first == 0xfe && !cursor.number(length, 4)) return false;
        if (!cursor.byte(unused) || !cursor.text(text, length) || !visit(text)) return false;
        if (!cursor.skip(unused)) return false;
    }
    return cursor.left() == 0 && (count >= 254 || count == seen);
}

std::string write_intset(const std::int64_t* values, std::size_t count) {
    std::size_t width = 2;
    for (std::size_t i : {std::size_t{0}, count - 1}) {  // sorted: the extremes decide
        if (values[i] < INT16_MIN || values[i] > INT16_MAX) width = std::max<std::size_t>(width, 4);
        if (values[i] < INT32_MIN || values[i] > INT32_MAX) width = 8;
    }
    std::string out;
    out.reserve(8 + width * count);
    put_little(out, width, 4);
    put_little(out, count, 4);
    for (std::size_t i = 0; i < count; ++i)
        put_little(out, static_cast<std::uint64_t>(values[i]), width);
    return out;
}

}  // namespace millpond::engine
