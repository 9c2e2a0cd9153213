// SPDX-License-Identifier: Apache-2.0
#include "admin-api/http/guard.h"

#include <openssl/crypto.h>

#include <algorithm>

namespace millpond::admin::http {
namespace {

std::string_view without_port(std::string_view host) {
    if (host.starts_with('[')) return host.substr(0, host.find(']') + 1);
    return host.substr(0, host.find(':'));
}

bool is_change(const Request& request) {
    return request.method != "GET" && request.method != "HEAD" && request.method != "OPTIONS";
}

bool is_open(const Request& request) {
    return request.path == "/healthz";
}

// The AWS protocols sign each request; their handler checks that.
bool is_aws(const Request& request) {
    return request.path == "/";
}

bool origin_is_own(std::string_view origin, std::string_view host) {
    for (const std::string_view scheme : {"http://", "https://"})
        if (origin.starts_with(scheme) && origin.substr(scheme.size()) == host) return true;
    return false;
}

bool right_content_type(const Request& request) {
    const auto type = request.content_type();
    if (!is_aws(request)) return type == "application/json";
    return type == "application/x-www-form-urlencoded" ||
           type.starts_with("application/x-amz-json-");
}

std::optional<Response> browser_refusal(const Request& request, const GuardOptions& options) {
    const auto host = request.header("Host");
    if (!host) return error_response(400, "InvalidHost", "The request has no Host header.");
    if (request.over_tcp && !is_loopback_host(*host) && without_port(*host) != options.listen_host)
        return error_response(
            403, "InvalidHost",
            "The Host header must name this machine's loopback (localhost, 127.0.0.1 or [::1]).");
    if (const auto origin = request.header("Origin"); origin && !origin_is_own(*origin, *host))
        return error_response(403, "ForeignOrigin", "Requests from other origins are refused.");
    if (const auto site = request.header("Sec-Fetch-Site");
        site && *site != "same-origin" && *site != "none")
        return error_response(403, "ForeignOrigin", "Requests from other sites are refused.");
    return std::nullopt;
}

std::optional<Response> token_refusal(Request& request, const GuardOptions& options) {
    if (!request.over_tcp || is_open(request) || is_aws(request)) return std::nullopt;
    constexpr std::string_view scheme = "Bearer ";
    const auto given = request.header("Authorization").value_or("");
    if (given.starts_with(scheme) && !options.token.empty() &&
        equal_secrets(given.substr(scheme.size()), options.token)) {
        request.caller = "token";
        return std::nullopt;
    }
    auto response = error_response(
        401, "Unauthorized",
        "On TCP this needs the header \"Authorization: Bearer TOKEN\", with the token of "
        "the file \"token\" in the state folder.");
    response.headers.emplace_back("WWW-Authenticate", "Bearer");
    return response;
}

}  // namespace

bool is_loopback_host(std::string_view host) {
    const auto name = without_port(host);
    if (name == "localhost" || name == "[::1]") return true;
    return name.starts_with("127.") && std::count(name.begin(), name.end(), '.') == 3 &&
           name.find_first_not_of("0123456789.") == std::string_view::npos;
}

bool equal_secrets(std::string_view a, std::string_view b) {
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::optional<Response> refusal(Request& request, const GuardOptions& options) {
    if (auto refused = browser_refusal(request, options)) return refused;
    if (auto refused = token_refusal(request, options)) return refused;
    if (is_change(request) && !request.body.empty() && !right_content_type(request))
        return error_response(415, "UnsupportedMediaType",
                              is_aws(request)
                                  ? "The body must be application/x-www-form-urlencoded."
                                  : "The body must be application/json.");
    return std::nullopt;
}

}  // namespace millpond::admin::http
