// SPDX-License-Identifier: Apache-2.0
//
// The AWS face: `POST /` in the ElastiCache and EC2 query protocols, over the same use cases as
// /v1. It checks SigV4 itself and knows nothing of sockets. handle() may be called from several
// HTTP threads at once and waits for no node.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "admin-api/control/use_cases.h"

namespace millpond::admin {

/// The local access key, as the `credentials` file holds it. Ids begin with MLPD, as no key of AWS
/// does.
struct AccessKeys {
    std::string id;
    std::string secret;
};

/// One HTTP request as it was received. Header names keep the case that the client sent.
struct AwsRequest {
    std::string method;
    std::string target;  ///< path and query
    std::vector<std::pair<std::string, std::string>> headers;
    std::string body;
    std::int64_t now_ms = 0;  ///< Unix time, for the signature's skew
};

struct AwsResponse {
    int status = 200;
    std::vector<std::pair<std::string, std::string>> headers;
    std::string body;
};

class AwsHandler {
public:
    AwsHandler(UseCases& use_cases, AccessKeys keys);
    ~AwsHandler();
    AwsResponse handle(const AwsRequest& request);

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace millpond::admin
