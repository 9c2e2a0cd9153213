// SPDX-License-Identifier: Apache-2.0
//
// A node's part in replication: its role, the history of its data, the link to its primary, the hub
// of its replicas, snapshots and the file on disk. Made by main() beside the server and ended
// before it. Roles change in the exclusive lane only; what must wait for the link's thread first is
// posted to the control thread, so every public function may be called from any thread and lane,
// unless it says otherwise.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "engine/aof/append_only.h"
#include "engine/replication/failover.h"
#include "engine/replication/history.h"
#include "engine/replication/hub.h"
#include "engine/replication/primary_link.h"
#include "engine/server/control.h"
#include "engine/snapshot/persistence.h"
#include "engine/snapshot/snapshots.h"

namespace millpond::engine {

class Server;

class Replication final : public RoleControl, public DetachedClients {
public:
    /// Registers with the server: role control, hooks, INFO sections. Before the server starts.
    explicit Replication(Server& server);
    ~Replication() override;

    /// Loads the file, then follows the configured primary, if any. A managed node does neither.
    void start();
    /// After the server's threads have ended.
    void stop();

    static Replication& of(Server& server);

    void become_primary(std::function<void()> done) override;
    void follow(PrimaryAddress primary, std::function<void()> done) override;
    void revoke(std::function<void(History)> done) override;
    void seal(std::function<void(History)> done) override;
    Status status() const override;
    void on_change(std::function<void()> changed) override;

    void follow(PrimaryAddress address, std::function<void()> done, bool failover);

    /// The replicas, and the primary while the link to it is up.
    std::vector<Client> clients() const override;
    void close(std::uint64_t id) override;

    Server& server() { return server_; }
    HistoryIds& history() { return history_; }
    ReplicaHub& hub() { return *hub_; }
    PrimaryLink& link() { return *link_; }
    const PrimaryLink& link() const { return *link_; }
    Persistence& persistence() { return *persistence_; }
    AppendOnly& append_only() { return *append_only_; }
    Failover& failover() { return *failover_; }
    /// Whom this node follows; nothing on a primary.
    std::optional<PrimaryAddress> primary() const;

    /// DEBUG LOADAOF, in the exclusive lane: why the append-only file cannot be loaded anew, or an
    /// empty text. Then all data is to be flushed, and reload_append_only() brings it back; `done`
    /// is called on another thread.
    std::string prepare_reload();
    void reload_append_only(std::function<void()> done);

    /// A GETACK into the log, unless one is there after `offset` already. Requires: a lane.
    void ask_for_acknowledgements(LogOffset offset);

    void info(std::string& out) const;

private:
    SyncWalk::Cut take_cut();
    std::string refusal() const;
    void tick(std::int64_t now_ms);
    bool has_backlog() const;
    void let_backlog_go(std::int64_t now_ms);
    History history_now() const;
    void changed();
    void info_replica(std::string& out) const;

    Server& server_;
    HistoryIds history_;
    mutable std::mutex mutex_;
    std::function<void()> on_change_;
    std::optional<PrimaryAddress> primary_;
    std::atomic<LogOffset> last_getack_{0};
    std::atomic<std::int64_t> alone_since_ms_{0};
    /// The log is kept for replicas, and not for the append-only file alone.
    std::atomic<bool> backlog_{false};
    void begin();
    void load_append_only();
    void load_aside(std::function<std::string()> load, std::function<std::string()> loaded,
                    std::function<void()> done);

    std::unique_ptr<AppendOnly>
        append_only_;  ///< outlives the snapshots, which tell it of their end
    std::unique_ptr<Snapshots> snapshots_;
    std::unique_ptr<Persistence> persistence_;
    std::thread loader_;
    std::atomic<bool> stopping_{false};
    std::unique_ptr<Failover> failover_;
    std::unique_ptr<PrimaryLink> link_;
    std::unique_ptr<ReplicaHub> hub_;
};

}  // namespace millpond::engine
