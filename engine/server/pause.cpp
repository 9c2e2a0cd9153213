// SPDX-License-Identifier: Apache-2.0
#include "engine/server/pause.h"

#include <algorithm>

#include "engine/net/network.h"
#include "engine/server/clock.h"
#include "engine/server/server.h"

namespace millpond::engine {

void Pause::settle() {
    const std::int64_t now = steady_ms();
    Level level = Level::none;
    {
        const std::lock_guard lock(mutex_);
        if (clients_until_ms_ <= now) {
            clients_until_ms_ = 0;
            clients_all_ = false;
        }
        if (operation_until_ms_ <= now) {
            operation_until_ms_ = 0;
            operation_.clear();
        }
        if (clients_until_ms_ || operation_until_ms_ || shutdown_) level = Level::writes;
        if (clients_until_ms_ && clients_all_) level = Level::all;
        holds_primary_.store(clients_until_ms_ != 0, std::memory_order_relaxed);
    }
    const Level before = level_.exchange(level, std::memory_order_relaxed);
    if (level < before) server_.network().run_parked();
}

void Pause::settle_at(std::int64_t ms) {
    server_.post_after(ms,
                       [this] { server_.post_exclusive("end of a pause", [this] { settle(); }); });
}

void Pause::pause_clients(std::int64_t ms, bool all) {
    const std::int64_t until = steady_ms() + ms;
    {
        const std::lock_guard lock(mutex_);
        // A second pause never shortens or weakens the first.
        clients_until_ms_ = std::max(clients_until_ms_, until);
        clients_all_ = clients_all_ || all;
    }
    settle();
    settle_at(ms + 1);
}

void Pause::unpause_clients() {
    {
        const std::lock_guard lock(mutex_);
        clients_until_ms_ = 0;
        clients_all_ = false;
    }
    settle();
}

void Pause::pause_for_shutdown(bool yes) {
    {
        const std::lock_guard lock(mutex_);
        shutdown_ = yes;
    }
    settle();
}

void Pause::pause(std::string operation, std::int64_t ms, std::function<void(bool)> done) {
    server_.post_exclusive(
        "pause", [this, operation = std::move(operation), ms, done = std::move(done)] {
            bool mine = false;
            {
                const std::lock_guard lock(mutex_);
                mine = operation_until_ms_ <= steady_ms() || operation_ == operation;
                if (mine) {
                    operation_ = operation;
                    operation_until_ms_ = steady_ms() + ms;
                }
            }
            settle();
            if (mine) settle_at(ms + 1);
            done(mine);
        });
}

void Pause::resume(std::string operation, std::function<void(bool)> done) {
    server_.post_exclusive("resume",
                           [this, operation = std::move(operation), done = std::move(done)] {
                               bool mine = false;
                               {
                                   const std::lock_guard lock(mutex_);
                                   mine = operation_ == operation && operation_until_ms_ != 0;
                                   if (mine) operation_until_ms_ = 0;
                               }
                               settle();
                               done(mine);
                           });
}

bool Pause::paused_by(const std::string& operation) const {
    const std::lock_guard lock(mutex_);
    return operation_ == operation && operation_until_ms_ > steady_ms();
}

std::int64_t Pause::paused_ms_left() const {
    const std::lock_guard lock(mutex_);
    return std::max<std::int64_t>(0,
                                  std::max(clients_until_ms_, operation_until_ms_) - steady_ms());
}

void Pause::drop_parked() {
    // First the parked connections go, then the pause that held them ends: none can slip through.
    server_.post_exclusive("drop parked commands", [this] {
        server_.network().drop_parked();
        {
            const std::lock_guard lock(mutex_);
            operation_until_ms_ = 0;
        }
        settle();
    });
}

}  // namespace millpond::engine
