// SPDX-License-Identifier: Apache-2.0
//
// The composition of a running engine: everything there is one of. Made by main(); outlives every
// thread. Accessors may be called from any thread, what they return says for itself who may use it.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "engine/server/control.h"
#include "engine/server/session.h"

namespace millpond::engine {

namespace acl {
class AccessControl;
}

class Bus;
class CommandTable;
class Config;
class EffectLog;
class Gate;
class GateFlag;
class Keyspace;
class LoadProgress;
class LocalDeadlines;
class KeyspaceObserver;
class Migrations;
class Network;
class Pause;
class Rates;
class Statistics;
class ProcessUsage;
class WaiterRegistry;
class WriteBarrier;
class WatchRegistry;
class Scripting;
class Shutdown;
class SlowLog;
class LatencyMonitor;

class Server {
public:
    explicit Server(std::unique_ptr<Config> config);
    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    Config& config() { return *config_; }
    Keyspace& keyspace() { return *keyspace_; }
    /// Of a writable replica.
    LocalDeadlines& local_deadlines() { return *local_deadlines_; }
    Gate& gate() { return *gate_; }
    EffectLog& log() { return *log_; }
    const CommandTable& commands() const { return *commands_; }
    Statistics& statistics() { return *statistics_; }
    Rates& rates() { return *rates_; }
    const ProcessUsage& usage() const { return *usage_; }
    WatchRegistry& watches() { return *watches_; }
    WaiterRegistry& waiters() { return *waiters_; }
    SlowLog& slow_log() { return *slow_log_; }
    Migrations& migrations() { return *migrations_; }
    LatencyMonitor& latency_monitor() { return *latency_monitor_; }
    acl::AccessControl& acl() { return *acl_; }
    Bus& bus() { return *bus_; }
    Scripting& scripting() { return *scripting_; }
    Network& network() { return *network_; }  ///< a NetworkControl
    Pause& pause() { return *pause_; }        ///< a PauseControl
    Shutdown& shutdown() { return *shutdown_; }

    /// 40 hex digits, new with each start.
    const std::string& run_id() const { return run_id_; }
    std::int64_t started_ms() const { return started_ms_; }  ///< unix clock
    bool managed() const { return managed_; }

    // -- Role: set by replication, in the exclusive lane
    // ------------------------------------------------
    /// Standalone starts as primary, a managed node with none.
    Role role() const { return role_.load(std::memory_order_relaxed); }
    void set_role(Role role) { role_.store(role, std::memory_order_relaxed); }
    /// While true, commands without the loading flag answer -LOADING and nothing expires.
    bool loading() const { return loading_.load(std::memory_order_relaxed); }
    void set_loading(bool yes);
    /// maxmemory-clients: whether somebody has to go. Any thread.
    void check_clients_soon();
    LoadProgress& load_progress() { return *load_progress_; }
    /// A replica whose link is down, for replica-serve-stale-data.
    bool stale() const { return stale_.load(std::memory_order_relaxed); }
    void set_stale(bool yes) { stale_.store(yes, std::memory_order_relaxed); }
    /// Replication's own part; null until it is there. Set before threads start.
    RoleControl* role_control() { return role_control_; }
    void set_role_control(RoleControl* control) { role_control_ = control; }

    /// Whoever walks a snapshot is told before an entry changes; null when nobody does. Set in the
    /// exclusive lane.
    KeyspaceObserver* change_hook() const { return change_hook_.load(std::memory_order_relaxed); }
    void set_change_hook(KeyspaceObserver* hook) {
        change_hook_.store(hook, std::memory_order_relaxed);
    }

    /// For removals outside commands (active expiry, eviction): each call appends its DEL to the
    /// log, touches watchers and tells the change hook, under the shard lock that the caller holds.
    KeyspaceObserver& background_observer() { return *background_; }
    /// May keys expire of their own now? A primary that is neither loading nor paused.
    bool may_expire() const;
    /// DEBUG SET-ACTIVE-EXPIRE: whether expired keys go before anybody asks for them.
    bool active_expiry() const { return active_expiry_.load(std::memory_order_relaxed); }
    void set_active_expiry(bool yes) { active_expiry_.store(yes, std::memory_order_relaxed); }

    /// FLUSHALL (db -1) and FLUSHDB tell before they empty anything, in the exclusive lane: a walk
    /// is aborted.
    using FlushHook = std::function<void(int db)>;
    void add_flush_hook(FlushHook hook) { flush_hooks_.push_back(std::move(hook)); }
    void before_flush(int db) const {
        for (const FlushHook& hook : flush_hooks_) hook(db);
    }
    /// Replicas whose lag is within min-replicas-max-lag, kept by replication: for -NOREPLICAS.
    void set_good_replicas(int n) { good_replicas_.store(n, std::memory_order_relaxed); }
    int good_replicas() const { return good_replicas_.load(std::memory_order_relaxed); }
    /// The last background save failed, kept by persistence: for -MISCONF.
    void set_save_failed(bool yes) { save_failed_.store(yes, std::memory_order_relaxed); }
    bool save_failed() const { return save_failed_.load(std::memory_order_relaxed); }
    /// Why the append-only file cannot be written (errno), 0 when it can: for -MISCONF.
    void set_append_errno(int problem) { append_errno_.store(problem, std::memory_order_relaxed); }
    int append_errno() const { return append_errno_.load(std::memory_order_relaxed); }

    /// What comes before replies; null when nothing does. From any thread; it is never destroyed
    /// while I/O threads run.
    WriteBarrier* write_barrier() const { return write_barrier_.load(std::memory_order_acquire); }
    void set_write_barrier(WriteBarrier* barrier) {
        write_barrier_.store(barrier, std::memory_order_release);
    }

    /// The replicas' connections, for CLIENT LIST and KILL; null until replication is there. Set
    /// before threads start.
    DetachedClients* detached_clients() const { return detached_clients_; }
    void set_detached_clients(DetachedClients* clients) { detached_clients_ = clients; }

    // -- Work for other threads
    // ------------------------------------------------------------------------------
    /// Runs on the control thread, in order; it may wait for lanes. For callers that may not.
    void post(std::function<void()> work);
    void post_after(std::int64_t ms, std::function<void()> work);
    /// The same, in the exclusive lane.
    void post_exclusive(std::string what, std::function<void()> work);
    /// Ends a suspension with this encoded reply; from any thread. Nothing happens when it has
    /// ended.
    void resume(BlockToken token, std::string reply, Resumed how = Resumed::goes_on);

    // -- Extension: before run()
    // ------------------------------------------------------------------------------
    /// A part of INFO: `write` appends "field:value\r\n" lines. Sections of one name are joined.
    using InfoWriter = std::function<void(std::string& out)>;
    void add_info(std::string section, InfoWriter write);
    struct InfoSection {
        std::string name;
        InfoWriter write;
    };
    const std::vector<InfoSection>& info_sections() const { return info_; }
    /// Run in order at an orderly exit, after connections have been closed, on the main thread.
    void at_exit(std::function<void()> work) { exits_.push_back(std::move(work)); }
    /// Saves before a SHUTDOWN (persistence's); returns an error text or nothing.
    using SaveHook = std::function<std::string()>;
    void set_save_hook(SaveHook hook) { save_hook_ = std::move(hook); }
    const SaveHook& save_hook() const { return save_hook_; }
    /// Frees memory until the limit holds; false: it could not. Called before a command takes its
    /// locks.
    using RoomHook = std::function<bool()>;
    void set_room_hook(RoomHook hook) { room_hook_ = std::move(hook); }
    const RoomHook& room_hook() const { return room_hook_; }

    /// Opens the listeners and starts the threads; throws std::system_error.
    void start();
    /// Serves on this thread until request_shutdown(); returns the exit status.
    int run();
    /// From any thread: ends run().
    void request_shutdown(std::string reason);
    /// Why run() has ended; the first request's.
    std::string exit_reason() const;

private:
    struct Control;
    void sample_rates();
    std::unique_ptr<Config> config_;
    std::unique_ptr<Gate> gate_;
    std::unique_ptr<EffectLog> log_;
    std::unique_ptr<Control> control_;  ///< outlives the key space, which frees through it
    std::unique_ptr<Keyspace> keyspace_;
    std::unique_ptr<LocalDeadlines> local_deadlines_;
    std::atomic<bool> checking_clients_{false};
    std::unique_ptr<LoadProgress> load_progress_;
    std::unique_ptr<CommandTable> commands_;
    std::unique_ptr<Statistics> statistics_;
    std::unique_ptr<Rates> rates_;
    std::unique_ptr<ProcessUsage> usage_;
    std::unique_ptr<WatchRegistry> watches_;
    std::unique_ptr<WaiterRegistry> waiters_;
    std::unique_ptr<SlowLog> slow_log_;
    std::unique_ptr<Migrations> migrations_;
    std::unique_ptr<LatencyMonitor> latency_monitor_;
    std::unique_ptr<acl::AccessControl> acl_;
    std::unique_ptr<Bus> bus_;
    std::unique_ptr<KeyspaceObserver> background_;
    std::unique_ptr<Pause> pause_;
    std::unique_ptr<Shutdown> shutdown_;
    std::unique_ptr<Network> network_;
    std::unique_ptr<Scripting> scripting_;

    std::string run_id_;
    std::int64_t started_ms_ = 0;
    bool managed_ = false;
    std::atomic<Role> role_{Role::primary};
    std::atomic<bool> loading_{false};
    std::atomic<bool> stale_{false};
    std::atomic<bool> active_expiry_{true};
    RoleControl* role_control_ = nullptr;
    DetachedClients* detached_clients_ = nullptr;
    std::atomic<KeyspaceObserver*> change_hook_{nullptr};
    std::atomic<int> good_replicas_{0};
    std::atomic<bool> save_failed_{false};
    std::atomic<int> append_errno_{0};
    std::atomic<WriteBarrier*> write_barrier_{nullptr};
    std::vector<FlushHook> flush_hooks_;
    std::vector<InfoSection> info_;
    std::vector<std::function<void()>> exits_;
    mutable std::mutex exit_mutex_;
    std::string exit_reason_;
    SaveHook save_hook_;
    RoomHook room_hook_;
};

}  // namespace millpond::engine
