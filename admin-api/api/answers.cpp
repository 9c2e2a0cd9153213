// SPDX-License-Identifier: Apache-2.0
#include "admin-api/api/answers.h"

#include <charconv>

namespace millpond::admin {
namespace {

std::optional<std::int64_t> whole_number(std::string_view text) {
    std::int64_t number = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (failure != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return number;
}

}  // namespace

http::Response failed(const Error& error) {
    return http::error_response(error.http_status, error.code, error.message, error.field);
}

http::Response json_answer(int status, const boost::json::value& body) {
    http::Response response;
    response.status = status;
    response.body = schema::to_text(body);
    return response;
}

std::string text_parameter(const http::Request& request, std::string_view name,
                           std::string_view fallback) {
    const auto at = request.query.find(name);
    return at == request.query.end() ? std::string(fallback) : at->second;
}

Result<std::int64_t> number_parameter(const http::Request& request, std::string_view name,
                                      std::int64_t fallback) {
    const auto at = request.query.find(name);
    if (at == request.query.end() || at->second.empty()) return fallback;
    if (const auto number = whole_number(at->second)) return *number;
    return invalid_value(std::string(name),
                         "\"" + std::string(name) + "\" must be a whole number.");
}

Result<std::optional<schema::Revision>> if_match(const http::Request& request) {
    const auto header = request.header("If-Match");
    if (!header) return std::optional<schema::Revision>();
    auto text = *header;
    if (text.size() >= 2 && text.starts_with('"') && text.ends_with('"'))
        text = text.substr(1, text.size() - 2);
    if (const auto number = whole_number(text)) return std::optional<schema::Revision>(*number);
    return invalid_value("If-Match", "If-Match must be a revision in quotes, such as \"12\".");
}

}  // namespace millpond::admin
