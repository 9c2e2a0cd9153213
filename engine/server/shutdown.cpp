// SPDX-License-Identifier: Apache-2.0
#include "engine/server/shutdown.h"

#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>

#include "engine/log/effect_log.h"
#include "engine/server/clock.h"
#include "engine/server/config.h"
#include "engine/server/pause.h"
#include "engine/server/server.h"

namespace millpond::engine {

namespace {

constexpr std::int64_t kLookMs = 20;

Shutdown::Options options_of(const std::string& words) {
    const auto has = [&](std::string_view word) {
        return (" " + words + " ").find(" " + std::string(word) + " ") != std::string::npos;
    };
    return {
        .save = has("save"), .no_save = has("nosave"), .now = has("now"), .force = has("force")};
}

}  // namespace

std::int64_t Shutdown::lagging_replicas() const {
    RoleControl* control = server_.role_control();
    if (!control) return 0;
    return std::ranges::count_if(control->status().replicas,
                                 [this](const auto& one) { return one.offset < offset_; });
}

bool Shutdown::begin(Options options, std::string reason) {
    if (waiting()) return true;
    options_ = options;
    // Half a data set must not take the place of a whole one.
    if (server_.loading()) options_ = {.no_save = true, .now = options.now, .force = options.force};
    reason_ = std::move(reason);
    offset_ = server_.log().end();
    server_.pause().pause_for_shutdown(true);
    const std::int64_t timeout_ms = server_.config().shutdown_timeout * 1000;
    if (options.now || timeout_ms == 0 || lagging_replicas() == 0) return finish();
    until_ms_ = steady_ms() + timeout_ms;
    spdlog::info("{}: waiting for replicas that lag", reason_);
    look_again();
    return true;
}

void Shutdown::begin_by_signal(bool interrupt) {
    if (asked_.exchange(true) && interrupt) {
        spdlog::warn("Interrupted again: the server ends at once");
        ::_exit(1);
    }
    server_.post_exclusive("shutdown", [this, interrupt] {
        const Config& config = server_.config();
        Options options =
            options_of((interrupt ? config.shutdown_on_sigint : config.shutdown_on_sigterm).get());
        // Whoever manages nodes moves the role before it ends one.
        options.now = options.now || server_.managed();
        begin(options, interrupt ? "SIGINT" : "SIGTERM");
    });
}

void Shutdown::look_again() {
    server_.post_after(kLookMs, [this] {
        server_.post_exclusive("shutdown", [this] {
            if (!waiting()) return;
            if (waiting_ms_left() > 0 && lagging_replicas() > 0) return look_again();
            finish();
        });
    });
}

bool Shutdown::finish() {
    if (const std::int64_t lagging = lagging_replicas())
        spdlog::warn("{}: {} replicas do not have all writes", reason_, lagging);
    const bool wanted =
        options_.save || (!options_.no_save && !server_.config().save.get().empty());
    const std::string error = wanted && server_.save_hook() ? server_.save_hook()() : "";
    if (!error.empty()) spdlog::error("{}: {}", reason_, error);
    if (!error.empty() && !options_.force) {
        call_off();
        return false;
    }
    until_ms_ = 0;
    server_.request_shutdown(reason_);
    return true;
}

bool Shutdown::abort() {
    if (!waiting()) return false;
    spdlog::info("{}: called off", reason_);
    call_off();
    return true;
}

void Shutdown::call_off() {
    until_ms_ = 0;
    asked_ = false;
    for (const BlockToken& client : clients_)
        server_.resume(client, "-ERR Errors trying to SHUTDOWN. Check logs.\r\n");
    clients_.clear();
    server_.pause().pause_for_shutdown(false);
}

std::int64_t Shutdown::waiting_ms_left() const {
    return std::max<std::int64_t>(0, until_ms_ - steady_ms());
}

}  // namespace millpond::engine
