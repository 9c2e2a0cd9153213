// SPDX-License-Identifier: Apache-2.0
#include "resp/request_parser.h"

#include <algorithm>
#include <charconv>
#include <cstring>

#include "resp/words.h"

namespace millpond::resp {

namespace {

constexpr std::int64_t kPlainArgumentsMax = 32;
constexpr std::int64_t kPlainBytesMax = 999;  ///< of an argument
constexpr std::int64_t kUnauthenticatedArgumentsMax = 10;
constexpr std::int64_t kUnauthenticatedBulkBytesMax = 16 << 10;

/// A count as it stands on a header line: digits, perhaps a minus, nothing else.
bool parse_count(std::string_view digits, std::int64_t& out) {
    if (digits.empty() || (digits.size() > 1 && digits[0] == '0')) return false;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), out);
    return error == std::errc() && end == digits.data() + digits.size();
}

/// The same where it takes no thought: up to three digits whose line end has come, behind `type`.
/// What it cannot tell is left to the line's text; on success `at` is behind the line.
inline bool take_short_count(const char*& at, const char* end, char type, std::int64_t& out) {
    constexpr std::ptrdiff_t kLineMax = 6;  // the type, three digits, '\r' and '\n'
    if (end - at < kLineMax || at[0] != type) return false;
    const auto digit = [&](std::ptrdiff_t i) { return static_cast<unsigned>(at[i] - '0'); };
    unsigned value = digit(1);
    if (value - 1 > 8) return false;
    if (at[2] == '\r') {
        at += 4;
        out = value;
        return true;
    }
    if (digit(2) > 9) return false;
    value = value * 10 + digit(2);
    if (at[3] == '\r') {
        at += 5;
        out = value;
        return true;
    }
    if (digit(3) > 9 || at[4] != '\r') return false;
    out = value * 10 + digit(3);
    at += 6;
    return true;
}

}  // namespace

RequestParser::Status RequestParser::parse(std::string_view input, const RequestLimits& limits,
                                           std::size_t commands_max, RequestBatch& batch) {
    base_ = 0;
    bytes_wanted_ = 0;
    while (batch.size() < commands_max && base_ + position_ < input.size()) {
        if (arguments_ < 0 && position_ == 0 && limits.authenticated &&
            take_plain(input, limits, batch))
            continue;
        const bool multibulk = arguments_ >= 0 || input[base_] == '*';
        const Step step =
            multibulk ? parse_multibulk(input, limits, batch) : parse_inline(input, limits, batch);
        if (step == Step::malformed) return Status::malformed;
        if (step == Step::incomplete) break;
    }
    return Status::ok;
}

void RequestParser::rewind() {
    forget_done();
    arguments_ = bulk_size_ = -1;
    position_ = base_ = bytes_wanted_ = 0;
}

RequestParser::Step RequestParser::fail(std::string message) {
    error_ = "ERR Protocol error: " + std::move(message);
    return Step::malformed;
}

/// A command as nearly all are: whole, of not many and not very long arguments. Anything else is
/// left as if it had not been looked at.
bool RequestParser::take_plain(std::string_view input, const RequestLimits& limits,
                               RequestBatch& batch) {
    const char* const begin = input.data() + base_;
    const char* const end = input.data() + input.size();
    const char* at = begin;
    std::int64_t count = 0;
    if (limits.bulk_bytes_max < kPlainBytesMax || !take_short_count(at, end, '*', count) ||
        count > std::min(kPlainArgumentsMax, limits.arguments_max))
        return false;
    const std::size_t kept = batch.arguments_.size();
    for (; count > 0; --count) {
        std::int64_t size = 0;
        if (!take_short_count(at, end, '$', size) || end - at < size + 2) {
            batch.arguments_.resize(kept);
            return false;
        }
        batch.arguments_.emplace_back(at, static_cast<std::size_t>(size));
        at += size + 2;
    }
    base_ += static_cast<std::size_t>(at - begin);
    batch.ends_.push_back({batch.arguments_.size(), base_});
    batch.skip_to(base_);
    return true;
}

std::size_t RequestParser::peek(std::string_view input, std::span<std::string_view> words) {
    const char* at = input.data();
    const char* const end = at + input.size();
    std::int64_t count = 0, name = 0;
    if (!take_short_count(at, end, '*', count) || !take_short_count(at, end, '$', name) ||
        end - at < name + 2)
        return 0;
    at += name + 2;
    const std::size_t most = std::min(words.size(), static_cast<std::size_t>(count) - 1);
    for (std::size_t i = 0; i < most; ++i) {
        std::int64_t size = 0;
        if (!take_short_count(at, end, '$', size) || end - at < size + 2) return i;
        words[i] = {at, static_cast<std::size_t>(size)};
        at += size + 2;
    }
    return most;
}

RequestParser::Step RequestParser::parse_multibulk(std::string_view input,
                                                   const RequestLimits& limits,
                                                   RequestBatch& batch) {
    const char* const begin = input.data() + base_;
    const char* const end = input.data() + input.size();
    const char* at = begin + position_;

    // The text between a header's first byte and its line end; false when that has not come yet.
    const auto line = [&](std::string_view& text) {
        const auto* cr =
            static_cast<const char*>(std::memchr(at, '\r', static_cast<std::size_t>(end - at)));
        if (!cr || cr + 1 == end) return false;
        text = {at + 1, static_cast<std::size_t>(cr - at - 1)};
        return true;
    };

    std::string_view text;
    if (arguments_ < 0) {
        std::int64_t count = 0;
        if (!take_short_count(at, end, '*', count)) {
            if (!line(text)) {
                if (static_cast<std::size_t>(end - at) > limits.line_bytes_max)
                    return fail("too big mbulk count string");
                return Step::incomplete;
            }
            if (!parse_count(text, count)) return fail("invalid multibulk length");
            at = text.data() + text.size() + 2;
        }
        if (count > limits.arguments_max) return fail("invalid multibulk length");
        if (count > kUnauthenticatedArgumentsMax && !limits.authenticated) {
            return fail("unauthenticated multibulk length");
        }
        if (count <= 0) {
            base_ += static_cast<std::size_t>(at - begin);
            batch.skip_to(base_);
            return Step::complete;
        }
        arguments_ = count;
        position_ = static_cast<std::size_t>(at - begin);
    }

    // While nothing of this command waits from an earlier input, its views go straight to the
    // batch.
    const std::size_t kept = batch.arguments_.size();
    for (const Range& range : done_)
        batch.arguments_.emplace_back(begin + range.offset, range.size);
    auto remaining = arguments_ - static_cast<std::int64_t>(done_.size());
    for (; remaining > 0; --remaining) {
        if (bulk_size_ < 0) {
            if (at == end) break;
            if (*at != '$') return fail(std::string("expected '$', got '") + *at + "'");
            std::int64_t size = 0;
            if (!take_short_count(at, end, '$', size)) {
                if (!line(text)) {
                    if (static_cast<std::size_t>(end - at) > limits.line_bytes_max) {
                        return fail("too big bulk count string");
                    }
                    break;
                }
                if (!parse_count(text, size)) return fail("invalid bulk length");
                at = text.data() + text.size() + 2;
            }
            if (size < 0 || size > limits.bulk_bytes_max) return fail("invalid bulk length");
            if (size > kUnauthenticatedBulkBytesMax && !limits.authenticated) {
                return fail("unauthenticated bulk length");
            }
            bulk_size_ = size;
        }
        const auto size = static_cast<std::size_t>(bulk_size_);
        if (static_cast<std::size_t>(end - at) < size + 2) {
            bytes_wanted_ = static_cast<std::size_t>(at - begin) + size + 2;
            break;
        }
        batch.arguments_.emplace_back(at, size);
        at += size + 2;
        bulk_size_ = -1;
    }
    if (remaining > 0) {
        for (std::size_t i = kept + done_.size(); i < batch.arguments_.size(); ++i) {
            const std::string_view argument = batch.arguments_[i];
            done_.push_back({static_cast<std::size_t>(argument.data() - begin), argument.size()});
        }
        batch.arguments_.resize(kept);
        position_ = static_cast<std::size_t>(at - begin);
        return Step::incomplete;
    }
    base_ += static_cast<std::size_t>(at - begin);
    batch.ends_.push_back({batch.arguments_.size(), base_});
    batch.skip_to(base_);
    forget_done();
    arguments_ = -1;
    position_ = 0;
    return Step::complete;
}

RequestParser::Step RequestParser::parse_inline(std::string_view input, const RequestLimits& limits,
                                                RequestBatch& batch) {
    std::string_view rest = input.substr(base_);
    const std::size_t newline = rest.find('\n', position_);
    if (newline == std::string_view::npos) {
        if (rest.size() > limits.line_bytes_max) return fail("too big inline request");
        position_ = rest.size();
        return Step::incomplete;
    }
    std::string_view line = rest.substr(0, newline);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    auto words = split_words(line);
    if (!words) return fail("unbalanced quotes in request");
    position_ = 0;
    base_ += newline + 1;
    batch.skip_to(base_);
    if (words->empty()) return Step::complete;
    for (std::string& word : *words)
        batch.arguments_.emplace_back(batch.unquoted_.emplace_back(std::move(word)));
    batch.ends_.push_back({batch.arguments_.size(), base_});
    return Step::complete;
}

}  // namespace millpond::resp
