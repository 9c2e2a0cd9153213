// SPDX-License-Identifier: Apache-2.0
//
// A node's reply as JSON, for the command console: strings that are not UTF-8 as {"base64": ...},
// errors as {"error": ...}, a map with text keys as an object and any other as pairs. Pure.
#pragma once

#include <boost/json/value.hpp>

#include "resp/value.h"

namespace millpond::admin {

boost::json::value reply_json(const resp::Value& reply);

}  // namespace millpond::admin
