// SPDX-License-Identifier: Apache-2.0
//
// The network side of the server: listeners, the I/O threads, and every session by id. Owned by the
// server; its functions may be called from any thread and block on nothing but short mutexes.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "engine/server/control.h"
#include "engine/server/session.h"

namespace millpond::engine {

class Acceptor;
class Executor;
class IoThread;
struct Accepted;

class Network final : public NetworkControl {
public:
    explicit Network(Server& server);
    ~Network() override;

    /// Opens the configured listeners and starts the threads but the first. Throws
    /// std::runtime_error.
    void start();
    /// The first I/O thread's loop, on the calling thread, until stop().
    void run();
    /// From any thread: run() returns soon.
    void stop();
    /// Ends the other threads; the connections are flushed and closed. After run().
    void join();

    // -- NetworkControl
    void listen(Listener listener) override;
    bool set_active(const std::string& name, bool active) override;
    void set_active(Kind kind, bool active) override;
    bool unlisten(const std::string& name) override;
    std::vector<Listener> listeners() override;
    bool set_rules(std::uint64_t revision, std::vector<std::string> vpc,
                   std::vector<std::string> allowed) override;
    std::vector<Source> sources() override;
    void close_accepted(Kind kind) override;

    // -- Sessions
    void visit_sessions(const std::function<void(Session&)>& visitor);
    bool visit_session(std::uint64_t id, const std::function<void(Session&)>& visitor);
    void resume(BlockToken token, std::string reply, Resumed how);
    /// False when that session is not suspended.
    bool unblock(std::uint64_t id, bool with_error);
    /// `flush`: by FIN after its output; else at once.
    void close(std::uint64_t id, bool flush);
    /// Has some I/O thread do this work, in no lane, as soon as it can.
    void with_executor(std::function<void(Executor&)> work);
    void run_parked();
    void drop_parked();

    std::size_t connections() const { return connections_.load(std::memory_order_relaxed); }
    std::uint64_t tick() const { return tick_.load(std::memory_order_relaxed); }
    std::size_t threads() const { return threads_.size(); }

    // -- For the acceptor and the I/O threads
    void deal(Accepted accepted);
    void connection_opened() { connections_.fetch_add(1, std::memory_order_relaxed); }
    void connection_closed() { connections_.fetch_sub(1, std::memory_order_relaxed); }
    std::uint64_t next_session_id() { return next_id_.fetch_add(1, std::memory_order_relaxed); }
    /// Closes handed-over connections that the rules in force do not allow.
    void close_disallowed();

private:
    void follow_configuration();

    Server& server_;
    std::unique_ptr<Acceptor> acceptor_;
    std::vector<std::unique_ptr<IoThread>> threads_;
    std::vector<std::thread> running_;  ///< of threads_[1...]
    std::atomic<std::size_t> next_thread_{0};
    std::atomic<std::size_t> connections_{0};
    std::atomic<std::uint64_t> next_id_{1};
    std::atomic<std::uint64_t> tick_{0};
};

}  // namespace millpond::engine
