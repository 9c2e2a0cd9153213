// SPDX-License-Identifier: Apache-2.0
//
// The native face: /v1 as schema/API.md lays it out, /metrics and /healthz. Translates and nothing
// else; what a request means is the use cases' business. Any HTTP thread.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "admin-api/control/feed.h"
#include "admin-api/control/use_cases.h"
#include "admin-api/http/message.h"

namespace millpond::admin {

class Api final : public http::Handler {
public:
    /// Both must outlive it.
    Api(UseCases& use_cases, Feed& feed);

    void handle(http::Request request, std::function<void(http::Response)> done) override;

private:
    using Done = std::function<void(http::Response)>;
    struct Call {
        const http::Request& request;
        std::vector<std::string> arguments;  ///< what stood in the pattern's {}
        Caller caller;
    };
    using Action = std::function<void(const Call&, const Done&)>;
    struct Route {
        std::string method;
        std::vector<std::string> pattern;
        Action action;
    };

    void add(std::string method, std::string_view pattern, Action action);
    void add_clusters();
    void add_keys();
    void add_network();
    void add_history();
    http::Response open_stream(const http::Request& request);

    UseCases& use_cases_;
    Feed& feed_;
    std::vector<Route> routes_;
};

}  // namespace millpond::admin
