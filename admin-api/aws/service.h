// SPDX-License-Identifier: Apache-2.0
//
// What tells one AWS service's protocol from another's: name, version, actions, the form of answers
// and errors. Pure; any thread.
#pragma once

#include "admin-api/aws/call.h"
#include "admin-api/aws/handler.h"

namespace millpond::admin::aws {

struct Service {
    const char* name;  ///< in the credential scope
    const char* version;
    const char* xml_namespace;
    const Actions& (*actions)();
    bool ec2;  ///< the "ec2" protocol: no result wrapper, its own errors
};

/// nullptr for a service that is not there.
const Service* find_service(std::string_view name);
/// The service whose protocol an unsigned request seems to speak: by its version, else ElastiCache.
const Service& guess_service(std::string_view body);

/// The root of an answer; `result` is where the action writes.
struct Envelope {
    pugi::xml_document document;
    Xml result;
};
void open_envelope(Envelope& envelope, const Service& service, const std::string& action,
                   const std::string& request_id);
AwsResponse error_response(const Service& service, const Error& error,
                           const std::string& request_id);
AwsResponse make_response(int status, const pugi::xml_document& document,
                          const std::string& request_id);

/// A random UUID.
std::string make_request_id();

}  // namespace millpond::admin::aws
