// SPDX-License-Identifier: Apache-2.0
#include "engine/scripting/running_script.h"

#include "engine/server/clock.h"
#include "resp/reply_writer.h"

namespace millpond::engine {

void RunningScript::begin(Kind kind, bool by_primary) {
    state_.store(0, std::memory_order_relaxed);
    by_primary_.store(by_primary, std::memory_order_relaxed);
    kind_.store(kind, std::memory_order_relaxed);
}

void RunningScript::end() {
    kind_.store(Kind::none, std::memory_order_relaxed);
    if (!shown_) return;
    const std::lock_guard lock(mutex_);
    shown_ = false;
    name_.clear();
    command_.clear();
}

bool RunningScript::may_write() {
    std::uint32_t seen = state_.load(std::memory_order_relaxed);
    do {
        if (seen & kWrote) return true;
        if (seen & (kKilled | kShutdown)) return false;
    } while (!state_.compare_exchange_weak(seen, seen | kWrote, std::memory_order_relaxed));
    return true;
}

void RunningScript::show(std::string_view name, std::span<const Bytes> command,
                         std::int64_t started_ms) {
    const std::lock_guard lock(mutex_);
    shown_ = true;
    name_ = name;
    command_.assign(command.begin(), command.end());
    started_ms_ = started_ms;
}

std::string_view RunningScript::kill(Kind kind) {
    const std::lock_guard lock(mutex_);
    if (!shown_) return kNotBusy;
    if (by_primary_.load(std::memory_order_relaxed)) {
        return "UNKILLABLE The busy script was sent by a master instance in the context of "
               "replication and cannot be killed.";
    }
    const bool other = this->kind() != kind;
    std::uint32_t seen = state_.load(std::memory_order_relaxed);
    do {
        if (seen & kWrote) {
            return "UNKILLABLE Sorry the script already executed write commands against the "
                   "dataset. You can either wait the script termination or kill the server in a "
                   "hard way using the SHUTDOWN NOSAVE command.";
        }
        if (other) return busy_error();
    } while (!state_.compare_exchange_weak(seen, seen | kKilled, std::memory_order_relaxed));
    return {};
}

void RunningScript::describe(resp::ReplyWriter& reply) const {
    const std::lock_guard lock(mutex_);
    if (!shown_) return reply.null();
    reply.map(3);
    reply.bulk("name");
    reply.bulk(name_);
    reply.bulk("command");
    reply.array(command_.size());
    for (const std::string& word : command_) reply.bulk(word);
    reply.bulk("duration_ms");
    reply.integer(steady_ms() - started_ms_);
}

}  // namespace millpond::engine
