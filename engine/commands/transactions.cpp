// SPDX-License-Identifier: Apache-2.0
//
// MULTI, EXEC, DISCARD, WATCH, UNWATCH. Queueing is dispatch's; it also locks the shards of all
// queued and watched keys before EXEC gets here, so that the test of the watched keys and the
// commands are one step.
#include <algorithm>

#include "engine/acl/access_control.h"
#include "engine/commands/call.h"
#include "engine/commands/dispatch.h"
#include "engine/commands/table.h"
#include "engine/commands/transaction.h"
#include "engine/scripting/scripting.h"
#include "engine/server/server.h"
#include "engine/server/session.h"

namespace millpond::engine {

namespace {

Transaction& transaction_of(Session& session) {
    if (!session.transaction) session.transaction = std::make_unique<Transaction>();
    return *session.transaction;
}

bool is_open(const Session& session) {
    return session.transaction && session.transaction->open;
}

constexpr std::size_t kWatchBytes = 256;  ///< what a watched key takes beside its name, roughly

/// Past its deadline, whether it is still there or not.
bool is_expired(Call& call, const WatchedKey& watched) {
    Database::Options raw = call.db().options();
    raw.ignore_expiry = true;
    Database db(call.db().keyspace(), watched.db, raw, call.db().observer());
    const Entry* entry = db.peek(watched.key);
    if (!entry) return false;
    const auto deadline = db.expiry(*entry);
    return deadline && *deadline <= call.now();
}

bool watched_changed(Call& call, const Transaction& transaction) {
    if (transaction.mark->touched.load(std::memory_order_relaxed)) return true;
    return std::ranges::any_of(transaction.watched, [&](const WatchedKey& watched) {
        return is_expired(call, watched) &&
               !call.server().watches().was_expired(watched.db, watched.key, *transaction.mark);
    });
}

void multi(Call& call) {
    if (is_open(call.session()))
        return static_cast<void>(call.error("ERR MULTI calls can not be nested"));
    transaction_of(call.session()).open = true;
    call.session().in_multi = true;
    call.reply().ok();
}

void exec(Call& call) {
    Session& session = call.session();
    if (!is_open(session)) return static_cast<void>(call.error("ERR EXEC without MULTI"));
    const bool broken = session.transaction->broken;
    const bool changed = !broken && watched_changed(call, *session.transaction);
    call.executor().unwatch(session, true);
    const std::unique_ptr<Transaction> transaction = std::move(session.transaction);
    session.end_transaction();
    if (broken) {
        return static_cast<void>(
            call.error("EXECABORT Transaction discarded because of previous errors."));
    }
    if (changed) return call.reply().null_array();
    call.reply().array(transaction->queue.size());
    std::vector<Bytes> views;
    for (const OwnedCommand& queued : transaction->queue) {
        const auto args = queued.args(views);
        if (const auto error = call.server().acl().refuse_in_exec(session, queued.spec(), args)) {
            call.error(*error);
        } else {
            call.executor().run_nested(call, queued.spec(), args);
        }
    }
}

void discard(Call& call) {
    if (!is_open(call.session())) return static_cast<void>(call.error("ERR DISCARD without MULTI"));
    call.executor().unwatch(call.session(), false);
    call.session().end_transaction();
    call.reply().ok();
}

void watch(Call& call) {
    Session& session = call.session();
    if (is_open(session))
        return static_cast<void>(call.error("ERR WATCH inside MULTI is not allowed"));
    Transaction& transaction = transaction_of(session);
    for (std::size_t i = 1; i < call.argc(); ++i) {
        const int db = session.db();
        const bool known = std::ranges::any_of(transaction.watched, [&](const WatchedKey& watched) {
            return watched.db == db && watched.key == call.arg(i);
        });
        if (known) continue;
        WatchedKey watched{db, std::string(call.arg(i))};
        call.executor().watch(watched, transaction.mark, is_expired(call, watched));
        session.watched_bytes.fetch_add(call.arg(i).size() + kWatchBytes,
                                        std::memory_order_relaxed);
        transaction.watched.push_back(std::move(watched));
    }
    session.watched = static_cast<std::uint32_t>(transaction.watched.size());
    call.reply().ok();
}

/// To watch, a key's shard must be locked, which a long script does not allow.
void watch_while_busy(Call& call) {
    if (is_open(call.session())) return watch(call);
    call.error(call.server().scripting().running().busy_error());
}

void unwatch(Call& call) {
    call.executor().unwatch(call.session(), false);
    call.reply().ok();
}

}  // namespace

void add_transaction_commands(CommandTable& table) {
    constexpr std::uint32_t kUsual = kNoscript | kLoading | kStale | kFast | kAllowBusy;
    const auto add = [&](std::string_view name, int arity, std::uint32_t flags, KeyRange keys,
                         Handler handler, std::string_view since, std::string_view complexity,
                         std::string_view summary) {
        table.add({.name = name,
                   .arity = arity,
                   .flags = flags,
                   .keys = keys,
                   .categories = kCatTransaction,
                   .handler = handler,
                   .while_busy = !(flags & kAllowBusy) ? nullptr
                                 : handler == watch    ? watch_while_busy
                                                       : handler,
                   .since = since,
                   .group = "transactions",
                   .complexity = complexity,
                   .summary = summary,
                   .key_flags = keys.first ? "RO" : ""});
    };
    add("multi", 1, kUsual, {}, multi, "1.2.0", "O(1)",
        "Begins a transaction: commands are queued");
    add("exec", 1, kNoscript | kLoading | kStale | kSkipSlowlog, {}, exec, "1.2.0",
        "Depends on the commands", "Runs the queued commands as one");
    add("discard", 1, kUsual, {}, discard, "2.0.0", "O(N) in the number of queued commands",
        "Forgets the queued commands");
    add("watch", -2, kUsual, {1, -1, 1}, watch, "2.2.0", "O(1) for each key",
        "Lets EXEC do nothing if one of the keys has changed by then");
    add("unwatch", 1, kUsual, {}, unwatch, "2.2.0", "O(1)", "Forgets the watched keys");
}

}  // namespace millpond::engine
