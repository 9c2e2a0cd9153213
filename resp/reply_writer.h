// SPDX-License-Identifier: Apache-2.0
//
// Writes replies in RESP2 or RESP3 straight into a connection's output buffer. Used by the one
// thread that runs the command; it owns nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace millpond::resp {

/// Writes a double as replies show it (no line end) and returns the length; `out` has kRealBytesMax
/// bytes.
constexpr std::size_t kRealBytesMax = 40;
std::size_t format_real(double value, char* out);

class ReplyWriter {
public:
    enum class Protocol : std::uint8_t { resp2 = 2, resp3 = 3 };

    ReplyWriter(std::string& out, Protocol protocol) : out_(&out), protocol_(protocol) {}

    Protocol protocol() const { return protocol_; }
    bool resp3() const { return protocol_ == Protocol::resp3; }

    void ok();
    void simple(std::string_view text);
    /// `message` starts with its word ("ERR no such key") ; line breaks become spaces.
    void error(std::string_view message);
    void integer(std::int64_t value);
    void bulk(std::string_view bytes);
    void bulk_integer(std::int64_t value);  ///< the digits as a bulk string
    void null();                            ///< $-1 or _
    void null_array();                      ///< *-1 or _
    void real(double value);   ///< bulk of %.17g, shortest as Redis 7.0 prints it, or ',' in RESP3
    void boolean(bool value);  ///< :1 / :0 or #t / #f
    void array(std::size_t size);
    void map(std::size_t pairs);  ///< an array of 2n in RESP2
    void set(std::size_t size);
    void push(std::size_t size);
    void verbatim(std::string_view format, std::string_view text);
    void raw(std::string_view encoded);

    std::string& buffer() { return *out_; }
    /// How many errors were written: dispatch counts failed commands by it.
    std::uint32_t errors() const { return errors_; }

private:
    std::string* out_;
    Protocol protocol_;
    std::uint32_t errors_ = 0;
};

}  // namespace millpond::resp
