// SPDX-License-Identifier: Apache-2.0
#include "engine/observers/message.h"

#include "engine/memory/copy_bytes.h"

namespace millpond::engine {

Payload::Payload(Bytes bytes) : bytes_(bytes) {
    if (bytes.size() < Message::kSharedMin) return;
    shared_ = SharedBuffer::create(bytes.size(), bytes.size());
    copy_bytes(shared_->data(), bytes.data(), bytes.size());
}

Payload::~Payload() {
    if (shared_) shared_->release();
}

void Payload::end(Message& message) const {
    message.text.append("$" + std::to_string(bytes_.size()) + "\r\n");
    if (shared_) {
        message.payload = BufferRef(*shared_);
    } else {
        message.text.append(bytes_).append("\r\n");
    }
}

}  // namespace millpond::engine
