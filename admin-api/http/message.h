// SPDX-License-Identifier: Apache-2.0
//
// A request and its answer, as the faces above the server see them: plain values, no Beast.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "admin-api/http/frame_queue.h"

namespace millpond::admin::http {

struct Request {
    std::string method;
    std::string target;  ///< as it was sent: path and query
    std::string path;    ///< of the target, still percent-encoded
    std::map<std::string, std::string, std::less<>> query;  ///< decoded
    std::vector<std::pair<std::string, std::string>> headers;
    std::string body;
    bool over_tcp = false;
    std::string caller;  ///< "uid 1000 (kim)" on the unix socket; "token" on TCP once it is checked

    /// The first header of that name (in any case), or nothing.
    std::optional<std::string_view> header(std::string_view name) const;
    /// The media type without its parameters, in lower case.
    std::string content_type() const;
};

struct Response {
    int status = 200;
    std::string content_type = "application/json";
    std::vector<std::pair<std::string, std::string>> headers;
    std::string body;
    std::shared_ptr<FrameQueue> stream;  ///< instead of a body: frames until one side closes
};

/// Gives the answer by calling `done` once, on any thread.
class Handler {
public:
    virtual ~Handler() = default;
    virtual void handle(Request request, std::function<void(Response)> done) = 0;
};

/// Decodes %XX. Nothing for a malformed escape.
std::optional<std::string> percent_decoded(std::string_view text);
/// Splits a target into path and query. False when an escape in the query is malformed.
bool split_target(Request& request);

/// {"error": {"code": ..., "message": ..., "field": ...}}
Response error_response(int status, std::string_view code, std::string_view message,
                        std::string_view field = "");

}  // namespace millpond::admin::http
