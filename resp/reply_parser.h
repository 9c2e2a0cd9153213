// SPDX-License-Identifier: Apache-2.0
//
// Turns the bytes of a RESP2 or RESP3 stream into values, as a client reads them. Bytes come in
// whatever pieces the socket gives; nothing is parsed twice. A request (an array of bulk strings)
// is such a value too. For one thread at a time; it owns what it has not yet given out.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "resp/value.h"

namespace millpond::resp {

class ReplyParser {
public:
    enum class Status { ready, need_more, malformed };

    static constexpr std::size_t kBulkBytesMax = 512u << 20;
    static constexpr std::size_t kItemsMax = 1u << 24;  ///< in one aggregate
    static constexpr std::size_t kDepthMax = 64;
    static constexpr std::size_t kLineBytesMax = 64u << 10;

    void feed(std::string_view bytes) { buffer_.append(bytes); }

    /// Takes the next whole value. Attributes are read and dropped, as they annotate only. After
    /// `malformed` the stream is lost and error() says why.
    Status next(Value& out);
    const std::string& error() const { return error_; }

    /// Bytes fed but not yet taken.
    std::size_t pending() const { return buffer_.size() - position_; }
    void clear();

private:
    struct Frame {
        Value value;
        std::size_t missing;
    };
    enum class Step { value, opened, need_more, malformed };

    Step read_one(Value& out);
    Step read_bulk(Value& out, ValueType type, std::string_view length);
    Step open(ValueType type, std::string_view count, Value& out);
    bool finish(Value&& value, Value& out);
    Step fail(std::string why);
    void compact();

    std::string buffer_;
    std::size_t position_ = 0;
    std::vector<Frame> frames_;
    std::string error_;
};

}  // namespace millpond::resp
