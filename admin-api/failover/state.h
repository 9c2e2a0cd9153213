// SPDX-License-Identifier: Apache-2.0
//
// All that the failover machine remembers about one cluster. A value: copied, compared and printed
// by tests at will. Only step() changes it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "admin-api/failover/action.h"
#include "admin-api/failover/history.h"

namespace millpond::admin::failover {

inline constexpr int kMissedProbesMax = 5;
inline constexpr int kEvidentProbesMin = 2;
inline constexpr Millis kResendMs = 300;
inline constexpr Millis kSealWaitMs = 1000;
inline constexpr Millis kPauseMs = 1000;
inline constexpr Millis kSwitchoverWaitMs = 5000;  ///< a wish waits that long for a replica in sync
inline constexpr Millis kSwitchoverBudgetMs = 800;  ///< before the commit point; below kPauseMs
inline constexpr std::uint64_t kSwitchoverLagBytesMax = 1u << 20;
inline constexpr Millis kFailoverWindowMs = 60'000;
inline constexpr std::size_t kFreeFailovers = 2;  ///< in one window, without a back-off
inline constexpr Millis kBackoffMs = 5'000;
inline constexpr Millis kBackoffMsMax = 60'000;
inline constexpr Millis kRespawnMs = 200;  ///< doubling for a node that dies young
inline constexpr Millis kRespawnMsMax = 10'000;
inline constexpr Millis kYoungMs = 10'000;
inline constexpr Millis kReaderLagMsMax = 1000;
inline constexpr std::size_t kReaders = 12;
inline constexpr std::uint64_t kEpochBlock = 64;
inline constexpr std::uint64_t kEpochSpare = 16;
inline constexpr std::size_t kLineageMax = 16;

enum class Process : std::uint8_t {
    unknown,   ///< Find is out
    absent,    ///< nothing runs
    spawning,  ///< Spawn is out
    running,   ///< a process exists; once `heard`, it takes requests
    ending     ///< it died or was killed; not yet fenced
};

/// The one request about its role that a node has not answered yet.
struct Pending {
    Action action;
    Request request = 0;
    Millis sent_at = 0;
};

struct Node {
    std::string id;
    Process process = Process::unknown;
    Incarnation incarnation = 0;
    bool sought = false;   ///< Find has been asked for
    bool wanted = true;    ///< part of the cluster; else it is being ended
    bool heard = false;    ///< NodeHello has come
    bool spawned = false;  ///< by this daemon: what has not been heard of can hold no role
    /// It holds the primary role, or a grant of it is out. Only fencing, a confirmed revoke or a
    /// refusal ends that.
    bool could_write = false;
    Report report;
    /// A grant was sent in this life, so it may hold data whatever it last said: a report may have
    /// been on its way since before.
    bool given_role = false;
    std::optional<Pending> pending;
    std::optional<History> sealed;  ///< in the election under way
    Millis retry_not_before = 0;    ///< after a refusal
    int missed = 0;
    int evident = 0;
    bool hang_told = false;
    Millis died_at = 0;
    Millis spawned_at = 0;
    Millis spawn_not_before = 0;
    int young_deaths = 0;
    std::string spawn_error;
    bool reboot = false;
    bool reboot_begun = false;  ///< the old process was told to end
    Millis reboot_asked_at = 0;
    Ticket reboot_ticket = 0;
};

/// A switchover that was asked for and has not begun: no replica may be in sync at the moment.
struct SwitchoverWish {
    Ticket ticket = 0;
    std::string target;  ///< empty: the one furthest ahead
    Millis asked_at = 0;
};

/// A planned change of the primary, up to its commit point and the grant after it.
struct Switchover {
    enum class Stage : std::uint8_t { pausing, catching_up, revoking, promoting };
    Ticket ticket = 0;
    std::string from;
    std::string to;
    Incarnation to_incarnation = 0;
    Request operation = 0;
    Stage stage = Stage::pausing;
    Millis started_at = 0;
    std::uint64_t offset = 0;
};

/// The primary is gone and a successor is looked for.
struct Election {
    std::string old_primary;
    std::uint64_t old_offset = 0;  ///< as last reported
    Millis seal_since = -1;
    Millis died_at = 0;
    std::string reason;
    Millis not_before = 0;  ///< back-off
    bool held_told = false;
    bool backoff_told = false;
    bool by_crash = true;   ///< counts towards the back-off
    bool failover = false;  ///< others held data when it began: a failover, not a restart
    bool forward = false;   ///< past a switchover's commit point: there is no way back to wait for
    Ticket ticket = 0;      ///< of a switchover that went past its commit point, or of a promotion
    std::string preferred;
};

struct State {
    std::vector<Node> nodes;
    std::string initial_primary;
    bool automatic = false;

    std::string primary;   ///< who holds the role, or held it last
    Epoch epoch = 0;       ///< of the last grant of the primary role
    Epoch next_epoch = 0;  ///< first unused of the reserved block
    Epoch end_epoch = 0;
    bool reserving = false;
    std::vector<std::string> lineage;  ///< replids of the primaries, oldest first

    std::optional<SwitchoverWish> wish;
    std::optional<Switchover> switchover;
    std::optional<Election> election;
    std::vector<Millis> failovers;  ///< within the window
    bool promote_requested = false;
    bool removing = false;
    Ticket removal_ticket = 0;
    bool removed = false;

    std::vector<std::string> readers;
    Request last_request = 0;
    Millis timer_at = 0;
    std::string journal;  ///< as last recorded

    Node* find(const std::string& id);
    const Node* find(const std::string& id) const;
    Node* primary_node() { return find(primary); }
    const Node* primary_node() const { return find(primary); }
};

/// A cluster as a daemon that has just started knows it: nothing but the journal.
State initial_state(const std::string& journal);

/// What must outlive the daemon: primary, epoch and lineage.
std::string encode_journal(const State& state);

// Questions about a node that several parts ask.
bool alive(const Node& node);   ///< a process exists that may still run
bool usable(const Node& node);  ///< running and heard
bool may_hold_primary(
    const Node& node);  ///< it could accept a write now or after a message on its way
bool confirmed_primary(
    const State& state);  ///< the primary runs, has its grant, and nothing is pending
bool follows_primary(const State& state, const Node& node);

/// The word for a person: creating, available, rebooting, recovering, deleting, failed.
std::string status_of(const State& state, const Node& node);
/// Everything is as it should be: a primary, and every other node a replica whose link is up.
bool settled(const State& state);
/// Why it will not settle without a person, or empty.
std::string stuck_reason(const State& state);

}  // namespace millpond::admin::failover
