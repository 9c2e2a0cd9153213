// SPDX-License-Identifier: Apache-2.0
//
// Percent-encoding (RFC 3986) and query strings. Pure; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace millpond::admin {

/// Everything but the unreserved characters is encoded, so that a name can hold a slash.
std::string percent_encode(std::string_view text);

/// A path and its query; members that are empty or absent are left out.
class UrlQuery {
public:
    explicit UrlQuery(std::string path) : text_(std::move(path)) {}

    void add(std::string_view name, std::string_view value);
    void add(std::string_view name, std::optional<std::int64_t> value);
    void add(std::string_view name, std::optional<int> value);

    const std::string& text() const { return text_; }

private:
    std::string text_;
    char separator_ = '?';
};

}  // namespace millpond::admin
