// SPDX-License-Identifier: Apache-2.0
//
// Executor's part in blocked clients: which writes must take the exclusive lane because somebody
// waits for one of their keys, and who is served when they are done.
#include <cassert>

#include "engine/commands/dispatch.h"
#include "engine/commands/transaction.h"
#include "engine/commands/waiters.h"
#include "engine/keyspace/keyspace.h"
#include "engine/lanes/gate.h"
#include "engine/net/network.h"
#include "engine/server/clock.h"
#include "engine/server/config.h"
#include "engine/server/server.h"
#include "engine/server/statistics.h"

namespace millpond::engine {

namespace {
/// How long whoever is ready is left alone, while a long script runs.
constexpr std::int64_t kServeAgainMs = 10;
}  // namespace

bool Executor::meets_waiter(const CommandSpec& spec, std::span<const Bytes> args) {
    if (!(spec.flags & kWrite)) return false;
    const WaiterRegistry& waiters = server_.waiters();
    if (spec.flags & kBlocking) {
        // It makes no key but the one to which it moves an element, and whoever minds that one goes
        // is told by Record.
        return !spec.find_keys && spec.keys.last == 2 && waiters.waits_for(args[2]);
    }
    std::vector<std::uint32_t> indexes;
    if (!find_keys(spec, args, indexes)) return false;
    for (const std::uint32_t i : indexes) {
        if (waiters.waits_for(args[i])) return true;
    }
    return false;
}

bool Executor::meets_waiter(const Session& session, const CommandSpec& spec,
                            std::span<const Bytes> args) {
    const Transaction* transaction = session.transaction.get();
    if (!is_exec(spec) || !transaction) return meets_waiter(spec, args);
    std::vector<Bytes> views;
    for (const OwnedCommand& queued : transaction->queue) {
        if (meets_waiter(queued.spec(), queued.args(views))) return true;
    }
    return false;
}

bool Executor::meets_waiter(std::span<const Command> record) {
    for (const Command& command : record) {
        if (meets_waiter(*resolve_logged(server_.commands(), command), command)) return true;
    }
    return false;
}

void Executor::serve_ready() {
    if (!record_.has_ready()) [[likely]]
        return;
    if (!exclusive_) {
        // What nobody foresaw: a key that expired under somebody who minds. They are looked after
        // as soon as the lane can be had.
        server_.network().with_executor(
            [keys = record_.take_ready()](Executor& executor) { executor.serve_keys(keys); });
        return;
    }
    while (record_.has_ready()) {
        for (const auto& [db, key] : record_.take_ready()) serve_key(db, key);
    }
}

void Executor::serve_keys(const std::vector<ReadyKey>& keys) {
    const bool ran = gate_.run_exclusive_unless_busy(*flag_, "serving blocked clients", [&] {
        read_clock();
        exclusive_ = true;
        for (const auto& [db, key] : keys) serve_key(db, key);
        serve_ready();
        exclusive_ = false;
    });
    record_.events().wake();
    if (ran) return;
    server_.post_after(kServeAgainMs, [&server = server_, keys] {
        server.network().with_executor([keys](Executor& executor) { executor.serve_keys(keys); });
    });
}

void Executor::serve_key(int db, Bytes key) {
    assert(exclusive_);
    const Database::Options options{
        .now = now_ms(), .expire = server_.may_expire(), .ignore_expiry = false, .no_touch = false};
    Database database(server_.keyspace(), db, options, record_);
    // Nobody is given of what is past its deadline: it goes, and replicas are told.
    record_.begin(nullptr);
    if (database.expire(key)) record_.commit();
    Type type = Type::string;
    const auto type_of = [&]() -> const Type* {
        const Entry* entry = database.peek(key);
        if (!entry) return nullptr;
        type = entry->type();
        return &type;
    };
    server_.waiters().serve(db, key, type_of, [&](const std::shared_ptr<Waiter>& waiter) {
        serve(*waiter, key, options);
    });
}

/// What one waiter takes is a record of its own.
void Executor::serve(Waiter& waiter, Bytes key, const Database::Options& options) {
    Session& session = waiter.session;
    // Who has been killed gets nothing more, though its thread may not have come to it yet.
    if (session.killed.load(std::memory_order_relaxed)) {
        server_.waiters().remove(waiter, true);
        return;
    }
    const std::int64_t begin_ns = steady_ns();
    record_.begin(nullptr);
    std::vector<Bytes> views;
    std::string out;
    Call call(*this, waiter.command.spec(), waiter.command.args(views), session, server_, record_,
              out, options);
    if (!waiter.serve(call, key)) {
        assert(out.empty());
        return;
    }
    account_changes(call);
    record_.commit();
    if (call.reply().errors() > 0) count_errors(call, out);
    count_served(call, steady_ns() - begin_ns);
    server_.waiters().remove(waiter, true);
    server_.resume(waiter.token, std::move(out));  // from here on the session may be gone
}

/// Its wait counts as no time of a command: what it took to serve it does, as in Redis.
void Executor::count_served(const Call& call, std::int64_t ns) {
    statistics_.commands[call.spec_->id].ns.add(static_cast<std::uint64_t>(ns));
    const std::int64_t slow_us =
        server_.config().slowlog_log_slower_than.load(std::memory_order_relaxed);
    if (slow_us >= 0 && ns >= slow_us * 1000) note_slow(call, ns / 1000);
}

void Executor::count_unblocked(const Waiter& waiter) {
    statistics_.commands[waiter.command.spec().id].failed.add(1);
    server_.statistics().count_error("UNBLOCKED");
}

Executor::WaitEnd Executor::end_wait(Session& session) {
    if (!session.waiter) return WaitEnd::taken_back;
    if (!gate_.enter_unless_busy(*flag_)) return WaitEnd::busy;
    const bool waited = server_.waiters().remove(*session.waiter, false);
    leave();
    session.waiter.reset();
    return waited ? WaitEnd::taken_back : WaitEnd::served;
}

}  // namespace millpond::engine
