// SPDX-License-Identifier: Apache-2.0
//
// Reads server-sent events (the WHATWG HTML standard, section 9.2) from bytes as they arrive. Pure;
// one instance belongs to one connection.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace millpond::admin {

struct SseMessage {
    std::string event;  ///< "message" when the server named none
    std::string id;
    std::string data;
};

class SseParser {
public:
    /// More than this in one message is an error of the server's.
    static constexpr std::size_t message_bytes_max = 16 << 20;

    /// Takes in `bytes`; appends every message that they complete. False: the message is too long.
    bool feed(std::string_view bytes, std::vector<SseMessage>& out);

private:
    void line(std::string_view text, std::vector<SseMessage>& out);
    void field(std::string_view name, std::string_view value);

    std::string partial_;  // the line that has not ended yet
    SseMessage message_;
};

}  // namespace millpond::admin
