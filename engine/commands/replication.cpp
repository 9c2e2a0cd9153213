// SPDX-License-Identifier: Apache-2.0
//
// REPLICAOF, ROLE, WAIT, WAITAOF, REPLCONF, PSYNC, SYNC, FAILOVER: the wire side of
// engine/replication.
#include "engine/replication/replication.h"

#include "engine/commands/blocking.h"
#include "engine/commands/call.h"
#include "engine/commands/numbers.h"
#include "engine/commands/table.h"
#include "engine/log/effect_log.h"
#include "engine/server/clock.h"
#include "engine/server/config.h"
#include "engine/server/server.h"
#include "engine/server/session.h"
#include "resp/words.h"

namespace millpond::engine {

namespace {

Replication& replication_of(Call& call) {
    return Replication::of(call.server());
}

/// Calls `begin` with what ends the command: "+OK" once it is done; inside EXEC at once.
void finish_later(Call& call, const std::function<void(std::function<void()>)>& begin) {
    if (!call.may_block()) {
        begin([] {});
        return call.reply().ok();
    }
    Server& server = call.server();
    const BlockToken token = call.session().suspend([](bool) { return std::string("+OK\r\n"); });
    begin([&server, token] { server.resume(token, "+OK\r\n"); });
}

bool parse_port(Call& call, std::size_t index, int& port) {
    const auto value = parse_integer(call.arg(index));
    if (!value || *value < 0 || *value > 65535) return call.error("ERR Invalid master port");
    port = static_cast<int>(*value);
    return true;
}

// -- Roles
// ----------------------------------------------------------------------------------------------

void replicaof(Call& call) {
    Replication& replication = replication_of(call);
    Server& server = call.server();
    if (server.managed()) {
        return static_cast<void>(call.error(
            "ERR REPLICAOF is not allowed: this node's role is given by Millpond's admin API"));
    }
    if (is_word(call.arg(1), "no") && is_word(call.arg(2), "one")) {
        if (server.role() == Role::primary) return call.reply().ok();
        return finish_later(call, [&](auto done) { replication.become_primary(std::move(done)); });
    }
    PrimaryAddress address;
    if (!parse_port(call, 2, address.port)) return;
    address.host = std::string(call.arg(1));
    if (server.role() == Role::replica && replication.primary() == address) {
        return call.reply().simple("OK Already connected to specified master");
    }
    finish_later(call, [&](auto done) { replication.follow(address, std::move(done)); });
}

const char* link_word(PrimaryLink::State state) {
    switch (state) {
        case PrimaryLink::State::up:
            return "connected";
        case PrimaryLink::State::syncing:
            return "sync";
        case PrimaryLink::State::handshake:
            return "handshake";
        case PrimaryLink::State::connecting:
            return "connecting";
        default:
            return "connect";
    }
}

void role(Call& call) {
    Replication& replication = replication_of(call);
    resp::ReplyWriter& reply = call.reply();
    const auto offset = static_cast<std::int64_t>(call.server().log().end());
    switch (call.server().role()) {
        case Role::none:
            reply.array(1);
            return reply.bulk("none");
        case Role::replica: {
            const auto primary = replication.primary();
            reply.array(5);
            reply.bulk("slave");
            reply.bulk(primary ? primary->shown_host() : "");
            reply.integer(primary ? primary->port : 0);
            reply.bulk(link_word(replication.link().state()));
            return reply.integer(offset);
        }
        case Role::primary:
            break;
    }
    std::vector<ReplicaHub::Replica> online;
    for (auto& replica : replication.hub().replicas()) {
        if (replica.online) online.push_back(std::move(replica));
    }
    reply.array(3);
    reply.bulk("master");
    reply.integer(offset);
    reply.array(online.size());
    for (const auto& replica : online) {
        reply.array(3);
        reply.bulk(replica.ip);
        reply.bulk_integer(replica.port);
        reply.bulk_integer(static_cast<std::int64_t>(replica.ack));
    }
}

void failover(Call& call) {
    Failover::Order order;
    bool abort = false, timeout = false;
    if (call.server().managed()) {
        return static_cast<void>(
            call.error("ERR FAILOVER is not allowed: ask Millpond's admin API for a failover"));
    }
    for (std::size_t i = 1; i < call.argc(); ++i) {
        if (is_word(call.arg(i), "timeout") && i + 1 < call.argc() && !timeout) {
            if (!call.integer(i + 1, order.timeout_ms)) return;
            if (order.timeout_ms <= 0) {
                return static_cast<void>(call.error("ERR FAILOVER timeout must be greater than 0"));
            }
            timeout = true;
            ++i;
        } else if (is_word(call.arg(i), "abort") && call.argc() == 2) {
            abort = true;
        } else if (is_word(call.arg(i), "to") && i + 2 < call.argc() && !order.target) {
            PrimaryAddress target;
            target.host = std::string(call.arg(i + 1));
            std::int64_t port = 0;
            if (!call.integer(i + 2, port)) return;
            target.port = static_cast<int>(port);
            order.target = std::move(target);
            i += 2;
        } else if (is_word(call.arg(i), "force") && !order.force) {
            order.force = true;
        } else {
            return static_cast<void>(call.syntax_error());
        }
    }
    Failover& machine = replication_of(call).failover();
    if (!abort && call.server().role() == Role::primary &&
        replication_of(call).hub().replicas().empty()) {
        return static_cast<void>(call.error("ERR FAILOVER requires connected replicas."));
    }
    if (!abort && order.force && (!order.target || !timeout)) {
        return static_cast<void>(call.error(
            "ERR FAILOVER with force option requires both a timeout and target HOST and IP."));
    }
    const std::string error = abort ? machine.abort() : machine.start(std::move(order));
    if (!error.empty()) return static_cast<void>(call.error(error));
    call.reply().ok();
}

// -- Replicas
// -----------------------------------------------------------------------------------------------

ReplicaAnnouncement& announcement(Session& session) {
    if (!session.replication) session.replication = std::make_shared<ReplicaAnnouncement>();
    return *static_cast<ReplicaAnnouncement*>(session.replication.get());
}

/// RDB-FILTER-ONLY names all that the snapshot shall have in it.
bool read_filter(Call& call, Bytes value, ReplicaAnnouncement& replica) {
    const auto parts = resp::split_words(c_text(value));
    if (!parts) return call.error("ERR Missing rdb-filter-only values");
    replica.wants_keys = replica.wants_functions = false;
    for (const std::string& part : *parts) {
        if (!is_word(part, "functions"))
            return call.error("ERR Unsupported rdb-filter-only option: " + part);
        replica.wants_functions = true;
    }
    return true;
}

void replconf(Call& call) {
    if (call.argc() % 2 == 0) return static_cast<void>(call.syntax_error());
    for (std::size_t i = 1; i < call.argc(); i += 2) {
        const Bytes option = call.arg(i);
        const Bytes value = call.arg(i + 1);
        ReplicaAnnouncement& replica = announcement(call.session());
        if (is_word(option, "listening-port")) {
            std::int64_t port = 0;
            if (!call.integer(i + 1, port)) return;
            replica.listening_port = static_cast<int>(port);
        } else if (is_word(option, "ip-address")) {
            if (value.size() > 255) {
                return static_cast<void>(call.error(
                    "ERR REPLCONF ip-address provided by replica instance is too long: " +
                    std::to_string(value.size()) + " bytes"));
            }
            replica.ip = std::string(value);
        } else if (is_word(option, "capa")) {
            replica.eof = replica.eof || is_word(value, "eof");
            replica.psync2 = replica.psync2 || is_word(value, "psync2");
        } else if (is_word(option, "millpond-node")) {
            replica.node_id = std::string(value.substr(0, 255));
        } else if (is_word(option, "ack") || is_word(option, "getack")) {
            return;  // these have no answer, and before PSYNC no meaning
        } else if (is_word(option, "rdb-only")) {
            std::int64_t only = 0;
            if (!call.integer(i + 1, only)) return;
            if (only < 0 || only > 1)
                return static_cast<void>(call.error("ERR value is out of range"));
            replica.rdb_only = only == 1;
        } else if (is_word(option, "rdb-filter-only")) {
            if (!read_filter(call, value, replica)) return;
        } else {
            return static_cast<void>(
                call.error("ERR Unrecognized REPLCONF option: " + std::string(option)));
        }
    }
    call.reply().ok();
}

void hand_over(Call& call, const SyncRequest& request) {
    // Who sends on without waiting for replies would take one for the beginning of the data.
    if (!call.session().out().empty())
        return static_cast<void>(call.error("ERR SYNC and PSYNC are invalid with pending output"));
    Replication& replication = replication_of(call);
    const ReplicaAnnouncement announced = announcement(call.session());
    if (!announced.wants_all() && !announced.eof)
        return static_cast<void>(call.error("ERR Filtered replica requires EOF capability"));
    call.session().detach([&replication, announced, request](DetachedConnection connection) {
        replication.hub().attach(std::move(connection), announced, request);
    });
}

void psync(Call& call) {
    SyncRequest request;
    request.replid = std::string(call.arg(1));
    if (!call.integer(2, request.offset)) return;
    if (call.argc() == 3) return hand_over(call, request);
    if (call.argc() != 4 || !is_word(call.arg(3), "failover"))
        return static_cast<void>(call.syntax_error());
    Replication& replication = replication_of(call);
    if (call.server().role() != Role::replica) {
        return static_cast<void>(call.error("ERR PSYNC FAILOVER can't be sent to a master."));
    }
    if (request.replid != replication.history().get().replid) {
        return static_cast<void>(call.error("ERR PSYNC FAILOVER replid must match my replid."));
    }
    // The primary asks this node to take over: it does, and then serves it like any replica.
    const ReplicaAnnouncement announced = announcement(call.session());
    call.session().detach([&replication, announced, request](DetachedConnection connection) {
        auto kept = std::make_shared<DetachedConnection>(std::move(connection));
        replication.become_primary([&replication, announced, request, kept] {
            replication.hub().attach(std::move(*kept), announced, request);
        });
    });
}

void sync(Call& call) {
    SyncRequest request;
    request.psync = false;
    hand_over(call, request);
}

// -- WAIT
// --------------------------------------------------------------------------------------------------------

/// Takes the wait back when the session ends before it does.
class WaitGuard {
public:
    explicit WaitGuard(ReplicaHub& hub) : hub_(hub) {}
    ~WaitGuard() { hub_.forget_waiter(token); }
    WaitGuard(const WaitGuard&) = delete;
    WaitGuard& operator=(const WaitGuard&) = delete;

    BlockToken token;

private:
    ReplicaHub& hub_;
};

void wait_for(Call& call, std::int64_t wanted, Timeout timeout, bool in_file, bool local) {
    Replication& replication = replication_of(call);
    const LogOffset offset = call.session().last_write_offset();
    const ReplicaHub& hub = replication.hub();
    ReplicaHub::Waiter waiter{.token = {},
                              .offset = offset,
                              .replicas = static_cast<int>(std::min<std::int64_t>(wanted, 1 << 20)),
                              .deadline_ms = timeout.deadline_ms(),
                              .in_file = in_file,
                              .local = local};
    if (hub.reached(waiter) || !call.may_block())
        return call.reply().raw(hub.counted(offset, in_file));
    auto guard = std::make_shared<WaitGuard>(replication.hub());
    const BlockToken token =
        call.session().suspend([guard, in_file, offset, &hub](bool with_error) {
            if (with_error)
                return std::string("-UNBLOCKED client unblocked via CLIENT UNBLOCK\r\n");
            return hub.counted(offset, in_file);
        });
    guard->token = token;
    replication.ask_for_acknowledgements(offset);
    waiter.token = token;
    replication.hub().add_waiter(waiter);
}

void wait(Call& call) {
    std::int64_t replicas = 0;
    Timeout timeout;
    if (call.server().role() == Role::replica) {
        return static_cast<void>(
            call.error("ERR WAIT cannot be used with replica instances. Please also note that "
                       "since Redis 4.0 if a "
                       "replica is configured to be writable (which is not the default) writes to "
                       "replicas are just "
                       "local and are not propagated."));
    }
    if (!call.integer(1, replicas) || !read_timeout_ms(call, 2, timeout)) return;
    wait_for(call, replicas, timeout, false, false);
}

void waitaof(Call& call) {
    std::int64_t local = 0, replicas = 0;
    Timeout timeout;
    if (!call.integer(1, local) || !call.integer(2, replicas)) return;
    if (local < 0 || local > 1 || replicas < 0) {
        return static_cast<void>(call.error("ERR value is out of range, must be positive"));
    }
    if (!read_timeout_ms(call, 3, timeout)) return;
    if (call.server().role() == Role::replica) {
        return static_cast<void>(
            call.error("ERR WAITAOF cannot be used with replica instances. Please also note that "
                       "writes to replicas "
                       "are just local and are not propagated."));
    }
    if (local > 0 && !replication_of(call).append_only().enabled()) {
        return static_cast<void>(call.error(
            "ERR WAITAOF cannot be used when numlocal is set but appendonly is disabled."));
    }
    wait_for(call, replicas, timeout, true, local > 0);
}

}  // namespace

void add_replication_commands(CommandTable& table) {
    const auto add = [&](std::string_view name, int arity, std::uint32_t flags,
                         std::uint32_t categories, Lane lane, Handler handler,
                         std::string_view since, std::string_view group, std::string_view summary) {
        CommandSpec spec;
        spec.name = name;
        spec.arity = arity;
        spec.flags = flags;
        spec.categories = categories;
        spec.lane = lane;
        spec.handler = handler;
        if (flags & kAllowBusy) spec.while_busy = handler;
        spec.since = since;
        spec.group = group;
        spec.complexity = "O(1)";
        spec.summary = summary;
        table.add(spec);
    };
    constexpr std::uint32_t admin = kAdmin | kNoscript;
    constexpr std::uint32_t dangerous = kCatAdmin | kCatDangerous;
    add("replicaof", 3, admin | kStale | kNoAsyncLoading, dangerous, Lane::shared, replicaof,
        "5.0.0", "server",
        "Make the server a replica of another instance, or promote it as master.");
    add("slaveof", 3, admin | kStale | kNoAsyncLoading, dangerous, Lane::shared, replicaof, "1.0.0",
        "server", "Make the server a replica of another instance, or promote it as master.");
    add("role", 1, kNoscript | kLoading | kStale | kFast, dangerous, Lane::shared, role, "2.8.12",
        "server", "Return the role of the instance in the context of replication");
    add("failover", -1, admin | kStale, dangerous, Lane::shared, failover, "6.2.0", "server",
        "Start a coordinated failover between this server and one of its replicas.");
    add("replconf", -1, admin | kLoading | kStale | kAllowBusy, dangerous, Lane::shared, replconf,
        "3.0.0", "server", "An internal command for configuring the replication stream");
    add("psync", -3, admin | kNoAsyncLoading | kNoMulti, dangerous, Lane::shared, psync, "2.8.0",
        "server", "Internal command used for replication");
    add("sync", 1, admin | kNoAsyncLoading | kNoMulti, dangerous, Lane::shared, sync, "1.0.0",
        "server", "Internal command used for replication");
    add("wait", 3, kNoscript, kCatConnection, Lane::shared, wait, "3.0.0", "generic",
        "Wait for the synchronous replication of all the write commands sent in the context of the "
        "current connection");
    add("waitaof", 4, kNoscript, kCatConnection, Lane::shared, waitaof, "7.2.0", "generic",
        "Wait for all write commands sent in the context of the current connection to be synced to "
        "AOF of local host "
        "and/or replicas");
}

}  // namespace millpond::engine
