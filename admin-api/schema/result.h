// SPDX-License-Identifier: Apache-2.0
//
// What can go wrong in a use case, and the type that carries it. A value type, for any thread.
#pragma once

#include <boost/outcome/outcome.hpp>
#include <boost/outcome/try.hpp>
#include <string>
#include <utility>

namespace millpond::admin {

/// Why a request was not carried out. `code` is one of AWS's own words wherever AWS has one
/// ("ReplicationGroupNotFoundFault", "InvalidParameterValue", "InvalidPermission.Duplicate"), so
/// that the AWS face can pass it on and the native face means the same thing by it. `message` says
/// what, why and what to do. `field` names the request's field at fault ("security_groups[1]"), or
/// is empty.
struct Error {
    std::string code;
    std::string message;
    std::string field;
    int http_status = 400;
};

template <class T>
using Result = boost::outcome_v2::unchecked<T, Error>;

inline Error invalid_value(std::string field, std::string message) {
    return Error{"InvalidParameterValue", std::move(message), std::move(field), 400};
}

}  // namespace millpond::admin
