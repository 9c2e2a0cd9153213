// SPDX-License-Identifier: Apache-2.0
#include "admin-api/aws/service.h"

#include <openssl/rand.h>

#include <algorithm>
#include <array>

namespace millpond::admin::aws {
namespace {

constexpr std::array<Service, 3> services{{
    {"elasticache", "2015-02-02", "http://elasticache.amazonaws.com/doc/2015-02-02/",
     &elasticache_actions, false},
    {"ec2", "2016-11-15", "http://ec2.amazonaws.com/doc/2016-11-15/", &ec2_actions, true},
    {"sts", "2011-06-15", "https://sts.amazonaws.com/doc/2011-06-15/", &sts_actions, false},
}};

/// AWS's statuses are not those of /v1: nearly everything is 400, whatever is not found in EC2 too.
int wire_status(const Service& service, const Error& error) {
    static constexpr std::array kept{403, 412};
    if (error.http_status >= 500) return error.http_status;
    if (std::find(kept.begin(), kept.end(), error.http_status) != kept.end())
        return error.http_status;
    return error.http_status == 404 && !service.ec2 ? 404 : 400;
}

void write_error(Xml parent, const Error& error, bool with_type, int status) {
    auto element = put(parent, "Error");
    if (with_type) put(element, "Type", status >= 500 ? "Receiver" : "Sender");
    put(element, "Code", error.code);
    put(element, "Message", error.message);
}

}  // namespace

const Service* find_service(std::string_view name) {
    for (const auto& service : services)
        if (service.name == name) return &service;
    return nullptr;
}

const Service& guess_service(std::string_view body) {
    for (const auto& service : services)
        if (body.find("Version=" + std::string(service.version)) != std::string_view::npos)
            return service;
    return services.front();
}

void open_envelope(Envelope& envelope, const Service& service, const std::string& action,
                   const std::string& request_id) {
    auto root = envelope.document.append_child((action + "Response").c_str());
    root.append_attribute("xmlns").set_value(service.xml_namespace);
    if (service.ec2) {
        put(root, "requestId", request_id);
        envelope.result = root;
        return;
    }
    envelope.result = root.append_child((action + "Result").c_str());
    put(put(root, "ResponseMetadata"), "RequestId", request_id);
}

AwsResponse error_response(const Service& service, const Error& error,
                           const std::string& request_id) {
    const int status = wire_status(service, error);
    pugi::xml_document document;
    if (service.ec2) {
        auto root = document.append_child("Response");
        write_error(put(root, "Errors"), error, false, status);
        put(root, "RequestID", request_id);
    } else {
        auto root = document.append_child("ErrorResponse");
        root.append_attribute("xmlns").set_value(service.xml_namespace);
        write_error(root, error, true, status);
        put(root, "RequestId", request_id);
    }
    return make_response(status, document, request_id);
}

AwsResponse make_response(int status, const pugi::xml_document& document,
                          const std::string& request_id) {
    AwsResponse response;
    response.status = status;
    response.headers = {{"Content-Type", "text/xml;charset=UTF-8"},
                        {"x-amzn-RequestId", request_id}};
    response.body = to_text(document);
    return response;
}

std::string make_request_id() {
    std::array<unsigned char, 16> bytes{};
    RAND_bytes(bytes.data(), bytes.size());
    bytes[6] = static_cast<unsigned char>((bytes[6] & 0x0f) | 0x40);  // version 4: random
    bytes[8] = static_cast<unsigned char>((bytes[8] & 0x3f) | 0x80);
    static constexpr char digits[] = "0123456789abcdef";
    std::string out;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        if (i == 4 || i == 6 || i == 8 || i == 10) out.push_back('-');
        out.push_back(digits[bytes[i] >> 4]);
        out.push_back(digits[bytes[i] & 15]);
    }
    return out;
}

}  // namespace millpond::admin::aws
