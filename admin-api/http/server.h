// SPDX-License-Identifier: Apache-2.0
//
// The HTTP server: one for the unix socket and the TCP listener, with a few threads. Each
// connection is one coroutine on a strand of its own; everything that a client can make us hold is
// bounded.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "admin-api/http/guard.h"
#include "admin-api/http/message.h"
#include "admin-api/schema/result.h"

namespace millpond::admin::http {

struct Limits {
    std::uint32_t header_bytes_max = 16 << 10;
    std::uint64_t body_bytes_max = 1 << 20;
    int connections_max = 512;
    std::chrono::milliseconds idle{75'000};     ///< between two requests
    std::chrono::milliseconds request{20'000};  ///< from the header's first byte to the body's last
    std::chrono::milliseconds write{30'000};    ///< for one answer, or one write of a stream
    std::chrono::milliseconds heartbeat{5'000};  ///< of a stream
};

class Server {
public:
    Server(Handler& handler, GuardOptions guard, Limits limits = {}, int threads = 3);
    ~Server();

    /// Listens on a unix socket; a stale file is replaced. Requires: nobody else uses the path (the
    /// state folder's lock says so), and the folder is 0700.
    Result<void> listen_unix(const std::filesystem::path& path);
    /// Listens on an IPv4 or IPv6 address; port 0 takes any. Returns the port.
    Result<std::uint16_t> listen_tcp(const std::string& address, std::uint16_t port);
    void start();
    /// Closes everything and ends the threads; answers that are still awaited are dropped.
    void stop();

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace millpond::admin::http
