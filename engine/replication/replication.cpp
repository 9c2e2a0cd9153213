// SPDX-License-Identifier: Apache-2.0
#include "engine/replication/replication.h"

#include <pthread.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include "engine/commands/blocking.h"
#include "engine/log/assert.h"
#include "engine/scripting/scripting.h"
#include "engine/server/clock.h"
#include "engine/server/config.h"
#include "engine/server/server.h"
#include "engine/snapshot/load_progress.h"

namespace millpond::engine {

namespace {

constexpr std::string_view getack_record = "*3\r\n$8\r\nREPLCONF\r\n$6\r\nGETACK\r\n$1\r\n*\r\n";
constexpr const char* unblocked_reply =
    "-UNBLOCKED force unblock from blocking operation, instance state changed (master -> "
    "replica?)\r\n";

void line(std::string& out, const char* name, const std::string& value) {
    out += name;
    out += ':';
    out += value;
    out += "\r\n";
}

void line(std::string& out, const char* name, std::int64_t value) {
    line(out, name, std::to_string(value));
}

/// In the middle of a start there is nothing to end in order, and the status must say so.
[[noreturn]] void cannot_load(const std::string& error) {
    spdlog::critical("Fatal error loading the DB, check server logs. Exiting: {}", error);
    spdlog::default_logger()->flush();
    ::_exit(1);
}

}  // namespace

Replication::Replication(Server& server) : server_(server) {
    server_.log().set_backlog_bytes(
        static_cast<std::size_t>(server_.config().repl_backlog_size.load()));
    server_.config().on_change("repl-backlog-size", [this]() -> std::optional<std::string> {
        server_.log().set_backlog_bytes(
            static_cast<std::size_t>(server_.config().repl_backlog_size.load()));
        return std::nullopt;
    });
    snapshots_ = std::make_unique<Snapshots>(
        server_.keyspace(), server_.gate(),
        [this](KeyspaceObserver* hook) { server_.set_change_hook(hook); });
    snapshots_->set_functions([this] { return server_.scripting().functions().codes(); });
    snapshots_->set_key_delay([this] { return server_.config().rdb_key_save_delay.load(); });
    snapshots_->set_refusal([this] { return server_.loading() ? "the data is being loaded" : ""; });
    persistence_ =
        std::make_unique<Persistence>(server_, *snapshots_, [this]() -> Persistence::Fields {
            if (!server_.log().active()) return {};
            return {{"repl-stream-db",
                     std::to_string(server_.role() == Role::replica ? link_->stream_db() : 0)},
                    {"repl-id", history_.get().replid},
                    {"repl-offset", std::to_string(server_.log().end())}};
        });
    failover_ = std::make_unique<Failover>(*this);
    append_only_ = std::make_unique<AppendOnly>(
        AppendOnly::Environment{server_, *snapshots_, [this] { return link_->stream_db(); },
                                [this] {
                                    if (hub_) hub_->settle_soon();
                                },
                                [this](const std::string& path, SnapshotFormat format) {
                                    return persistence_->save_base(path, format);
                                },
                                [this] { return persistence_->base_fields(); },
                                [this] { return persistence_->in_progress(); }});
    server_.config().on_change("appendonly",
                               [this] { return append_only_->turn(server_.config().appendonly); });
    link_ = std::make_unique<PrimaryLink>(PrimaryLink::Environment{
        server_, history_, [this](const char* why) { hub_->drop_all(why); },
        [this] { append_only_->data_goes(); }, [this] { append_only_->data_came(); },
        [this] {
            if (link_ && link_->state() == PrimaryLink::State::up) failover_->settled();
            changed();
        },
        [this] { failover_->refused(); }});
    hub_ = std::make_unique<ReplicaHub>(ReplicaHub::Environment{
        server_, history_, *snapshots_, [this] { return take_cut(); }, [this] { return refusal(); },
        [this] { changed(); }, [this](std::int64_t now_ms) { failover_->step(now_ms); },
        [this](LogOffset offset) {
            return append_only_->enabled() && append_only_->synced() >= offset;
        },
        [this](std::int64_t now_ms) { tick(now_ms); }});
    server_.set_detached_clients(this);
    hub_->start();

    // Before anybody can connect: nobody is to see an empty data set that is about to be loaded.
    const bool appends = server_.config().appendonly;
    if (!server_.managed() && (appends ? append_only_->has_files() : persistence_->has_file())) {
        server_.set_loading(true);
    }
    server_.set_role_control(this);
    server_.add_flush_hook([this](int db) {
        snapshots_->abort(std::string(db < 0 ? kAllFlushed : kDatabaseFlushed));
    });
    server_.set_save_hook([this] { return persistence_->save_now(); });
    server_.add_info("Persistence", [this](std::string& out) {
        persistence_->info(out);
        append_only_->info(out);
        if (server_.loading()) server_.load_progress().info(out);
    });
    server_.add_info("Replication", [this](std::string& out) { info(out); });
    server_.add_info("Stats", [this](std::string& out) {
        line(out, "sync_full", static_cast<std::int64_t>(hub_->counters().full.load()));
        line(out, "sync_partial_ok", static_cast<std::int64_t>(hub_->counters().partial_ok.load()));
        line(out, "sync_partial_err",
             static_cast<std::int64_t>(hub_->counters().partial_err.load()));
    });
}

Replication::~Replication() {
    stop();
}

Replication& Replication::of(Server& server) {
    return *static_cast<Replication*>(server.role_control());
}

void Replication::start() {
    if (server_.managed()) return;
    if (server_.config().appendonly) return load_append_only();
    persistence_->load([this](const std::string& error) {
        if (!error.empty()) cannot_load(error);
        begin();
    });
}

void Replication::load_append_only() {
    load_aside([this] { return append_only_->load(stopping_); },
               [this] { return append_only_->open(); }, [this] { begin(); });
}

std::string Replication::prepare_reload() {
    if (server_.role() != Role::primary) return "A replica has its data from its primary";
    if (server_.loading()) return "The data is being loaded already";
    return append_only_->prepare_reload();
}

void Replication::reload_append_only(std::function<void()> done) {
    load_aside([this] { return append_only_->load_files(stopping_); }, [] { return std::string(); },
               std::move(done));
}

/// `load` brings the data on a thread of its own, `loaded` is called in the exclusive lane, `done`
/// on that thread.
void Replication::load_aside(std::function<std::string()> load, std::function<std::string()> loaded,
                             std::function<void()> done) {
    server_.set_loading(true);
    if (loader_.joinable()) loader_.join();  // the last one has done what it had to
    loader_ = std::thread(
        [this, load = std::move(load), loaded = std::move(loaded), done = std::move(done)] {
            ::pthread_setname_np(::pthread_self(), "loading");
            if (const std::string error = load(); !error.empty()) {
                if (stopping_.load()) return;
                cannot_load(error);
            }
            const auto flag = server_.gate().join("loader");
            server_.gate().run_exclusive(*flag, "loading", [&] {
                if (const std::string error = loaded(); !error.empty()) cannot_load(error);
                persistence_->note_loaded();
                server_.set_loading(false);
            });
            done();
        });
}

/// Follows the configured primary, if any.
void Replication::begin() {
    const std::string primary = server_.config().replicaof.get();
    const std::size_t space = primary.find(' ');
    if (space == std::string::npos) return;
    PrimaryAddress address;
    address.host = primary.substr(0, space);
    address.port = std::atoi(primary.c_str() + space + 1);
    follow(std::move(address), [] {});
}

void Replication::stop() {
    if (!hub_) return;
    stopping_.store(true);
    if (loader_.joinable()) loader_.join();
    persistence_->join();
    link_->halt();
    append_only_->stop();
    server_.set_detached_clients(nullptr);
    hub_->stop();  // its thread reads hub_ until then
    hub_.reset();
    link_.reset();
    snapshots_.reset();
}

std::vector<DetachedClients::Client> Replication::clients() const {
    std::vector<Client> all = hub_->clients();
    if (auto primary = link_->client()) all.push_back(std::move(*primary));
    return all;
}

void Replication::close(std::uint64_t id) {
    link_->cut(id);
    hub_->close(id);
}

// -- Roles
// -----------------------------------------------------------------------------------------------

void Replication::on_change(std::function<void()> changed) {
    std::lock_guard lock(mutex_);
    on_change_ = std::move(changed);
}

void Replication::changed() {
    std::function<void()> tell;
    {
        std::lock_guard lock(mutex_);
        tell = on_change_;
    }
    if (tell) tell();
}

std::optional<PrimaryAddress> Replication::primary() const {
    std::lock_guard lock(mutex_);
    return primary_;
}

void Replication::become_primary(std::function<void()> done) {
    server_.post([this, done = std::move(done)] {
        link_->halt();  // nothing of the old primary is applied from here on
        server_.post_exclusive("promotion", [this, done] {
            const Role before = server_.role();
            {
                std::lock_guard lock(mutex_);
                primary_.reset();
            }
            if (before != Role::primary) {
                if (server_.log().active()) {
                    backlog_.store(true);
                    history_.branch(server_.log().end());
                    server_.log().forget_database();
                } else {
                    history_.start_anew();
                }
                server_.set_role(Role::primary);
                server_.set_stale(false);
                append_only_->data_came();  // where a full sync had come to nothing
                hub_->drop_all("this node was promoted: its history has a new name");
                spdlog::info("This node is a primary now, replid {}", history_.get().replid);
            }
            changed();
            done();
        });
    });
}

void Replication::follow(PrimaryAddress primary, std::function<void()> done) {
    follow(std::move(primary), std::move(done), false);
}

void Replication::follow(PrimaryAddress address, std::function<void()> done, bool failover) {
    server_.post_exclusive("follow a primary",
                           [this, address = std::move(address), done = std::move(done), failover] {
                               {
                                   std::lock_guard lock(mutex_);
                                   primary_ = address;
                               }
                               if (server_.role() == Role::primary)
                                   hub_->release_waiters(unblocked_reply);
                               end_waits(server_);
                               server_.set_role(Role::replica);
                               server_.set_stale(true);
                               spdlog::info("This node follows {}", address.text());
                               link_->follow(address, failover);
                               changed();
                               done();
                           });
}

History Replication::history_now() const {
    const HistoryIds::Ids ids = history_.get();
    return {ids.replid, ids.replid2,
            ids.second_offset < 0 ? 0 : static_cast<std::uint64_t>(ids.second_offset),
            server_.log().end()};
}

void Replication::revoke(std::function<void(History)> done) {
    server_.post([this, done = std::move(done)] {
        link_->halt();
        server_.post_exclusive("revoke the role", [this, done] {
            {
                std::lock_guard lock(mutex_);
                primary_.reset();
            }
            server_.set_role(Role::none);
            server_.set_stale(false);
            hub_->release_waiters(unblocked_reply);
            end_waits(server_);
            spdlog::info("The role was revoked at offset {}", server_.log().end());
            changed();
            done(history_now());
        });
    });
}

void Replication::seal(std::function<void(History)> done) {
    server_.post([this, done = std::move(done)] {
        link_->drain();
        changed();
        done(history_now());
    });
}

RoleControl::Status Replication::status() const {
    Status status;
    status.role = server_.role();
    status.history = history_now();
    const PrimaryLink::Status link = link_->status();
    switch (link.state) {
        case PrimaryLink::State::none:
            status.link = "none";
            break;
        case PrimaryLink::State::connecting:
        case PrimaryLink::State::handshake:
            status.link = "connecting";
            break;
        case PrimaryLink::State::syncing:
            status.link = "syncing";
            break;
        case PrimaryLink::State::up:
            status.link = "up";
            break;
        case PrimaryLink::State::down:
            status.link = "down";
            break;
    }
    if (link.primary)
        status.source = link.primary->id.empty() ? link.primary->text() : link.primary->id;
    for (const ReplicaHub::Replica& replica : hub_->replicas()) {
        status.replicas.push_back(
            {replica.id, replica.online ? "online" : "syncing", replica.ack, replica.lag_ms});
    }
    return status;
}

// -- For the hub
// --------------------------------------------------------------------------------------------

SyncWalk::Cut Replication::take_cut() {
    EffectLog& log = server_.log();
    // Nobody can have any of this history yet: whenever the log stops, the history ends with it. So
    // the daemon knows the id from the grant on, and it holds.
    if (!log.active()) log.activate(log.end());
    backlog_.store(true);
    const bool primary = server_.role() == Role::primary;
    if (primary) log.forget_database();
    return {history_.get().replid, log.end(), primary ? 0 : link_->stream_db(),
            log.open(log.end(), 0)};
}

std::string Replication::refusal() const {
    if (server_.role() == Role::none) return "NOMASTERLINK Can't SYNC while this node has no role";
    if (server_.loading()) return "LOADING Redis is loading the dataset in memory";
    if (server_.role() == Role::replica && link_->state() != PrimaryLink::State::up) {
        return "NOMASTERLINK Can't SYNC while not connected with my master";
    }
    return {};
}

void Replication::tick(std::int64_t now_ms) {
    persistence_->tick(unix_ms());
    append_only_->tick(now_ms);
    failover_->step(now_ms);
    let_backlog_go(now_ms);
}

/// The append-only file alone needs the log too, but no backlog.
bool Replication::has_backlog() const {
    return server_.log().active() &&
           (backlog_.load() || server_.role() == Role::replica || !append_only_->enabled());
}

/// A primary that has been alone for long stops logging. Managed nodes keep their history: the
/// daemon compares it.
void Replication::let_backlog_go(std::int64_t now_ms) {
    const std::int64_t ttl_ms = server_.config().repl_backlog_ttl.load() * 1000;
    const bool alone =
        hub_->attached() == 0 && server_.log().active() && server_.role() == Role::primary;
    if (!alone || ttl_ms == 0 || server_.managed() || !has_backlog()) {
        alone_since_ms_.store(0);
    } else if (alone_since_ms_.load() == 0) {
        alone_since_ms_.store(now_ms);
    } else if (now_ms - alone_since_ms_.load() > ttl_ms) {
        alone_since_ms_.store(0);
        server_.post_exclusive("free the backlog", [this] {
            if (hub_->attached() != 0 || server_.role() != Role::primary ||
                !server_.log().active()) {
                return;
            }
            backlog_.store(false);
            if (!append_only_->enabled()) server_.log().deactivate();
            history_.start_anew();
            spdlog::info("Replication backlog freed after {} seconds without connected replicas",
                         server_.config().repl_backlog_ttl.load());
        });
    }
}

void Replication::ask_for_acknowledgements(LogOffset offset) {
    if (!server_.log().active() || server_.role() != Role::primary) return;
    if (hub_->attached() == 0) return;
    LogOffset last = last_getack_.load();
    if (last > offset) return;
    if (last_getack_.compare_exchange_strong(last, server_.log().reserved() + 1)) {
        last_getack_.store(server_.log().append_neutral(getack_record));
    }
}

// -- INFO
// -----------------------------------------------------------------------------------------------------

void Replication::info_replica(std::string& out) const {
    const PrimaryLink::Status link = link_->status();
    const std::optional<PrimaryAddress> primary = this->primary();
    const std::int64_t now = steady_ms();
    const auto seconds_since = [&](std::int64_t ms) { return ms == 0 ? -1 : (now - ms) / 1000; };
    const LogOffset offset = server_.log().end();
    const bool syncing = link.state == PrimaryLink::State::syncing;
    line(out, "master_host", primary ? primary->shown_host() : "");
    line(out, "master_port", primary ? primary->port : 0);
    line(out, "master_link_status", link.state == PrimaryLink::State::up ? "up" : "down");
    line(out, "master_last_io_seconds_ago", seconds_since(link.last_io_ms));
    line(out, "master_sync_in_progress", syncing ? 1 : 0);
    line(out, "slave_read_repl_offset", static_cast<std::int64_t>(offset + link_->held_bytes()));
    line(out, "slave_repl_offset", static_cast<std::int64_t>(offset));
    if (syncing) {
        const auto total = static_cast<std::int64_t>(link.sync_bytes_total);
        const auto read = static_cast<std::int64_t>(link.sync_bytes_read);
        line(out, "master_sync_total_bytes", total);
        line(out, "master_sync_read_bytes", read);
        line(out, "master_sync_left_bytes", total > 0 ? total - read : -1);
        line(out, "master_sync_perc",
             total > 0 ? std::to_string(100 * read / total) + ".00" : "0.00");
        line(out, "master_sync_last_io_seconds_ago", seconds_since(link.last_io_ms));
    }
    if (link.state != PrimaryLink::State::up) {
        line(out, "master_link_down_since_seconds", seconds_since(link.down_since_ms));
    }
    line(out, "slave_priority", server_.config().replica_priority.load());
    line(out, "slave_read_only", server_.config().replica_read_only ? 1 : 0);
    line(out, "replica_announced", 1);
}

void Replication::info(std::string& out) const {
    const Role role = server_.role();
    line(out, "role",
         role == Role::primary ? "master" : (role == Role::replica ? "slave" : "none"));
    if (role == Role::replica) info_replica(out);
    const auto replicas = hub_->replicas();
    line(out, "connected_slaves", static_cast<std::int64_t>(replicas.size()));
    if (server_.config().min_replicas_to_write > 0 && server_.config().min_replicas_max_lag > 0) {
        line(out, "min_slaves_good_slaves", server_.good_replicas());
    }
    for (std::size_t i = 0; i < replicas.size(); ++i) {
        const ReplicaHub::Replica& replica = replicas[i];
        line(out, ("slave" + std::to_string(i)).c_str(),
             "ip=" + replica.ip + ",port=" + std::to_string(replica.port) +
                 ",state=" + replica.state + ",offset=" + std::to_string(replica.ack) +
                 ",lag=" + std::to_string(replica.lag_ms / 1000));
    }
    const HistoryIds::Ids ids = history_.get();
    const EffectLog& log = server_.log();
    line(out, "master_failover_state", failover_->word());
    line(out, "master_replid", ids.replid);
    line(out, "master_replid2", ids.replid2);
    line(out, "master_repl_offset", static_cast<std::int64_t>(log.end()));
    line(out, "second_repl_offset", ids.second_offset);
    const bool backlog = has_backlog();
    line(out, "repl_backlog_active", backlog ? 1 : 0);
    line(out, "repl_backlog_size", server_.config().repl_backlog_size.load());
    line(out, "repl_backlog_first_byte_offset",
         backlog ? static_cast<std::int64_t>(log.begin()) + 1 : 0);
    line(out, "repl_backlog_histlen",
         backlog ? static_cast<std::int64_t>(log.end() - log.begin()) : 0);
}

}  // namespace millpond::engine
