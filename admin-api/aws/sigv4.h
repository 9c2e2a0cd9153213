// SPDX-License-Identifier: Apache-2.0
//
// Checks AWS Signature Version 4 in the Authorization header ("Signature Version 4 signing
// process", AWS General Reference): exactly the headers that SignedHeaders names, the body as
// received. Pure functions, any thread.
#pragma once

#include <chrono>
#include <string>

#include "admin-api/aws/handler.h"
#include "admin-api/schema/result.h"

namespace millpond::admin::aws {

/// How far the client's clock may be from ours, either way.
inline constexpr std::chrono::minutes clock_skew_max{15};

/// The credential scope: which service was called, as which region.
struct Scope {
    std::string key_id;
    std::string day;  ///< "20260301"
    std::string region;
    std::string service;  ///< "elasticache", "ec2", "sts"
};

/// The scope that a request claims, unverified: it decides in which protocol an error is told.
Result<Scope> claimed_scope(const AwsRequest& request);

/// Ensures: on success the request was signed with `keys` no more than `clock_skew_max` from now.
Result<Scope> verify(const AwsRequest& request, const AccessKeys& keys);

/// The signature (lower-case hex) that `scope` and these signed headers ("host;x-amz-date") ask
/// for. Requires: `timestamp` is the one that was sent ("20260301T120000Z").
std::string signature(const AwsRequest& request, const AccessKeys& keys, const Scope& scope,
                      const std::string& signed_headers, const std::string& timestamp);

/// A header's value by its name in any case; nullptr when it is absent.
const std::string* header(const AwsRequest& request, std::string_view lower_name);

}  // namespace millpond::admin::aws
