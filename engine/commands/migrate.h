// SPDX-License-Identifier: Apache-2.0
//
// MIGRATE's other half: values on their way to another server. The command copies them under its
// locks and suspends its client; a thread of its own does the talking, without any lock; at the end
// the keys are removed in the exclusive lane, provided that nobody has changed them meanwhile.
// Otherwise they are sent anew. Made once by the server; public functions from any thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "engine/commands/watch.h"
#include "engine/server/session.h"

namespace millpond::engine {

struct Migration {
    struct Item {
        std::string key;
        std::string payload;
        std::int64_t deadline = 0;  ///< unix ms; 0: none
        bool done = false;          ///< the target has it
    };

    std::string host;
    int port = 0;
    std::int64_t target_db = 0;
    std::int64_t timeout_ms = 0;
    bool copy = false, replace = false;
    std::optional<std::string> user, password;
    int db = 0;
    std::vector<Item> items;
    std::shared_ptr<WatchMark> mark = std::make_shared<WatchMark>();
    BlockToken client;
};

class Migrations {
public:
    /// More at once are refused.
    static constexpr std::size_t kRunningMax = 16;

    explicit Migrations(Server& server);
    ~Migrations();

    bool full();
    /// The client named in it is resumed when it is over. Requires: its keys watched by its mark;
    /// not full().
    void start(std::unique_ptr<Migration> migration);
    /// Gives up what is under way, and waits for its threads.
    void stop();

private:
    struct Worker {
        std::thread thread;
        std::atomic<bool> finished{false};
    };
    class Run;
    void join_finished();

    Server& server_;
    std::mutex mutex_;
    std::list<Worker> workers_;
    std::atomic<bool> stopping_{false};
    int wake_fd_ = -1;  ///< readable once stopping
};

}  // namespace millpond::engine
