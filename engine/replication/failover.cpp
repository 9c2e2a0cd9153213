// SPDX-License-Identifier: Apache-2.0
#include "engine/replication/failover.h"

#include <spdlog/spdlog.h>

#include "engine/replication/replication.h"
#include "engine/server/clock.h"
#include "engine/server/pause.h"
#include "engine/server/server.h"

namespace millpond::engine {

namespace {

constexpr const char* operation = "FAILOVER";
constexpr std::int64_t pause_ms_max = 24 * 3600 * 1000;

}  // namespace

const char* Failover::word() const {
    switch (phase()) {
        case Phase::waiting_for_sync:
            return "waiting-for-sync";
        case Phase::in_progress:
            return "failover-in-progress";
        default:
            return "no-failover";
    }
}

std::string Failover::start(Order order) {
    Server& server = replication_.server();
    if (phase() != Phase::none) return "ERR FAILOVER already in progress.";
    if (server.role() != Role::primary)
        return "ERR FAILOVER is not valid when server is a replica.";
    const auto replicas = replication_.hub().replicas();
    if (replicas.empty()) return "ERR FAILOVER requires connected replicas.";
    if (order.target) {
        bool found = false, online = false;
        for (const auto& replica : replicas) {
            if (replica.ip != order.target->host || replica.port != order.target->port) continue;
            found = true;
            online = replica.online;
        }
        if (!found) return "ERR FAILOVER target HOST and PORT is not a replica.";
        if (!online) return "ERR FAILOVER target replica is not online.";
    }
    {
        std::lock_guard lock(mutex_);
        deadline_ms_ = order.timeout_ms > 0 ? steady_ms() + order.timeout_ms : 0;
        order_ = std::move(order);
    }
    paused_.store(false);
    phase_.store(Phase::waiting_for_sync);
    server.pause().pause(operation, pause_ms_max, [this, &server](bool) {
        server.post_exclusive("failover", [this, &server] {
            // The last record for now: whoever acknowledges it has everything.
            replication_.ask_for_acknowledgements(server.log().end());
            paused_.store(true);
            replication_.hub().wake();
        });
    });
    return {};
}

std::string Failover::abort() {
    if (phase() == Phase::none) return "ERR No failover in progress.";
    const bool handed_over = phase() == Phase::in_progress;
    end("aborted");
    if (handed_over) replication_.become_primary([] {});
    return {};
}

void Failover::end(const char* why) {
    spdlog::info("Failover {}", why);
    phase_.store(Phase::none);
    replication_.server().pause().resume(operation, [](bool) {});
}

void Failover::hand_over(const PrimaryAddress& target) {
    spdlog::info("Failover target is {}, failing over", target.text());
    phase_.store(Phase::in_progress);
    replication_.follow(
        target, [] {}, true);
}

void Failover::step(std::int64_t now_ms) {
    if (phase() != Phase::waiting_for_sync || !paused_.load()) return;
    Order order;
    std::int64_t deadline_ms = 0;
    {
        std::lock_guard lock(mutex_);
        order = order_;
        deadline_ms = deadline_ms_;
    }
    const LogOffset log_end = replication_.server().log().end();
    for (const auto& replica : replication_.hub().replicas()) {
        if (!replica.online || replica.ack < log_end) continue;
        if (order.target &&
            (replica.ip != order.target->host || replica.port != order.target->port))
            continue;
        PrimaryAddress target;
        target.host = replica.ip;
        target.port = replica.port;
        return hand_over(target);
    }
    if (deadline_ms == 0 || now_ms < deadline_ms) return;
    if (order.force && order.target) return hand_over(*order.target);
    end("timed out");
}

void Failover::refused() {
    if (phase() != Phase::in_progress) return;
    replication_.become_primary([this] { end("aborted: the target did not take over"); });
}

void Failover::settled() {
    if (phase() == Phase::in_progress) end("finished");
}

}  // namespace millpond::engine
