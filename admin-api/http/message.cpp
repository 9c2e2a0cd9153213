// SPDX-License-Identifier: Apache-2.0
#include "admin-api/http/message.h"

#include <algorithm>
#include <boost/json/value.hpp>

#include "admin-api/schema/common.h"
#include "admin-api/schema/json.h"

namespace millpond::admin::http {
namespace {

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool same_name(std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](char x, char y) { return lower(x) == lower(y); });
}

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (lower(c) >= 'a' && lower(c) <= 'f') return lower(c) - 'a' + 10;
    return -1;
}

}  // namespace

std::optional<std::string_view> Request::header(std::string_view name) const {
    for (const auto& [key, value] : headers)
        if (same_name(key, name)) return value;
    return std::nullopt;
}

std::string Request::content_type() const {
    auto value = std::string(header("Content-Type").value_or(""));
    value.resize(std::min(value.size(), value.find(';')));
    while (value.ends_with(' ')) value.pop_back();
    std::transform(value.begin(), value.end(), value.begin(), lower);
    return value;
}

std::optional<std::string> percent_decoded(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            out += text[i];
            continue;
        }
        if (i + 2 >= text.size()) return std::nullopt;
        const int high = hex_digit(text[i + 1]);
        const int low = hex_digit(text[i + 2]);
        if (high < 0 || low < 0) return std::nullopt;
        out += static_cast<char>(high * 16 + low);
        i += 2;
    }
    return out;
}

bool split_target(Request& request) {
    const std::string_view target = request.target;
    const auto mark = target.find('?');
    request.path = target.substr(0, mark);
    if (mark == std::string_view::npos) return true;
    auto rest = target.substr(mark + 1);
    while (!rest.empty()) {
        const auto pair = rest.substr(0, rest.find('&'));
        rest.remove_prefix(std::min(rest.size(), pair.size() + 1));
        const auto equals = pair.find('=');
        const auto name = percent_decoded(pair.substr(0, equals));
        const auto value =
            percent_decoded(equals == std::string_view::npos ? "" : pair.substr(equals + 1));
        if (!name || !value) return false;
        if (!name->empty()) request.query[*name] = *value;
    }
    return true;
}

Response error_response(int status, std::string_view code, std::string_view message,
                        std::string_view field) {
    const schema::ErrorBody body{std::string(code), std::string(message), std::string(field)};
    Response response;
    response.status = status;
    response.body = schema::to_text(boost::json::object{{"error", schema::to_json(body)}});
    return response;
}

}  // namespace millpond::admin::http
