// SPDX-License-Identifier: Apache-2.0
#include "admin-api/daemon/root_handler.h"

#include "admin-api/schema/time.h"

namespace millpond::admin {

void RootHandler::handle(http::Request request, std::function<void(http::Response)> done) {
    if (request.path != "/" || request.method != "POST")
        return native_.handle(std::move(request), std::move(done));
    AwsRequest asked{std::move(request.method), std::move(request.target),
                     std::move(request.headers), std::move(request.body), schema::wall_clock_ms()};
    auto answer = aws_.handle(asked);
    http::Response response;
    response.status = answer.status;
    response.content_type.clear();  // among its headers
    response.headers = std::move(answer.headers);
    response.body = std::move(answer.body);
    done(std::move(response));
}

}  // namespace millpond::admin
