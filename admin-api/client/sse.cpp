// SPDX-License-Identifier: Apache-2.0
#include "admin-api/client/sse.h"

#include <utility>

namespace millpond::admin {

bool SseParser::feed(std::string_view bytes, std::vector<SseMessage>& out) {
    while (!bytes.empty()) {
        const auto end = bytes.find('\n');
        partial_.append(bytes.substr(0, end));
        if (partial_.size() + message_.data.size() > message_bytes_max) return false;
        if (end == std::string_view::npos) return true;
        bytes.remove_prefix(end + 1);
        if (partial_.ends_with('\r')) partial_.pop_back();
        const auto text = std::exchange(partial_, {});
        line(text, out);
    }
    return true;
}

void SseParser::line(std::string_view text, std::vector<SseMessage>& out) {
    if (text.empty()) {
        auto done = std::exchange(message_, {});
        if (done.event.empty() && done.data.empty()) return;
        if (done.event.empty()) done.event = "message";
        if (done.data.ends_with('\n')) done.data.pop_back();
        out.push_back(std::move(done));
        return;
    }
    const auto colon = text.find(':');
    if (colon == 0) return;  // a comment
    auto value = colon == std::string_view::npos ? std::string_view{} : text.substr(colon + 1);
    if (value.starts_with(' ')) value.remove_prefix(1);
    field(text.substr(0, colon), value);
}

void SseParser::field(std::string_view name, std::string_view value) {
    if (name == "event") message_.event = value;
    if (name == "id") message_.id = value;
    if (name == "data") message_.data.append(value).push_back('\n');
}

}  // namespace millpond::admin
