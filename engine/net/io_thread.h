// SPDX-License-Identifier: Apache-2.0
//
// One I/O thread: a level-triggered epoll loop that reads, parses, runs and answers in place.
// Everything here belongs to the thread that is in run(), but post(), stop() and the registry's
// visitors, which come from any.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "engine/commands/dispatch.h"
#include "engine/memory/memory_owner.h"
#include "engine/net/connection.h"

namespace millpond::engine {

class Network;

class IoThread final : public InboxOwner {
public:
    /// `tick`, if given, is bumped about each 10 ms.
    IoThread(Server& server, Network& network, std::string name, std::atomic<std::uint64_t>* tick);
    ~IoThread() override;
    IoThread(const IoThread&) = delete;
    IoThread& operator=(const IoThread&) = delete;

    /// Serves until stop(), then flushes and closes every connection.
    void run();
    void stop();
    /// Has the loop run `work`; from any thread.
    void post(std::function<void()> work);

    // -- InboxOwner, from any thread
    bool inbox_filled(std::uint64_t session) override;
    void wake() override;

    // -- From any thread
    // ---------------------------------------------------------------------------
    void visit(const std::function<void(Session&)>& visitor);
    bool visit_one(std::uint64_t id, const std::function<void(Session&)>& visitor);

    // -- From the loop, by post()
    // --------------------------------------------------------------------
    void adopt(Accepted accepted);
    void resume(std::uint64_t id, std::uint64_t serial, const std::string& reply, Resumed how);
    void with_executor(const std::function<void(Executor&)>& work) { work(*executor_); }
    void unblock(std::uint64_t id, bool with_error);
    void run_parked();
    void drop_parked();
    /// `flush`: by FIN after the output; else at once.
    void close(std::uint64_t id, bool flush);

private:
    static constexpr std::size_t kReadBytes = 64 << 10;
    static constexpr std::size_t kReadBytesMin = 16 << 10;
    /// From this size on a command is read into memory of its own, which its value may keep; and up
    /// to this one into as much of it as the client has announced.
    static constexpr std::size_t kBigRequest = 32 << 10;
    static constexpr std::size_t kAnnouncedMax = 256 << 10;
    static constexpr std::size_t kFlushBytes = 64
                                               << 10;  ///< output that is sent before more is run
    static constexpr std::size_t kOutputPendingMax =
        64 << 20;  ///< output beyond which nothing more is run
    static constexpr std::int64_t kLingerMs = 1000;
    static constexpr int kEventsMax = 128;
    static constexpr int kNestedMax = 8;
    /// Connections of one turn that are read, served and answered together, more of them where they
    /// have sent pipelines, which take their time anyway; and for how long the first of them waits
    /// for the others.
    static constexpr std::size_t kTogetherMax = 32;
    static constexpr std::size_t kTogetherSingle = 16;
    static constexpr std::size_t kPipelineBytes = 256;  ///< of input, from each
    static constexpr double kTogetherNsMax = 100'000;

    /// What was read from a connection and is still to be served.
    struct Received {
        Connection* connection;
        std::string_view data;  ///< in the thread's buffer; else empty: in the connection's own
    };

    /// Whose commands are being run, and where they come from.
    struct Running {
        Connection* connection = nullptr;
        std::string_view data;
        std::size_t used = 0;  ///< of the data, before the batch
    };

    void wait_and_serve(int timeout_ms);
    void serve_while_busy(int timeout_ms, bool done);
    std::unique_ptr<Executor> make_executor();
    void let_go(const Running& running, const resp::RequestBatch& batch, Executor& executor);
    void take_events(int timeout_ms);
    int timeout_ms() const;
    void put_off(std::function<void()> work);
    void run_put_off();
    void drain_inbox();
    void run_work();
    void serve_filled();
    void end_waits();
    bool end_suspension(Connection& c, bool with_error);
    void end_wait(Connection& c, const std::string& reply, Resumed how);
    void note_deadline(Connection& c);
    void forget_deadline(Connection& c);
    void on_readable(Connection& c);
    static std::size_t missing_bytes(const Connection& c, std::size_t have);
    std::size_t together() const;
    void serve_received();
    void look_ahead();
    void discard_input(Connection& c);
    static void note_run(Connection& c, std::size_t commands);
    std::optional<std::size_t> serve(Connection& c, std::string_view data);
    void serve_kept(Connection& c);
    void serve_input(Connection& c);
    void settle(Connection& c);
    void take_messages(Connection& c);
    void pass_barrier();
    void settle_soon(Connection& c);
    void settle_together();
    bool within_output_limits(Connection& c);
    static void note_pending(Connection& c, std::size_t bytes);
    void note_overflow(const Connection& c, std::size_t pending);
    void kill_overflowed(Connection& c, std::size_t pending);
    void watch(Connection& c, std::uint32_t events);
    void hand_over(Connection& c);
    void linger(Connection& c);
    void kill(Connection& c);
    void bury();
    void sweep();
    Connection* find(std::uint64_t id);

    Server& server_;
    Network& network_;
    const std::string name_;
    std::atomic<std::uint64_t>* tick_;
    int epoll_ = -1;
    int wake_ = -1;
    const std::uint64_t together_ticks_max_;
    std::atomic<bool> stopping_{false};
    std::atomic<std::thread::id> id_{};  ///< the loop's
    std::unique_ptr<Executor> executor_;
    std::vector<std::unique_ptr<Executor>> spare_executors_;  ///< for serve_while_busy()
    std::unique_ptr<char[]> read_buffer_;
    std::size_t read_used_ = 0;  ///< of it, by received_
    std::vector<Received> received_;
    std::size_t served_ = 0;  ///< of them
    resp::RequestBatch batch_;
    Running running_;
    int nested_ = 0;  ///< in how many serve_while_busy(): a script may end there and another begin
    std::int64_t now_ms_ = 0;  ///< steady clock at the last wake-up
    std::int64_t next_sweep_ms_ = 0;
    std::size_t lingering_ = 0;
    std::vector<Connection*> dead_;
    std::vector<Connection*> unsettled_;  ///< served in this turn, with replies still to be sent
    std::size_t settled_ = 0;             ///< of them
    std::uint64_t unsettled_since_ = 0;   ///< ticks
    std::set<std::pair<std::int64_t, std::uint64_t>>
        deadlines_;  ///< of suspended sessions: when, whose

    std::mutex inbox_mutex_;
    std::vector<std::function<void()>> inbox_;
    std::deque<std::function<void()>> work_;      ///< taken from it
    std::vector<std::function<void()>> put_off_;  ///< until no long script runs

    std::mutex filled_mutex_;
    std::vector<std::uint64_t> filled_;  ///< sessions whose inboxes have something in them
    std::atomic<bool> any_filled_{false};
    std::vector<std::uint64_t> filled_taken_;  ///< taken from them

    std::optional<MemoryOwner> memory_;  ///< while the loop runs

    std::mutex registry_mutex_;  ///< this thread alone changes the map, so it reads without
    std::unordered_map<std::uint64_t, std::unique_ptr<Connection>> connections_;
};

}  // namespace millpond::engine
