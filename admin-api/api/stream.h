// SPDX-License-Identifier: Apache-2.0
//
// GET /v1/stream: the feed's frames into one connection. Any HTTP thread.
#pragma once

#include <optional>

#include "admin-api/control/feed.h"
#include "admin-api/http/message.h"

namespace millpond::admin {

http::Response stream_response(Feed& feed, std::optional<schema::Revision> after);

}  // namespace millpond::admin
