// SPDX-License-Identifier: Apache-2.0
#include "admin-api/client/url.h"

#include <cctype>

namespace millpond::admin {

std::string percent_encode(std::string_view text) {
    static constexpr char digits[] = "0123456789ABCDEF";
    std::string out;
    for (const unsigned char c : text) {
        if (c < 0x80 && (std::isalnum(c) || c == '-' || c == '.' || c == '_' || c == '~')) {
            out.push_back(static_cast<char>(c));
            continue;
        }
        out.push_back('%');
        out.push_back(digits[c >> 4]);
        out.push_back(digits[c & 15]);
    }
    return out;
}

void UrlQuery::add(std::string_view name, std::string_view value) {
    if (value.empty()) return;
    text_.push_back(separator_);
    text_.append(name).push_back('=');
    text_ += percent_encode(value);
    separator_ = '&';
}

void UrlQuery::add(std::string_view name, std::optional<std::int64_t> value) {
    if (value) add(name, std::to_string(*value));
}

void UrlQuery::add(std::string_view name, std::optional<int> value) {
    if (value) add(name, std::to_string(*value));
}

}  // namespace millpond::admin
