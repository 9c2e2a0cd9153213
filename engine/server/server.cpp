// SPDX-License-Identifier: Apache-2.0
#include "engine/server/server.h"

#include <spdlog/spdlog.h>
#include <sys/random.h>

#include <array>
#include <system_error>

#include "engine/acl/access_control.h"
#include "engine/commands/dispatch.h"
#include "engine/commands/migrate.h"
#include "engine/commands/record.h"
#include "engine/commands/table.h"
#include "engine/commands/waiters.h"
#include "engine/commands/watch.h"
#include "engine/keyspace/keyspace.h"
#include "engine/keyspace/local_deadlines.h"
#include "engine/lanes/gate.h"
#include "engine/log/effect_log.h"
#include "engine/memory/background_free.h"
#include "engine/net/network.h"
#include "engine/observers/bus.h"
#include "engine/scripting/scripting.h"
#include "engine/server/client_eviction.h"
#include "engine/server/clock.h"
#include "engine/server/config.h"
#include "engine/server/control_thread.h"
#include "engine/server/latency_monitor.h"
#include "engine/server/pause.h"
#include "engine/server/process_usage.h"
#include "engine/server/rates.h"
#include "engine/server/shutdown.h"
#include "engine/server/slow_log.h"
#include "engine/server/statistics.h"
#include "engine/snapshot/load_progress.h"

namespace millpond::engine {

namespace {

std::string random_id() {
    std::array<unsigned char, 20> bytes{};
    if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
        throw std::system_error(errno, std::generic_category(), "getrandom");
    }
    std::string hex;
    for (const unsigned char byte : bytes) {
        hex += "0123456789abcdef"[byte >> 4];
        hex += "0123456789abcdef"[byte & 15];
    }
    return hex;
}

std::unique_ptr<CommandTable> make_table() {
    auto table = std::make_unique<CommandTable>();
    add_connection_commands(*table);
    add_server_commands(*table);
    add_transaction_commands(*table);
    add_string_commands(*table);
    add_generic_commands(*table);
    add_hash_commands(*table);
    add_list_commands(*table);
    add_set_commands(*table);
    add_sorted_set_commands(*table);
    add_stream_commands(*table);
    add_debug_commands(*table);
    add_replication_commands(*table);
    add_persistence_commands(*table);
    add_acl_commands(*table);
    add_pubsub_commands(*table);
    add_monitor_commands(*table);
    add_scripting_commands(*table);
    add_function_commands(*table);
    add_bit_commands(*table);
    add_hyperloglog_commands(*table);
    add_geo_commands(*table);
    add_sort_commands(*table);
    add_dump_commands(*table);
    add_migrate_commands(*table);
    add_hash_field_commands(*table);
    return table;
}

/// Removals outside commands: each is a record of its own.
class Background final : public KeyspaceObserver {
public:
    explicit Background(Server& server) : server_(server) {}

    void before_change(int db, Entry& entry, KeyHash hash) override {
        if (KeyspaceObserver* hook = server_.change_hook()) hook->before_change(db, entry, hash);
    }
    void expired(int db, Bytes key) override {
        alone([&](Record& record) { record.expired(db, key); });
    }
    void evicted(int db, Bytes key) override {
        alone([&](Record& record) { record.evicted(db, key); });
    }
    void fields_expired(int db, Bytes key, std::span<const Bytes> fields, bool key_gone) override {
        alone([&](Record& record) { record.fields_expired(db, key, fields, key_gone); });
    }
    void stream_leaves(int db, Bytes key, KeyHash hash) override {
        alone([&](Record& record) { record.stream_leaves(db, key, hash); });
    }

private:
    template <class Work>
    void alone(Work work) {
        // The caller's threads are several: a record is cheap, and has no state between removals.
        Record record(server_);
        record.begin(nullptr);
        work(record);
        record.commit();
        record.events().wake();
        if (!record.has_ready()) return;
        server_.network().with_executor(
            [keys = record.take_ready()](Executor& executor) { executor.serve_keys(keys); });
    }

    Server& server_;
};

}  // namespace

struct Server::Control {
    BackgroundFree background_free;
    std::unique_ptr<GateFlag> flag;  ///< the control thread's
    ControlThread thread;
};

Server::Server(std::unique_ptr<Config> config)
    : config_(std::move(config)),
      gate_(std::make_unique<Gate>()),
      log_(std::make_unique<EffectLog>()),
      control_(std::make_unique<Control>()),
      run_id_(random_id()),
      started_ms_(unix_ms()),
      managed_(!config_->millpond_node.get().empty()) {
    ns_per_tick();
    keyspace_ = std::make_unique<Keyspace>(control_->background_free);
    local_deadlines_ = std::make_unique<LocalDeadlines>();
    load_progress_ = std::make_unique<LoadProgress>();
    commands_ = make_table();
    for (const Config::UserLine& line : config_->rename_lines) {
        if (const auto why = commands_->rename(line.words[0], line.words[1]))
            throw ConfigError(line.where + ": " + std::string(*why));
    }
    statistics_ = std::make_unique<Statistics>(commands_->size());
    latency_monitor_ = std::make_unique<LatencyMonitor>();
    rates_ = std::make_unique<Rates>();
    usage_ = std::make_unique<ProcessUsage>();
    usage_->sample();
    watches_ = std::make_unique<WatchRegistry>(*keyspace_);
    waiters_ = std::make_unique<WaiterRegistry>(*keyspace_);
    slow_log_ = std::make_unique<SlowLog>();
    migrations_ = std::make_unique<Migrations>(*this);
    acl_ = std::make_unique<acl::AccessControl>(*this);
    acl_->load_configured();
    bus_ = std::make_unique<Bus>(*this);
    background_ = std::make_unique<Background>(*this);
    pause_ = std::make_unique<Pause>(*this);
    shutdown_ = std::make_unique<Shutdown>(*this);
    network_ = std::make_unique<Network>(*this);
    scripting_ = std::make_unique<Scripting>(*this);
    if (managed_) role_ = Role::none;
    control_->thread.start([this] { control_->flag = gate_->join("control"); },
                           [this] { control_->flag.reset(); });
}

Server::~Server() {
    control_->thread.stop();
    network_.reset();
    keyspace_.reset();
}

void Server::set_loading(bool yes) {
    if (yes) load_progress_->begin();
    loading_.store(yes, std::memory_order_relaxed);
}

bool Server::may_expire() const {
    return role() == Role::primary && !loading() && pause_->level() == Pause::Level::none;
}

void Server::post(std::function<void()> work) {
    control_->thread.post(std::move(work));
}

void Server::post_after(std::int64_t ms, std::function<void()> work) {
    control_->thread.post_after(ms, std::move(work));
}

void Server::post_exclusive(std::string what, std::function<void()> work) {
    post([this, what = std::move(what), work = std::move(work)] {
        gate_->run_exclusive(*control_->flag, what, work);
    });
}

void Server::resume(BlockToken token, std::string reply, Resumed how) {
    network_->resume(token, std::move(reply), how);
}

void Server::add_info(std::string section, InfoWriter write) {
    info_.push_back({std::move(section), std::move(write)});
}

void Server::start() {
    network_->start();
    sample_rates();
}

void Server::sample_rates() {
    rates_->sample(steady_ms(), {static_cast<double>(statistics_->commands_processed()),
                                 static_cast<double>(statistics_->net_input.sum()),
                                 static_cast<double>(statistics_->net_output.sum()),
                                 static_cast<double>(statistics_->net_repl_input.sum()),
                                 static_cast<double>(statistics_->net_repl_output.sum())});
    usage_->sample();
    evict_clients(*this);
    post_after(Rates::kSampleMs, [this] { sample_rates(); });
}

void Server::check_clients_soon() {
    if (checking_clients_.exchange(true, std::memory_order_relaxed)) return;
    post([this] {
        checking_clients_.store(false, std::memory_order_relaxed);
        evict_clients(*this);
    });
}

int Server::run() {
    network_->run();
    network_->join();
    control_->thread.stop();
    migrations_->stop();
    for (const auto& work : exits_) work();
    return 0;
}

void Server::request_shutdown(std::string reason) {
    {
        const std::lock_guard lock(exit_mutex_);
        if (exit_reason_.empty()) exit_reason_ = std::move(reason);
    }
    network_->stop();
}

std::string Server::exit_reason() const {
    const std::lock_guard lock(exit_mutex_);
    return exit_reason_;
}

}  // namespace millpond::engine
