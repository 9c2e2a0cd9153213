// SPDX-License-Identifier: Apache-2.0
#include "resp/reply_parser.h"

#include <charconv>
#include <cmath>
#include <limits>
#include <optional>

namespace millpond::resp {

namespace {

std::optional<std::int64_t> to_integer(std::string_view text) {
    if (!text.empty() && text.front() == '+') text.remove_prefix(1);
    std::int64_t value = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (failure != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

std::optional<double> to_real(std::string_view text) {
    if (text == "inf") return std::numeric_limits<double>::infinity();
    if (text == "-inf") return -std::numeric_limits<double>::infinity();
    if (text == "nan") return std::numeric_limits<double>::quiet_NaN();
    double value = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (failure != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

Value text_value(ValueType type, std::string_view text) {
    Value value;
    value.type = type;
    value.text = text;
    return value;
}

}  // namespace

void ReplyParser::clear() {
    buffer_.clear();
    position_ = 0;
    frames_.clear();
    error_.clear();
}

ReplyParser::Step ReplyParser::fail(std::string why) {
    error_ = std::move(why);
    return Step::malformed;
}

void ReplyParser::compact() {
    if (position_ == buffer_.size()) {
        buffer_.clear();
        position_ = 0;
    } else if (position_ > (64u << 10) && position_ > buffer_.size() / 2) {
        buffer_.erase(0, position_);
        position_ = 0;
    }
}

ReplyParser::Status ReplyParser::next(Value& out) {
    if (!error_.empty()) return Status::malformed;
    for (;;) {
        Value value;
        switch (read_one(value)) {
            case Step::need_more:
                compact();
                return Status::need_more;
            case Step::malformed:
                return Status::malformed;
            case Step::opened:
                break;
            case Step::value:
                if (finish(std::move(value), out)) {
                    compact();
                    return Status::ready;
                }
                break;
        }
    }
}

/// Puts a whole value where it belongs, closing every aggregate that it completes. True when that
/// completes a top-level value.
bool ReplyParser::finish(Value&& value, Value& out) {
    Value done = std::move(value);
    for (;;) {
        if (done.type == ValueType::attribute) return false;
        if (frames_.empty()) {
            out = std::move(done);
            return true;
        }
        Frame& top = frames_.back();
        top.value.items.push_back(std::move(done));
        if (--top.missing > 0) return false;
        done = std::move(top.value);
        frames_.pop_back();
    }
}

ReplyParser::Step ReplyParser::open(ValueType type, std::string_view count_text, Value& out) {
    const auto count = to_integer(count_text);
    if (!count || *count < -1 || *count > static_cast<std::int64_t>(kItemsMax)) {
        return fail("bad count of an aggregate");
    }
    if (*count == -1) return Step::value;  // the null array of RESP2
    const bool pairs = type == ValueType::map || type == ValueType::attribute;
    const auto missing = static_cast<std::size_t>(*count) * (pairs ? 2 : 1);
    out.type = type;
    if (missing == 0) return Step::value;
    if (frames_.size() >= kDepthMax) return fail("nested too deep");
    frames_.push_back({std::move(out), missing});
    return Step::opened;
}

ReplyParser::Step ReplyParser::read_bulk(Value& out, ValueType type, std::string_view length_text) {
    const auto length = to_integer(length_text);
    if (!length || *length < -1 || *length > static_cast<std::int64_t>(kBulkBytesMax)) {
        return fail("bad length of a bulk string");
    }
    const std::size_t body = position_ + 1 + length_text.size() + 2;
    if (*length == -1) {
        position_ = body;
        return Step::value;
    }
    const auto size = static_cast<std::size_t>(*length);
    if (buffer_.size() < body + size + 2) return Step::need_more;
    if (buffer_[body + size] != '\r' || buffer_[body + size + 1] != '\n') {
        return fail("a bulk string does not end where it says");
    }
    std::string_view text(buffer_.data() + body, size);
    if (type == ValueType::verbatim && text.size() >= 4) text.remove_prefix(4);  // "txt:"
    out = text_value(type, text);
    position_ = body + size + 2;
    return Step::value;
}

ReplyParser::Step ReplyParser::read_one(Value& out) {
    const auto end = buffer_.find("\r\n", position_);
    if (end == std::string::npos) {
        return pending() > kLineBytesMax ? fail("a line is too long") : Step::need_more;
    }
    if (end == position_) return fail("an empty line");
    const char kind = buffer_[position_];
    const std::string_view line(buffer_.data() + position_ + 1, end - position_ - 1);
    switch (kind) {
        case '$':
            return read_bulk(out, ValueType::bulk_string, line);
        case '=':
            return read_bulk(out, ValueType::verbatim, line);
        case '!':
            return read_bulk(out, ValueType::error, line);
        default:
            break;
    }
    position_ = end + 2;
    switch (kind) {
        case '+':
            out = text_value(ValueType::simple_string, line);
            return Step::value;
        case '-':
            out = text_value(ValueType::error, line);
            return Step::value;
        case '(':
            out = text_value(ValueType::big_number, line);
            return Step::value;
        case '_':
            return Step::value;
        case '*':
            return open(ValueType::array, line, out);
        case '~':
            return open(ValueType::set, line, out);
        case '>':
            return open(ValueType::push, line, out);
        case '%':
            return open(ValueType::map, line, out);
        case '|':
            return open(ValueType::attribute, line, out);
        case ':':
            if (const auto number = to_integer(line)) {
                out.type = ValueType::integer;
                out.integer = *number;
                return Step::value;
            }
            return fail("bad integer");
        case ',':
            if (const auto number = to_real(line)) {
                out.type = ValueType::real;
                out.real = *number;
                return Step::value;
            }
            return fail("bad real number");
        case '#':
            if (line != "t" && line != "f") return fail("bad boolean");
            out.type = ValueType::boolean;
            out.integer = line == "t" ? 1 : 0;
            return Step::value;
        default:
            return fail(std::string("unknown type byte '") + kind + "'");
    }
}

}  // namespace millpond::resp
