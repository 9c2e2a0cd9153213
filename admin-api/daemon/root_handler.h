// SPDX-License-Identifier: Apache-2.0
//
// Parts the two faces: POST / is AWS's, all else is ours. Any HTTP thread.
#pragma once

#include "admin-api/aws/handler.h"
#include "admin-api/http/message.h"

namespace millpond::admin {

class RootHandler final : public http::Handler {
public:
    RootHandler(http::Handler& native, AwsHandler& aws) : native_(native), aws_(aws) {}
    void handle(http::Request request, std::function<void(http::Response)> done) override;

private:
    http::Handler& native_;
    AwsHandler& aws_;
};

}  // namespace millpond::admin
