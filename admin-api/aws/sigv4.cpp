// SPDX-License-Identifier: Apache-2.0
#include "admin-api/aws/sigv4.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <ctime>

#include "admin-api/aws/url_form.h"

namespace millpond::admin::aws {
namespace {

constexpr std::string_view algorithm = "AWS4-HMAC-SHA256";

std::string lower(std::string_view text) {
    std::string out(text);
    for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return out;
}

std::string hex(std::string_view bytes) {
    static constexpr char digits[] = "0123456789abcdef";
    std::string out;
    for (const unsigned char byte : bytes) {
        out.push_back(digits[byte >> 4]);
        out.push_back(digits[byte & 15]);
    }
    return out;
}

std::string sha256(std::string_view bytes) {
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    EVP_Digest(bytes.data(), bytes.size(), digest, &size, EVP_sha256(), nullptr);
    return {reinterpret_cast<const char*>(digest), size};
}

std::string hmac(std::string_view key, std::string_view text) {
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
         reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest, &size);
    return {reinterpret_cast<const char*>(digest), size};
}

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    for (;;) {
        const auto end = text.find(separator);
        parts.push_back(text.substr(0, end));
        if (end == std::string_view::npos) return parts;
        text.remove_prefix(end + 1);
    }
}

/// Without blanks at the ends, and with one for each run of blanks inside.
std::string squeezed(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == ' ' || c == '\t') {
            if (!out.empty() && out.back() != ' ') out.push_back(' ');
        } else {
            out.push_back(c);
        }
    }
    if (out.ends_with(' ')) out.pop_back();
    return out;
}

std::string canonical_header(const AwsRequest& request, std::string_view name) {
    std::string value;
    bool first = true;
    for (const auto& [key, text] : request.headers) {
        if (lower(key) != name) continue;
        if (!first) value.push_back(',');
        value += squeezed(text);
        first = false;
    }
    return std::string(name) + ":" + value + "\n";
}

std::string canonical_query(std::string_view query) {
    auto pairs = parse_form(query);
    for (auto& [name, value] : pairs) {
        name = uri_encode(name, false);
        value = uri_encode(value, false);
    }
    std::sort(pairs.begin(), pairs.end());
    std::string out;
    for (const auto& [name, value] : pairs) out += (out.empty() ? "" : "&") + name + "=" + value;
    return out;
}

std::string canonical_request(const AwsRequest& request, const std::string& signed_headers) {
    const std::string_view target = request.target;
    const auto mark = target.find('?');
    const auto path = target.substr(0, mark);
    const auto query =
        mark == std::string_view::npos ? std::string_view{} : target.substr(mark + 1);
    std::string out = request.method + "\n" + uri_encode(path.empty() ? "/" : path, true) + "\n" +
                      canonical_query(query) + "\n";
    for (const auto name : split(signed_headers, ';')) out += canonical_header(request, name);
    return out + "\n" + signed_headers + "\n" + hex(sha256(request.body));
}

struct Authorization {
    Scope scope;
    std::string signed_headers;
    std::string signature;
};

Error incomplete(std::string message) {
    return Error{"IncompleteSignature", std::move(message), "", 400};
}

Result<Scope> parse_credential(std::string_view text) {
    const auto parts = split(text, '/');
    if (parts.size() != 5 || parts[4] != "aws4_request" || parts[1].size() != 8)
        return incomplete(
            "The credential must read KEY/YYYYMMDD/REGION/SERVICE/aws4_request, not '" +
            std::string(text) + "'.");
    return Scope{std::string(parts[0]), std::string(parts[1]), std::string(parts[2]),
                 std::string(parts[3])};
}

Result<Authorization> parse_authorization(const AwsRequest& request) {
    const auto* text = header(request, "authorization");
    if (!text)
        return Error{
            "MissingAuthenticationToken",
            "The request is not signed. Give the AWS tools Millpond's own access key: the profile "
            "is in the file `credentials` of millpond-admin's state folder.",
            "", 403};
    std::string_view rest = *text;
    if (!rest.starts_with(algorithm))
        return incomplete("Only AWS4-HMAC-SHA256 is understood in the Authorization header.");
    rest.remove_prefix(algorithm.size());
    Authorization found;
    for (auto part : split(rest, ',')) {
        while (part.starts_with(' ')) part.remove_prefix(1);
        while (part.ends_with(' ')) part.remove_suffix(1);
        if (part.starts_with("Credential=")) {
            BOOST_OUTCOME_TRY(found.scope, parse_credential(part.substr(11)));
        } else if (part.starts_with("SignedHeaders=")) {
            found.signed_headers = part.substr(14);
        } else if (part.starts_with("Signature=")) {
            found.signature = part.substr(10);
        }
    }
    if (found.scope.key_id.empty() || found.signed_headers.empty() || found.signature.empty())
        return incomplete(
            "The Authorization header must name Credential, SignedHeaders and Signature.");
    return found;
}

bool names(const std::string& signed_headers, std::string_view name) {
    const auto all = split(signed_headers, ';');
    return std::find(all.begin(), all.end(), name) != all.end();
}

/// The time of signing: x-amz-date, or a Date header in the same form.
Result<std::string> signed_time(const AwsRequest& request, const Authorization& authorization) {
    for (const auto* name : {"x-amz-date", "date"})
        if (const auto* value = header(request, name)) {
            if (!names(authorization.signed_headers, name))
                return incomplete(std::string("The header ") + name + " must be signed.");
            return *value;
        }
    return incomplete("The request has no X-Amz-Date header.");
}

Result<std::int64_t> parse_time(const std::string& text) {
    std::tm parts{};
    const char* end = strptime(text.c_str(), "%Y%m%dT%H%M%SZ", &parts);
    if (!end || *end || text.size() != 16)
        return incomplete("X-Amz-Date must read YYYYMMDDThhmmssZ, not '" + text + "'.");
    return static_cast<std::int64_t>(timegm(&parts)) * 1000;
}

Result<void> check_time(const AwsRequest& request, const Scope& scope, const std::string& time) {
    BOOST_OUTCOME_TRY(const auto signed_ms, parse_time(time));
    const auto skew_ms = std::abs(request.now_ms - signed_ms);
    if (skew_ms > std::chrono::milliseconds(clock_skew_max).count())
        return Error{"RequestExpired",
                     "The request was signed " + std::to_string(skew_ms / 60000) +
                         " minutes away from this machine's time; 15 are allowed. Check the clock.",
                     "", 400};
    if (!time.starts_with(scope.day))
        return Error{
            "SignatureDoesNotMatch",
            "The day of the credential scope, " + scope.day + ", is not that of X-Amz-Date.", "",
            403};
    return boost::outcome_v2::success();
}

Error foreign_key(const std::string& id) {
    return Error{"InvalidClientTokenId",
                 "The access key " + id +
                     " is not this Millpond's; keys of an AWS account are of no use here, and were "
                     "not sent on. Unset AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, "
                     "AWS_SESSION_TOKEN and AWS_PROFILE, or name Millpond's profile with "
                     "--profile; the key is in the file `credentials` of millpond-admin's state "
                     "folder.",
                 "", 403};
}

}  // namespace

const std::string* header(const AwsRequest& request, std::string_view lower_name) {
    for (const auto& [key, value] : request.headers)
        if (lower(key) == lower_name) return &value;
    return nullptr;
}

Result<Scope> claimed_scope(const AwsRequest& request) {
    BOOST_OUTCOME_TRY(const auto authorization, parse_authorization(request));
    return authorization.scope;
}

std::string signature(const AwsRequest& request, const AccessKeys& keys, const Scope& scope,
                      const std::string& signed_headers, const std::string& timestamp) {
    const auto path = scope.day + "/" + scope.region + "/" + scope.service + "/aws4_request";
    const auto to_sign = std::string(algorithm) + "\n" + timestamp + "\n" + path + "\n" +
                         hex(sha256(canonical_request(request, signed_headers)));
    auto key = hmac("AWS4" + keys.secret, scope.day);
    key = hmac(key, scope.region);
    key = hmac(key, scope.service);
    key = hmac(key, "aws4_request");
    return hex(hmac(key, to_sign));
}

Result<Scope> verify(const AwsRequest& request, const AccessKeys& keys) {
    BOOST_OUTCOME_TRY(const auto authorization, parse_authorization(request));
    const auto& scope = authorization.scope;
    if (scope.key_id != keys.id) return foreign_key(scope.key_id);
    if (!names(authorization.signed_headers, "host"))
        return incomplete("The header host must be signed.");
    BOOST_OUTCOME_TRY(const auto time, signed_time(request, authorization));
    BOOST_OUTCOME_TRYV(check_time(request, scope, time));
    const auto expected = signature(request, keys, scope, authorization.signed_headers, time);
    const auto& given = authorization.signature;
    if (given.size() != expected.size() ||
        CRYPTO_memcmp(given.data(), expected.data(), expected.size()) != 0)
        return Error{"SignatureDoesNotMatch",
                     "The signature is not the one that the secret key of " + keys.id +
                         " gives for this request. Is the secret the one in millpond-admin's file "
                         "`credentials`, and does no proxy change the request?",
                     "", 403};
    return scope;
}

}  // namespace millpond::admin::aws
