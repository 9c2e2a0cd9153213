// SPDX-License-Identifier: Apache-2.0
//
// Who may call, before anything is looked at. Pure functions, any thread. A page in a browser must
// not reach the API by way of a name that resolves to loopback, nor by a form posted across
// origins; on TCP a caller of /v1 must hold the token.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "admin-api/http/message.h"

namespace millpond::admin::http {

struct GuardOptions {
    std::string token;
    std::string
        listen_host;  ///< the address of the TCP listener, allowed as Host besides loopback names
};

/// The refusal, or nothing; sets `request.caller` to "token" when the token was right.
std::optional<Response> refusal(Request& request, const GuardOptions& options);

/// "localhost", "127.x.y.z", "[::1]", with or without a port.
bool is_loopback_host(std::string_view host);
/// Takes the same time wherever the first difference is.
bool equal_secrets(std::string_view a, std::string_view b);

}  // namespace millpond::admin::http
