// SPDX-License-Identifier: Apache-2.0
//
// Results as HTTP answers, and parameters of a query as values. Pure functions.
#pragma once

#include <string>
#include <string_view>

#include "admin-api/control/use_cases.h"
#include "admin-api/http/message.h"
#include "admin-api/schema/json.h"

namespace millpond::admin {

http::Response failed(const Error& error);
http::Response json_answer(int status, const boost::json::value& body);

template <class T>
http::Response answered(int status, const Result<T>& result) {
    if (!result) return failed(result.error());
    return json_answer(status, schema::to_json(result.value()));
}

/// With the object's revision as its ETag, for If-Match.
template <class T>
http::Response answered_versioned(int status, const Result<T>& result) {
    auto response = answered(status, result);
    if (result)
        response.headers.emplace_back("ETag",
                                      "\"" + std::to_string(result.value().revision) + "\"");
    return response;
}

template <class T>
http::Response listed(schema::Revision revision, const std::vector<T>& items) {
    return json_answer(
        200, boost::json::object{{"revision", revision}, {"items", schema::to_json(items)}});
}

/// The body, read strictly.
template <class T>
Result<T> body_as(const http::Request& request) {
    return schema::from_json_text<T>(request.body.empty() ? "{}" : request.body);
}

std::string text_parameter(const http::Request& request, std::string_view name,
                           std::string_view fallback = "");
Result<std::int64_t> number_parameter(const http::Request& request, std::string_view name,
                                      std::int64_t fallback);
/// `"12"` or `12`; nothing when the header is absent.
Result<std::optional<schema::Revision>> if_match(const http::Request& request);

}  // namespace millpond::admin
