// SPDX-License-Identifier: Apache-2.0
//
// The replica's connection to its primary: blocking reads and writes with a deadline, which another
// thread can interrupt. Used by the link's thread; interrupt() by any.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "engine/server/primary_address.h"
#include "engine/snapshot/rdb_reader.h"

struct addrinfo;

namespace millpond::engine {

class LinkSocket final : public ByteSource {
public:
    /// `interrupted` is asked whenever a wait ends; `event_fd` becomes readable when it should be
    /// asked. `received` is told how many bytes have come.
    LinkSocket(
        int event_fd, std::function<bool()> interrupted,
        std::function<void(std::size_t)> received = [](std::size_t) {});
    ~LinkSocket() override;

    /// False with error() set.
    bool connect(const PrimaryAddress& address, std::int64_t timeout_ms);
    void close();
    bool open() const { return fd_ >= 0; }
    int fd() const { return fd_; }
    /// The last connect() found nobody listening.
    bool refused() const { return refused_; }
    void set_timeout(std::int64_t ms) { timeout_ms_ = ms; }
    /// Where connections come from, if that can be; empty: wherever the system wants.
    void set_source(std::string address) { source_ = std::move(address); }

    bool send(Bytes bytes);
    /// Sends what the socket takes at once; for acknowledgements, which the next one makes good.
    void send_now(Bytes bytes);
    /// One line without its end; lines that are empty keep the link alive and are passed over.
    bool line(std::string& out);
    std::size_t read(char* to, std::size_t size) override;
    std::string error() const override { return error_; }

    enum class Arrival : std::uint8_t { data, nothing, ended };
    /// Does not wait: what has come, at most `size` bytes.
    Arrival poll_read(char* to, std::size_t size, std::size_t& got);
    /// Waits for data at most `ms`, or for an interruption.
    void wait_readable(std::int64_t ms);

    std::uint64_t bytes_read() const { return bytes_read_; }

private:
    bool wait(short events, std::int64_t deadline_ms);
    bool fail(std::string why);
    bool bind_source(int family);
    int begin_connect(const addrinfo& to);

    const int event_fd_;
    std::function<bool()> interrupted_;
    std::function<void(std::size_t)> received_;
    int fd_ = -1;
    std::int64_t timeout_ms_ = 60000;
    std::string source_;
    std::string buffer_;
    std::size_t at_ = 0;
    std::uint64_t bytes_read_ = 0;
    std::string error_;
    bool refused_ = false;
};

}  // namespace millpond::engine
