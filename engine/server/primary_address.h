// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace millpond::engine {

/// Where a primary is: a unix socket, or host and port. One with a path is reached by that alone,
/// and its host and port are what clients are told.
struct PrimaryAddress {
    std::string path;
    std::string host;
    int port = 0;
    std::string id;  ///< the node's id, when managed

    bool operator==(const PrimaryAddress&) const = default;
    std::string text() const { return path.empty() ? host + ":" + std::to_string(port) : path; }
    /// For INFO and ROLE.
    const std::string& shown_host() const { return host.empty() ? path : host; }
};

}  // namespace millpond::engine
