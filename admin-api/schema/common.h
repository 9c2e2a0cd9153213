// SPDX-License-Identifier: Apache-2.0
//
// Pieces that several resources share. Times are ISO 8601 in UTC with milliseconds
// ("2026-03-01T12:00:00.123Z"); sizes are bytes; an absent optional is left out of the JSON.
#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace millpond::admin::schema {

using Revision = std::int64_t;

struct Tag {
    std::string key;
    std::string value;
};
BOOST_DESCRIBE_STRUCT(Tag, (), (key, value))

struct Endpoint {
    std::string address;
    int port = 6379;
};
BOOST_DESCRIBE_STRUCT(Endpoint, (), (address, port))

/// The body of every non-2xx answer of /v1, under the member "error".
struct ErrorBody {
    std::string code;
    std::string message;
    std::string field;  ///< empty when no single field is at fault
};
BOOST_DESCRIBE_STRUCT(ErrorBody, (), (code, message, field))

}  // namespace millpond::admin::schema
