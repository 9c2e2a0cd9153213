// SPDX-License-Identifier: Apache-2.0
#include "resp/reply_writer.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstring>

namespace millpond::resp {

namespace {

/// Room for a type byte, 20 digits, a sign and a line end.
constexpr std::size_t kHeaderBytes = 24;

/// Writes the digits so that they end at `end`, and returns where they begin.
char* write_digits_before(char* end, std::uint64_t value) {
    static constexpr auto kPairs = [] {
        std::array<char, 200> pairs{};
        for (std::size_t i = 0; i < 100; ++i) {
            pairs[2 * i] = static_cast<char>('0' + i / 10);
            pairs[2 * i + 1] = static_cast<char>('0' + i % 10);
        }
        return pairs;
    }();
    for (; value >= 10; value /= 100) {
        end -= 2;
        std::memcpy(end, &kPairs[value % 100 * 2], 2);
        if (value < 100) return end;
    }
    *--end = static_cast<char>('0' + value);
    return end;
}

void append_header(std::string& out, char type, std::int64_t value) {
    char line[kHeaderBytes];
    char* const end = line + kHeaderBytes;
    end[-2] = '\r';
    end[-1] = '\n';
    const auto magnitude = static_cast<std::uint64_t>(value);
    char* begin = write_digits_before(end - 2, value < 0 ? 0 - magnitude : magnitude);
    if (value < 0) *--begin = '-';
    *--begin = type;
    out.append(begin, static_cast<std::size_t>(end - begin));
}

void append_line(std::string& out, char type, std::string_view text) {
    out += type;
    const std::size_t start = out.size();
    out.append(text);
    for (std::size_t i = start; i < out.size(); ++i) {
        if (out[i] == '\r' || out[i] == '\n') out[i] = ' ';
    }
    out.append("\r\n", 2);
}

}  // namespace

std::size_t format_real(double value, char* out) {
    if (std::isnan(value)) return static_cast<std::size_t>(std::sprintf(out, "nan"));
    if (std::isinf(value))
        return static_cast<std::size_t>(std::sprintf(out, value > 0 ? "inf" : "-inf"));
    if (value == 0)
        return static_cast<std::size_t>(std::sprintf(out, std::signbit(value) ? "-0" : "0"));
    // Whole numbers that a double holds exactly are printed as integers; beyond, as %.17g does.
    constexpr double kExactMax = 4503599627370496.0;  // 2^52
    if (value > -kExactMax && value < kExactMax && value == std::floor(value)) {
        char* end = std::to_chars(out, out + kRealBytesMax, static_cast<std::int64_t>(value)).ptr;
        return static_cast<std::size_t>(end - out);
    }
    return static_cast<std::size_t>(std::snprintf(out, kRealBytesMax, "%.17g", value));
}

void ReplyWriter::ok() {
    out_->append("+OK\r\n", 5);
}

void ReplyWriter::simple(std::string_view text) {
    append_line(*out_, '+', text);
}

void ReplyWriter::error(std::string_view message) {
    ++errors_;
    append_line(*out_, '-', message);
}

void ReplyWriter::integer(std::int64_t value) {
    append_header(*out_, ':', value);
}

void ReplyWriter::bulk(std::string_view bytes) {
    // The short bulk is the reply that matters: one growth of the buffer, then plain stores.
    constexpr std::size_t kShort = 512;
    if (bytes.size() <= kShort) {
        char line[kHeaderBytes + kShort + 2];
        line[0] = '$';
        char* end = std::to_chars(line + 1, line + kHeaderBytes, bytes.size()).ptr;
        *end++ = '\r';
        *end++ = '\n';
        std::memcpy(end, bytes.data(), bytes.size());
        end += bytes.size();
        *end++ = '\r';
        *end++ = '\n';
        out_->append(line, static_cast<std::size_t>(end - line));
        return;
    }
    append_header(*out_, '$', static_cast<std::int64_t>(bytes.size()));
    out_->append(bytes);
    out_->append("\r\n", 2);
}

void ReplyWriter::bulk_integer(std::int64_t value) {
    char digits[kHeaderBytes];
    const char* end = std::to_chars(digits, digits + sizeof digits, value).ptr;
    bulk({digits, static_cast<std::size_t>(end - digits)});
}

void ReplyWriter::null() {
    if (resp3()) {
        out_->append("_\r\n", 3);
    } else {
        out_->append("$-1\r\n", 5);
    }
}

void ReplyWriter::null_array() {
    if (resp3()) {
        out_->append("_\r\n", 3);
    } else {
        out_->append("*-1\r\n", 5);
    }
}

void ReplyWriter::real(double value) {
    char text[kRealBytesMax];
    const std::string_view digits(text, format_real(value, text));
    if (!resp3()) return bulk(digits);
    *out_ += ',';
    out_->append(digits);
    out_->append("\r\n", 2);
}

void ReplyWriter::boolean(bool value) {
    if (resp3()) {
        out_->append(value ? "#t\r\n" : "#f\r\n", 4);
    } else {
        out_->append(value ? ":1\r\n" : ":0\r\n", 4);
    }
}

void ReplyWriter::array(std::size_t size) {
    append_header(*out_, '*', static_cast<std::int64_t>(size));
}

void ReplyWriter::map(std::size_t pairs) {
    append_header(*out_, resp3() ? '%' : '*',
                  static_cast<std::int64_t>(resp3() ? pairs : 2 * pairs));
}

void ReplyWriter::set(std::size_t size) {
    append_header(*out_, resp3() ? '~' : '*', static_cast<std::int64_t>(size));
}

void ReplyWriter::push(std::size_t size) {
    append_header(*out_, resp3() ? '>' : '*', static_cast<std::int64_t>(size));
}

void ReplyWriter::verbatim(std::string_view format, std::string_view text) {
    if (!resp3()) return bulk(text);
    append_header(*out_, '=', static_cast<std::int64_t>(format.size() + 1 + text.size()));
    out_->append(format);
    *out_ += ':';
    out_->append(text);
    out_->append("\r\n", 2);
}

void ReplyWriter::raw(std::string_view encoded) {
    out_->append(encoded);
}

}  // namespace millpond::resp
