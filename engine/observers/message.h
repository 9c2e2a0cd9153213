// SPDX-License-Identifier: Apache-2.0
//
// One message for observers, encoded in RESP as it will be sent. What it carries is copied once,
// however many receive it, when it is big. A plain value.
#pragma once

#include <string>
#include <string_view>

#include "engine/keyspace/buffer.h"
#include "resp/reply_writer.h"

namespace millpond::engine {

struct Message {
    /// Payloads from here on are shared by their receivers rather than copied to each.
    static constexpr std::size_t kSharedMin = 16 << 10;

    std::string text;
    BufferRef payload;  ///< sent behind the text, followed by a line end; may be none

    std::size_t size() const { return text.size() + payload.bytes().size(); }
};

/// A payload that several encodings of one message may share.
class Payload {
public:
    explicit Payload(Bytes bytes);
    ~Payload();
    Payload(const Payload&) = delete;
    Payload& operator=(const Payload&) = delete;

    /// Ends a message with the payload as its last bulk string.
    void end(Message& message) const;

private:
    Bytes bytes_;
    SharedBuffer* shared_ = nullptr;
};

}  // namespace millpond::engine
