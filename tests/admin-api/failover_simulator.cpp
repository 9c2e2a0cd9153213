// SPDX-License-Identifier: Apache-2.0
#include "tests/admin-api/failover_simulator.h"

#include <algorithm>
#include <cstdio>
#include <functional>
#include <map>
#include <optional>
#include <queue>
#include <random>
#include <set>
#include <vector>

#include "admin-api/failover/machine.h"

namespace millpond::admin::failover {

namespace {

using Micros = std::int64_t;
constexpr Micros kMs = 1000;
constexpr Micros kSecond = 1'000'000;
constexpr Micros kSettleMax = 300 * kSecond;
constexpr Micros kLateMax = 4 * kSecond;  ///< a message may wait behind a lane that was busy
constexpr Micros kQuiet = kSecond;

struct Violation {
    std::string what;
};

/// One process of a node, from its start to the moment when no thread of it runs.
struct Life {
    int id = 0;
    bool dying = false;
    bool in_order = false;
    bool stopped = false;
    bool traced = false;
    Micros stopped_until_seen = -kSecond;  ///< when it was last stopped
    Micros busy_until = 0;
    Micros starved_until =
        0;  ///< on a loaded machine its management thread starves too, yet it runs
    Role role = Role::none;
    Epoch epoch = 0;
    std::uint64_t generation = 0;
    History history;
    bool sealed = false;
    Link link = Link::none;
    int source = -1;
    int source_life = 0;
    Micros sync_ends = 0;
    Request paused_by = 0;
    Micros paused_until = 0;
    Epoch revoked_by = 0;  ///< the epoch of the role that it gave up
    std::uint64_t revoked_at = 0;
};

struct Box {
    std::string id;
    bool wanted = true;
    bool folder = false;  ///< from its first start until it is forgotten
    std::optional<Life> life;
};

/// A primary grant on its way, or being late.
struct Flying {
    int box = 0;
    int life = 0;
    Epoch epoch = 0;
    std::uint64_t generation = 0;
};

struct Daemon {
    int id = 0;  ///< 0: dead
    std::uint64_t generation = 0;
    State state;
    Micros stalled_until = 0;
    std::vector<Event> inbox;  ///< while it stalls
    Incarnation last_incarnation = 0;
    std::map<std::pair<int, Incarnation>, int> lives;  ///< (box, incarnation) -> life
    std::map<int, bool> probe_out;                     ///< box -> unanswered
    std::map<int, Micros> seal_sent;                   ///< life -> first time
    std::set<int> sealed_lives;
    Millis timer_at = 0;
};

class Simulation {
public:
    explicit Simulation(const Schedule& schedule) : schedule_(schedule), random_(schedule.seed) {}

    Verdict run() {
        try {
            live_through();
        } catch (const Violation& violation) {
            verdict_.violation = violation.what;
        }
        return verdict_;
    }

private:
    // Randomness and time.
    std::uint64_t below(std::uint64_t n) { return random_() % n; }
    bool chance(int percent) { return below(100) < static_cast<std::uint64_t>(percent); }
    Micros between(Micros low, Micros high) {
        return low + static_cast<Micros>(below(static_cast<std::uint64_t>(high - low + 1)));
    }
    Millis now() const { return clock_ / kMs; }

    struct Item {
        Micros at;
        std::uint64_t order;
        std::function<void()> work;
        bool operator<(const Item& other) const {
            return at != other.at ? at > other.at : order > other.order;
        }
    };
    void at(Micros when, std::function<void()> work) {
        queue_.push(Item{when, ++order_, std::move(work)});
    }
    void after(Micros delay, std::function<void()> work) { at(clock_ + delay, std::move(work)); }
    void run_until(Micros end, const std::function<bool()>& enough) {
        while (!queue_.empty() && queue_.top().at <= end && !enough()) {
            Item item = std::move(
                const_cast<Item&>(queue_.top()));  // popped at once; a copy would allocate
            queue_.pop();
            clock_ = item.at;
            item.work();
        }
        if (!enough()) clock_ = std::max(clock_, end);
    }

    template <class... Parts>
    void log(const char* format, Parts... parts) {
        if (!schedule_.verbose) return;
        std::printf("%10.3f ", static_cast<double>(clock_) / 1000);
        std::printf(format, parts...);
        std::printf("\n");
    }

    // Messages: late now and then, lost while there is chaos, in any order.
    std::optional<Micros> delay() {
        if (chaos_ && chance(1)) return std::nullopt;
        if (chaos_ && chance(3)) return between(5 * kMs, 400 * kMs);
        return between(30, 2 * kMs);
    }

    Life* life_of(int box, int life) {
        auto& slot = boxes_[static_cast<std::size_t>(box)].life;
        return slot && slot->id == life ? &*slot : nullptr;
    }
    int box_of(const std::string& id) const {
        for (std::size_t i = 0; i < boxes_.size(); ++i) {
            if (boxes_[i].id == id) return static_cast<int>(i);
        }
        throw Violation{"the machine speaks of a node that never was: " + id};
    }

    // The daemon.
    void tell_daemon(int daemon, Event event) {
        if (daemon_.id != daemon || daemon == 0) return;
        if (clock_ >= daemon_.stalled_until && daemon_.inbox.empty())
            return take_in(daemon, std::move(event));
        if (daemon_.inbox.empty()) {
            at(daemon_.stalled_until, [this, daemon] { drain_inbox(daemon); });
        }
        daemon_.inbox.push_back(std::move(event));
    }
    void drain_inbox(int daemon) {
        if (daemon_.id != daemon) return;
        if (clock_ < daemon_.stalled_until) {
            at(daemon_.stalled_until, [this, daemon] { drain_inbox(daemon); });
            return;
        }
        std::vector<Event> events;
        events.swap(daemon_.inbox);
        for (Event& event : events) {
            if (daemon_.id == daemon) take_in(daemon, std::move(event));
        }
    }
    void take_in(int daemon, Event event) {
        if (schedule_.sabotage != Sabotage::none && distort(event)) return;
        Step next = step(std::move(daemon_.state), event, now());
        daemon_.state = std::move(next.state);
        ++verdict_.steps;
        for (const Action& action : next.actions) {
            if (!std::holds_alternative<SetTimer>(action)) last_action_ = clock_;
            if (!chaos_) log("  action %d", static_cast<int>(action.index()));
            std::visit([this](const auto& a) { perform(a); }, action);
            if (daemon_.id != daemon) return;
        }
    }

    /// True when the event is swallowed.
    bool distort(Event& event) {
        switch (schedule_.sabotage) {
            case Sabotage::swapped_offsets:
                if (auto* sealed = std::get_if<Sealed>(&event)) {
                    sealed->history.offset = 100'000'000 - sealed->history.offset;
                }
                return false;
            case Sabotage::boasting_empties:
                if (auto* sealed = std::get_if<Sealed>(&event);
                    sealed && !sealed->history.complete()) {
                    if (!daemon_.state.lineage.empty())
                        sealed->history.replid = daemon_.state.lineage.back();
                    sealed->history.offset = 1u << 30;
                }
                return false;
            case Sabotage::deaf:
                return std::holds_alternative<Granted>(event);
            case Sabotage::unasked_promotion:
                if (auto* policy = std::get_if<PolicyChanged>(&event)) policy->automatic = true;
                return false;
            case Sabotage::slander:
                if (auto* missed = std::get_if<ProbeMissed>(&event)) missed->stopped = true;
                return false;
            default:
                return false;
        }
    }

    void start_daemon() {
        daemon_ = Daemon{};
        daemon_.id = ++last_daemon_;
        daemon_.generation = ++generation_;
        daemon_.state = inherited_ = initial_state(journal_);
        log("daemon %d starts, journal '%s'", daemon_.id, journal_.c_str());
        const int id = daemon_.id;
        tell_daemon(id, NodesChanged{wanted(), boxes_[0].id, leftovers()});
        tell_daemon(id, PolicyChanged{automatic_});
        after(100 * kMs, [this, id] { tick(id); });
    }
    void crash_daemon() {
        log("daemon %d dies", daemon_.id);
        daemon_.id = 0;
    }
    std::vector<std::string> wanted() const {
        std::vector<std::string> ids;
        for (const Box& box : boxes_) {
            if (box.wanted) ids.push_back(box.id);
        }
        return ids;
    }

    std::vector<std::string> leftovers() const {
        std::vector<std::string> ids;
        for (const Box& box : boxes_) {
            if (box.folder && !box.wanted) ids.push_back(box.id);
        }
        return ids;
    }

    /// The next incarnation of a life as this daemon counts.
    Incarnation enroll(int box, int life) {
        const Incarnation incarnation = ++daemon_.last_incarnation;
        daemon_.lives[{box, incarnation}] = life;
        return incarnation;
    }
    int life_behind(int box, Incarnation incarnation) const {
        const auto it = daemon_.lives.find({box, incarnation});
        return it == daemon_.lives.end() ? 0 : it->second;
    }

    void tick(int daemon) {
        if (daemon_.id != daemon) return;
        if (clock_ < daemon_.stalled_until) {
            at(daemon_.stalled_until + 1, [this, daemon] { late_tick(daemon); });
            return;
        }
        for (std::size_t i = 0; i < boxes_.size(); ++i) {
            probe(daemon, static_cast<int>(i));
            if (daemon_.id != daemon) return;
        }
        after(100 * kMs, [this, daemon] { tick(daemon); });
    }
    void late_tick(int daemon) {
        if (daemon_.id != daemon) return;
        tell_daemon(daemon, TickLate{});
        daemon_.probe_out.clear();
        tick(daemon);
    }
    void probe(int daemon, int box) {
        const Node* node = daemon_.state.find(boxes_[static_cast<std::size_t>(box)].id);
        if (!node || node->process != Process::running) return;
        const Incarnation incarnation = node->incarnation;
        const std::string id = node->id;
        const int life = life_behind(box, incarnation);
        if (daemon_.probe_out[box]) {
            const Life* truth = life_of(box, life);
            ProbeMissed missed{id, incarnation, false, false, false};
            if (truth) {
                missed.stopped = truth->stopped;
                missed.traced = truth->traced;
            }
            tell_daemon(daemon, missed);
            node = daemon_.id == daemon ? daemon_.state.find(id) : nullptr;
            if (!node || node->process != Process::running) return;
        }
        daemon_.probe_out[box] = true;
        const bool heard = node->heard;
        send(box, life, false, [this, daemon, box, incarnation, heard, id](Life& there) {
            const Report report = report_of(there);
            return [this, daemon, box, incarnation, heard, id, report] {
                if (daemon_.id == daemon) daemon_.probe_out[box] = false;
                const Node* known = daemon_.id == daemon ? daemon_.state.find(id) : nullptr;
                if (!heard && known && !known->heard) {
                    tell_daemon(daemon, NodeHello{id, incarnation, report});
                } else {
                    tell_daemon(daemon, ProbeAnswered{id, incarnation, report});
                }
            };
        });
    }

    Report report_of(const Life& life) const {
        Report report;
        report.role = life.role;
        report.epoch = life.epoch;
        report.history = life.history;
        report.link = life.link;
        if (life.source >= 0) report.source = boxes_[static_cast<std::size_t>(life.source)].id;
        return report;
    }

    /// Carries a command to a node and its answer back. `handle` runs in the node, maybe behind a
    /// busy lane, and returns what to do in the daemon.
    using Handler = std::function<std::function<void()>(Life&)>;
    void send(int box, int life, bool in_lane, Handler handle) {
        const auto way = delay();
        if (!way) return;
        const std::uint64_t generation = daemon_.generation;
        after(*way, [this, box, life, generation, in_lane, handle] {
            deliver(box, life, generation, in_lane, handle);
        });
    }
    void deliver(int box, int life, std::uint64_t generation, bool in_lane, const Handler& handle) {
        Life* there = life_of(box, life);
        if (!there || generation < there->generation) return;
        const Micros free_at = std::max(there->starved_until, in_lane ? there->busy_until : 0);
        if (there->stopped || clock_ < free_at) {
            const Micros wait = there->stopped ? 10 * kMs : free_at - clock_ + 1;
            after(wait, [this, box, life, generation, in_lane, handle] {
                deliver(box, life, generation, in_lane, handle);
            });
            return;
        }
        there->generation = generation;  // each command stands for a connection that has said HELLO
        auto answer = handle(*there);
        const auto back = delay();
        if (answer && back) after(*back, answer);
    }

    template <class RequestAction>
    void refuse(int daemon, const RequestAction& action, const char* code) {
        log("%s refuses request %d: %s", action.node.c_str(), static_cast<int>(action.request),
            code);
        tell_daemon(daemon, Refused{action.node, action.incarnation, action.request, code});
    }

    // Actions.
    void perform(const Find& find) {
        const int box = box_of(find.node);
        const int daemon = daemon_.id;
        after(between(50, kMs), [this, box, daemon] { found(box, daemon); });
    }
    void found(int box, int daemon) {
        if (daemon_.id != daemon) return;
        Box& place = boxes_[static_cast<std::size_t>(box)];
        if (!place.life) {
            tell_daemon(daemon, NodeAbsent{place.id});
            return;
        }
        const Incarnation incarnation = enroll(box, place.life->id);
        if (place.life->dying) announce(box, place.life->id);
        tell_daemon(daemon, NodeFound{place.id, incarnation, false});
        hello(daemon, box, incarnation);
    }
    void hello(int daemon, int box, Incarnation incarnation) {
        if (daemon_.id != daemon) return;
        const int life = life_behind(box, incarnation);
        const std::string id = boxes_[static_cast<std::size_t>(box)].id;
        send(box, life, false, [this, daemon, id, incarnation](Life& there) {
            const Report report = report_of(there);
            return [this, daemon, id, incarnation, report] {
                tell_daemon(daemon, NodeHello{id, incarnation, report});
            };
        });
    }
    void perform(const Spawn& spawn) {
        const int box = box_of(spawn.node);
        const int daemon = daemon_.id;
        if (chaos_ && chance(3)) {
            after(kMs, [this, daemon, spawn] {
                tell_daemon(daemon, SpawnFailed{spawn.node, "no luck"});
            });
            return;
        }
        Box& place = boxes_[static_cast<std::size_t>(box)];
        place.folder = true;
        if (place.life)
            throw Violation{"a node is started while its old process lives: " + place.id};
        place.life = Life{};
        place.life->id = ++last_life_;
        log("%s starts as life %d", place.id.c_str(), place.life->id);
        const int life = place.life->id;
        after(between(kMs, 8 * kMs), [this, daemon, box, life] {
            if (daemon_.id != daemon) return;
            const Incarnation incarnation = enroll(box, life);
            const Box& here = boxes_[static_cast<std::size_t>(box)];
            tell_daemon(daemon, NodeFound{here.id, incarnation, true});
            if (!life_of(box, life)) {
                tell_daemon(daemon, NodeFenced{here.id, incarnation});
                return;
            }
            hello(daemon, box, incarnation);
        });
    }
    void perform(const Kill& kill) {
        const int box = box_of(kill.node);
        const int life = life_behind(box, kill.incarnation);
        Life* target = life_of(box, life);
        log("kill %s life %d%s", kill.node.c_str(), life, kill.in_order ? " in order" : "");
        if (schedule_.sabotage == Sabotage::early_fence) {
            const int daemon = daemon_.id;
            after(10, [this, daemon, kill] {
                tell_daemon(daemon, NodeFenced{kill.node, kill.incarnation});
            });
        }
        if (!target) return;
        check_kill(kill, *target, boxes_[static_cast<std::size_t>(box)]);
        doom(box, life);
    }
    void check_kill(const Kill& kill, const Life& target, const Box& box) const {
        if (kill.in_order || target.dying) return;
        if (target.traced) throw Violation{"a traced process was killed: " + box.id};
        const bool was_stopped = target.stopped || clock_ - target.stopped_until_seen < 700 * kMs;
        if (!was_stopped)
            throw Violation{"a node that was no more than busy was killed: " + box.id};
    }

    /// It will be gone soon; until then anything of it may still happen.
    void doom(int box, int life) {
        Life* target = life_of(box, life);
        if (!target || target->dying) return;
        target->dying = true;
        announce(box, life);
        after(chance(80) ? between(50, 5 * kMs) : between(5 * kMs, 300 * kMs),
              [this, box, life] { gone(box, life); });
    }
    void announce(int box, int life) {
        if (!chance(90)) return;  // the pidfd is the backup
        after(between(50, 2 * kMs), [this, box, life] {
            for_incarnation(box, life, [this](const std::string& id, Incarnation incarnation) {
                tell_daemon(daemon_.id, NodeDied{id, incarnation, "its process died"});
            });
        });
    }
    void gone(int box, int life) {
        log("%s life %d is gone", boxes_[static_cast<std::size_t>(box)].id.c_str(), life);
        boxes_[static_cast<std::size_t>(box)].life.reset();
        after(between(50, 3 * kMs), [this, box, life] {
            for_incarnation(box, life, [this](const std::string& id, Incarnation incarnation) {
                const int daemon = daemon_.id;
                tell_daemon(daemon, NodeDied{id, incarnation, "its process died"});
                tell_daemon(daemon, NodeFenced{id, incarnation});
            });
        });
    }
    template <class F>
    void for_incarnation(int box, int life, F&& work) {
        for (const auto& [key, value] : daemon_.lives) {
            if (key.first == box && value == life) {
                const Incarnation incarnation = key.second;
                work(boxes_[static_cast<std::size_t>(box)].id, incarnation);
                return;
            }
        }
    }

    void perform(const Forget& forget) {
        Box& box = boxes_[static_cast<std::size_t>(box_of(forget.node))];
        if (box.life)
            throw Violation{"a node was forgotten while its process lives: " + forget.node};
        box.folder = false;
    }

    void perform(const Seal& seal) {
        const int box = box_of(seal.node);
        const int daemon = daemon_.id;
        const int life = life_behind(box, seal.incarnation);
        daemon_.seal_sent.try_emplace(life, clock_);
        log("seal %s", seal.node.c_str());
        send(box, life, true, [this, daemon, seal](Life& there) -> std::function<void()> {
            if (there.role == Role::primary || seal.epoch < there.epoch) {
                return [this, daemon, seal] { refuse(daemon, seal, "ERR"); };
            }
            there.epoch = seal.epoch;
            there.sealed = true;
            if (there.link == Link::syncing) there.history = {};
            there.link = Link::none;
            there.source = -1;
            const History history = there.history;
            return [this, daemon, seal, history] {
                tell_daemon(daemon, Sealed{seal.node, seal.incarnation, seal.request, history});
            };
        });
    }

    void perform(const Grant& asked) {
        Grant grant = asked;
        if (schedule_.sabotage == Sabotage::old_epochs && grant.role == Role::primary)
            grant.epoch = 1 + below(4);
        const int box = box_of(grant.node);
        const int life = life_behind(box, grant.incarnation);
        const int daemon = daemon_.id;
        log("grant %s epoch %d %s", grant.node.c_str(), static_cast<int>(grant.epoch),
            grant.role == Role::primary ? "PRIMARY" : grant.source.c_str());
        if (grant.role == Role::primary) {
            check_promotion(grant, box, life);
            flying_.push_back({box, life, grant.epoch, daemon_.generation});
        }
        send(box, life, true, [this, daemon, grant, box](Life& there) -> std::function<void()> {
            const bool accepted = grant.role == Role::primary ? take_primary(there, box, grant)
                                                              : take_replica(there, grant);
            if (!accepted) return [this, daemon, grant] { refuse(daemon, grant, "STALEEPOCH"); };
            const History history = grant.role == Role::primary ? there.history : History{};
            return [this, daemon, grant, history] {
                tell_daemon(daemon, Granted{grant.node, grant.incarnation, grant.request, history});
            };
        });
    }
    bool take_primary(Life& there, int box, const Grant& grant) {
        if (there.role == Role::primary && there.epoch == grant.epoch) return true;
        if (grant.epoch <= there.epoch) return false;
        if (grant.epoch <= highest_epoch_) throw Violation{"an epoch did not grow"};
        highest_epoch_ = grant.epoch;
        there.epoch = grant.epoch;
        there.sealed = false;
        there.role = Role::primary;
        there.link = Link::none;
        there.source = -1;
        there.history.replid2 = there.history.replid;
        there.history.second_offset = there.history.offset + 1;
        there.history.replid = "r" + std::to_string(++last_replid_);
        parents_[there.history.replid] = there.history.replid2;
        last_primary_ = box;
        last_primary_of_ = daemon_.id;
        ++verdict_.promotions;
        log("%s is the primary of epoch %d at %s %d", grant.node.c_str(),
            static_cast<int>(grant.epoch), there.history.replid.c_str(),
            static_cast<int>(there.history.offset));
        check_writers();
        return true;
    }
    bool take_replica(Life& there, const Grant& grant) {
        const bool again =
            there.role == Role::replica && there.epoch == grant.epoch && !there.sealed;
        if (!again && grant.epoch <= there.epoch) return false;
        there.sealed = false;
        there.epoch = grant.epoch;
        there.role = Role::replica;
        const int source = box_of(grant.source);
        if (!again || there.source != source || there.link == Link::none) {
            if (there.link == Link::syncing) there.history = {};
            there.source = source;
            there.link = Link::connecting;
        }
        return true;
    }

    void perform(const Pause& pause) {
        const int box = box_of(pause.node);
        const int daemon = daemon_.id;
        send(box, life_behind(box, pause.incarnation), true,
             [this, daemon, pause](Life& there) -> std::function<void()> {
                 if (there.role != Role::primary)
                     return [this, daemon, pause] { refuse(daemon, pause, "ERR"); };
                 there.paused_by = pause.operation;
                 there.paused_until = clock_ + pause.ms * kMs;
                 const auto offset = there.history.offset;
                 return [this, daemon, pause, offset] {
                     tell_daemon(daemon,
                                 Paused{pause.node, pause.incarnation, pause.request, offset});
                 };
             });
    }
    void perform(const AwaitOffset& await) {
        const int daemon = daemon_.id;
        if (schedule_.sabotage == Sabotage::hasty_catch_up) {
            after(10, [this, daemon, await] {
                tell_daemon(daemon, CaughtUp{await.node, await.incarnation, await.request});
            });
            return;
        }
        poll_offset(daemon, await);
    }
    void poll_offset(int daemon, const AwaitOffset& await) {
        if (daemon_.id != daemon) return;
        const Node* node = daemon_.state.find(await.node);
        if (!node || !node->pending || node->pending->request != await.request) return;
        const int box = box_of(await.node);
        send(box, life_behind(box, await.incarnation), false,
             [this, daemon, await](Life& there) -> std::function<void()> {
                 if (there.link != Link::up || there.history.offset < await.offset) return nullptr;
                 return [this, daemon, await] {
                     tell_daemon(daemon, CaughtUp{await.node, await.incarnation, await.request});
                 };
             });
        after(2 * kMs, [this, daemon, await] { poll_offset(daemon, await); });
    }
    void perform(const Revoke& revoke) {
        const int box = box_of(revoke.node);
        const int daemon = daemon_.id;
        log("revoke %s", revoke.node.c_str());
        if (schedule_.sabotage == Sabotage::false_revoke) {
            const Life* there = life_of(box, life_behind(box, revoke.incarnation));
            const auto offset = there ? there->history.offset : 0;
            after(10, [this, daemon, revoke, offset] {
                tell_daemon(daemon,
                            Revoked{revoke.node, revoke.incarnation, revoke.request, offset});
            });
            return;
        }
        send(box, life_behind(box, revoke.incarnation), true,
             [this, daemon, revoke](Life& there) -> std::function<void()> {
                 if (there.revoked_by != revoke.epoch) {
                     if (there.role != Role::primary || there.epoch != revoke.epoch) {
                         return [this, daemon, revoke] { refuse(daemon, revoke, "ERR"); };
                     }
                     if (there.paused_by != revoke.operation || clock_ >= there.paused_until) {
                         return [this, daemon, revoke] { refuse(daemon, revoke, "PAUSEEXPIRED"); };
                     }
                     there.role = Role::none;
                     there.revoked_by = revoke.epoch;
                     there.revoked_at = there.history.offset;
                     ++verdict_.switchovers;
                     log("%s is revoked", revoke.node.c_str());
                 }
                 const auto offset = there.revoked_at;
                 return [this, daemon, revoke, offset] {
                     tell_daemon(daemon,
                                 Revoked{revoke.node, revoke.incarnation, revoke.request, offset});
                 };
             });
    }
    void perform(const Resume& resume) {
        const int box = box_of(resume.node);
        send(box, life_behind(box, resume.incarnation), true,
             [resume](Life& there) -> std::function<void()> {
                 if (there.paused_by == resume.operation) there.paused_until = 0;
                 return nullptr;
             });
    }

    void perform(const DealReaders& deal) {
        for (const std::string& owner : deal.owners) {
            if (owner.empty()) continue;
            const Node* node = daemon_.state.find(owner);
            if (!node || !usable(*node))
                throw Violation{"a reader socket was dealt to a node that cannot serve"};
        }
    }
    void perform(const ReserveEpochs& reserve) {
        const Epoch first = epoch_counter_;
        epoch_counter_ += reserve.count;
        const int daemon = daemon_.id;
        after(between(100, 10 * kMs), [this, daemon, first, reserve] {
            tell_daemon(daemon, EpochsReserved{first, reserve.count});
        });
    }
    /// Recorded behind its back, in order: a crash soon after loses it.
    void perform(const Record& record) {
        const int daemon = daemon_.id;
        const Micros written =
            clock_ + (chance(90) ? between(100, 20 * kMs) : between(20 * kMs, 400 * kMs));
        journal_written_at_ = std::max(journal_written_at_ + 1, written);
        at(journal_written_at_, [this, daemon, record] {
            if (daemon_.id == daemon) journal_ = record.journal;
        });
    }
    void perform(const SetTimer& timer) {
        daemon_.timer_at = timer.at;
        const int daemon = daemon_.id;
        at(std::max(clock_, timer.at * kMs), [this, daemon, timer] {
            if (daemon_.id == daemon && daemon_.timer_at == timer.at)
                tell_daemon(daemon, TimerFired{});
        });
    }
    void perform(const Tell& tell) { log("tell %s: %s", tell.node.c_str(), tell.message.c_str()); }
    void perform(const Progress& progress) {
        log("progress %s %s -> %s%s", progress.phase.c_str(), progress.old_primary.c_str(),
            progress.new_primary.c_str(),
            progress.done ? (progress.succeeded ? " done" : " failed") : "");
        if (!progress.planned || progress.done) failover_told_by_ = progress.done ? 0 : daemon_.id;
    }
    void perform(const Finish& finish) {
        if (!tickets_.erase(finish.ticket))
            throw Violation{"a ticket was finished twice, or never drawn"};
    }

    // Invariants.
    void check_writers() const {
        int writers = 0;
        for (const Box& box : boxes_)
            writers += box.life && box.life->role == Role::primary ? 1 : 0;
        if (writers > 1) throw Violation{"two writable primaries"};
    }

    bool descends(const std::string& late, const std::string& early) const {
        for (std::string at = late; !at.empty();) {
            const auto it = parents_.find(at);
            if (it == parents_.end()) return false;
            if (it->second == early) return true;
            at = it->second;
        }
        return false;
    }

    void check_promotion(const Grant& grant, int box, int life) const {
        const Life* chosen = nullptr;
        const auto& slot = boxes_[static_cast<std::size_t>(box)].life;
        if (slot && slot->id == life) chosen = &*slot;
        for (std::size_t i = 0; i < boxes_.size(); ++i) {
            const auto& other = boxes_[i].life;
            if (!other || static_cast<int>(i) == box) continue;
            if (other->role == Role::primary) {
                throw Violation{"promoted before the old primary was fenced: " + boxes_[i].id};
            }
        }
        for (const Flying& flying : flying_) {
            if (flying.box == box && flying.life == life) continue;
            const auto& other = boxes_[static_cast<std::size_t>(flying.box)].life;
            if (!other || other->id != flying.life || other->generation > flying.generation)
                continue;
            if (flying.epoch > other->epoch)
                throw Violation{"promoted while another grant was on its way"};
        }
        if (!chosen || chosen->role == Role::primary) return;
        check_rank(grant, box, *chosen);
        check_policy(box);
    }

    void check_rank(const Grant& grant, int box, const Life& chosen) const {
        for (std::size_t i = 0; i < boxes_.size(); ++i) {
            const auto& other = boxes_[i].life;
            if (!other || static_cast<int>(i) == box || other->dying || !other->history.complete())
                continue;
            if (!chosen.history.complete()) {
                throw Violation{"an empty node outranked " + boxes_[i].id + ": " + grant.node};
            }
            const auto sent = daemon_.seal_sent.find(other->id);
            const bool had_its_time =
                sent != daemon_.seal_sent.end() && clock_ - sent->second >= (kSealWaitMs - 1) * kMs;
            if (had_its_time) continue;
            const auto& mine = chosen.history;
            const auto& theirs = other->history;
            const bool behind = mine.replid == theirs.replid && mine.offset < theirs.offset;
            const bool of_the_past = descends(theirs.replid, mine.replid);
            if (behind || of_the_past) {
                const auto words = [](const History& h) {
                    return " (" + h.replid + " after " + h.replid2 + " at " +
                           std::to_string(h.offset) + ")";
                };
                throw Violation{"promoted " + grant.node + words(mine) + " although " +
                                boxes_[i].id + words(theirs) + " is ahead; journal " +
                                encode_journal(daemon_.state)};
            }
        }
    }

    /// Automatic failover off: nobody is promoted unasked while the last primary is dead.
    void check_policy(int box) const {
        if (automatic_ || clock_ - last_wish_ < 20 * kSecond ||
            clock_ - policy_changed_ < 3 * kSecond)
            return;
        if (last_primary_ < 0 || box == last_primary_) return;
        if (boxes_[static_cast<std::size_t>(last_primary_)].life) return;
        // A daemon that died before its journal was written left no word of that primary.
        if (last_primary_of_ != daemon_.id &&
            inherited_.primary != boxes_[static_cast<std::size_t>(last_primary_)].id)
            return;
        if (!boxes_[static_cast<std::size_t>(last_primary_)].wanted) return;
        const auto& chosen = boxes_[static_cast<std::size_t>(box)].life;
        if (chosen && chosen->history.complete()) {
            throw Violation{"promoted unasked although automatic failover is off"};
        }
    }

    // The cluster's own life: writes, replication.
    void data_tick() {
        for (Box& box : boxes_) {
            if (!box.life || box.life->stopped || clock_ < box.life->busy_until) continue;
            Life& life = *box.life;
            if (life.role == Role::primary && clock_ >= life.paused_until) {
                if (chance(60)) life.history.offset += below(3000);
            }
            if (life.role == Role::replica) replicate(life);
        }
        after(chaos_ || !calm_ ? 5 * kMs : 25 * kMs, [this] { data_tick(); });
    }
    void replicate(Life& life) {
        if (life.source < 0 || life.link == Link::none) return;
        auto& there = boxes_[static_cast<std::size_t>(life.source)].life;
        const bool same = there && (life.link == Link::connecting || life.link == Link::down ||
                                    there->id == life.source_life);
        if (!there || there->role != Role::primary || !same) {
            if (life.link == Link::syncing) life.history = {};
            life.link = Link::down;
            return;
        }
        if (there->stopped) return;
        Life& source = *there;
        switch (life.link) {
            case Link::none:
                break;
            case Link::connecting:
            case Link::down:
                connect(life, source);
                break;
            case Link::syncing:
                if (clock_ >= life.sync_ends) {
                    life.history = source.history;
                    life.link = Link::up;
                }
                break;
            case Link::up:
                if (life.history.offset < source.history.offset) {
                    const auto missing = source.history.offset - life.history.offset;
                    life.history.offset += chance(70) ? missing : below(missing + 1);
                }
                break;
        }
    }
    void connect(Life& life, const Life& source) {
        life.source_life = source.id;
        const auto& mine = life.history;
        const auto& theirs = source.history;
        const bool same =
            mine.complete() && mine.replid == theirs.replid && mine.offset <= theirs.offset;
        const bool before =
            mine.complete() && mine.replid == theirs.replid2 && mine.offset < theirs.second_offset;
        if (same || before) {
            life.history.replid = theirs.replid;
            life.history.replid2 = theirs.replid2;
            life.history.second_offset = theirs.second_offset;
            life.link = Link::up;
            return;
        }
        life.history = {};
        life.link = Link::syncing;
        life.sync_ends =
            clock_ + (chance(70) ? between(kMs, 20 * kMs) : between(20 * kMs, 400 * kMs));
    }

    // Chaos.
    Box& any_box() { return boxes_[below(boxes_.size())]; }

    void mischief() {
        if (!chaos_) return;
        disturb();
        after(between(kMs, 300 * kMs), [this] { mischief(); });
    }
    void disturb() {
        const auto kind = below(100);
        if (kind < 30) return crash_some();
        if (kind < 42) return stop_some();
        if (kind < 48) return trace_some();
        if (kind < 58) return busy_some();
        if (kind < 68) return daemon_trouble();
        if (kind < 86) return operator_wish();
        if (kind < 92) return change_policy(!automatic_);
        return change_nodes();
    }
    /// The primary more often than the others.
    int victim() {
        if (last_primary_ >= 0 && chance(60)) return last_primary_;
        return static_cast<int>(below(boxes_.size()));
    }
    void crash_some() {
        const int box = victim();
        auto& life = boxes_[static_cast<std::size_t>(box)].life;
        if (!life) return;
        log("%s crashes", boxes_[static_cast<std::size_t>(box)].id.c_str());
        ++verdict_.crashes;
        doom(box, life->id);
        if (chance(10)) crash_and_return();
    }
    void stop_some() {
        const int box = victim();
        auto& life = boxes_[static_cast<std::size_t>(box)].life;
        if (!life || life->traced) return;
        log("%s is stopped", boxes_[static_cast<std::size_t>(box)].id.c_str());
        life->stopped = true;
        const int id = life->id;
        after(between(10 * kMs, 2 * kSecond), [this, box, id] { resume_life(box, id); });
    }
    void resume_life(int box, int id) {
        if (Life* life = life_of(box, id); life && life->stopped) {
            life->stopped = false;
            life->stopped_until_seen = clock_;
        }
    }
    void trace_some() {
        const int box = victim();
        auto& life = boxes_[static_cast<std::size_t>(box)].life;
        if (!life || life->stopped || life->traced || life->dying) return;
        log("%s is traced", boxes_[static_cast<std::size_t>(box)].id.c_str());
        life->traced = life->stopped = true;
        const int id = life->id;
        after(between(100 * kMs, 2 * kSecond), [this, box, id] {
            if (Life* traced = life_of(box, id)) traced->traced = traced->stopped = false;
        });
    }
    void busy_some() {
        const int box = victim();
        auto& life = boxes_[static_cast<std::size_t>(box)].life;
        if (!life) return;
        life->busy_until = clock_ + between(50 * kMs, 3 * kSecond);
        if (chance(50)) life->starved_until = clock_ + between(50 * kMs, 2 * kSecond);
    }
    void crash_and_return() {
        if (daemon_.id == 0) return;
        crash_daemon();
        tickets_.clear();
        after(between(kMs, 1500 * kMs), [this] {
            if (daemon_.id == 0) start_daemon();
        });
    }
    void daemon_trouble() {
        if (daemon_.id == 0) return;
        if (chance(60)) return crash_and_return();
        log("the daemon stalls");
        daemon_.stalled_until = clock_ + between(100 * kMs, 2 * kSecond);
    }
    void operator_wish() {
        if (daemon_.id == 0) return;
        last_wish_ = clock_;
        const Ticket ticket = ++last_ticket_;
        tickets_.insert(ticket);
        const std::string target = chance(50) ? "" : any_box().id;
        log("wish %d: %s", static_cast<int>(ticket), target.c_str());
        if (chance(70)) {
            tell_daemon(daemon_.id, SwitchoverRequested{ticket, target});
        } else {
            tell_daemon(daemon_.id, RebootRequested{ticket, any_box().id});
        }
    }
    void change_policy(bool automatic) {
        automatic_ = automatic;
        policy_changed_ = clock_;
        log("automatic failover %s", automatic ? "on" : "off");
        if (daemon_.id != 0) tell_daemon(daemon_.id, PolicyChanged{automatic});
    }
    void change_nodes() {
        Box& box = any_box();
        if (box.wanted && wanted().size() == 1) return;
        box.wanted = !box.wanted;
        last_wish_ = clock_;
        log("%s is %s", box.id.c_str(), box.wanted ? "wanted" : "not wanted");
        if (daemon_.id != 0) tell_daemon(daemon_.id, NodesChanged{wanted(), boxes_[0].id, {}});
    }

    void calm_down() {
        chaos_ = false;
        calm_ = true;
        log("calm");
        if (daemon_.id == 0) start_daemon();
        for (std::size_t i = 0; i < boxes_.size(); ++i) {
            auto& life = boxes_[i].life;
            if (!life) continue;
            if (life->stopped) life->stopped_until_seen = clock_;
            life->stopped = life->traced = false;
            life->busy_until = 0;
        }
        ask_to_promote();
    }
    /// The person that automatic failover stands in for.
    void ask_to_promote() {
        if (automatic_ || daemon_.id == 0) return;
        const State& state = daemon_.state;
        if (state.election && state.election->held_told) {
            last_wish_ = clock_;
            const Ticket ticket = ++last_ticket_;
            tickets_.insert(ticket);
            tell_daemon(daemon_.id, SwitchoverRequested{ticket, ""});
        }
        after(kSecond, [this] { ask_to_promote(); });
    }

    bool healthy() const {
        if (daemon_.id == 0 || clock_ <= daemon_.stalled_until || !settled(daemon_.state))
            return false;
        int primaries = 0;
        for (const Box& box : boxes_) {
            if (!box.wanted) {
                if (box.life) return false;
                continue;
            }
            if (!box.life || box.life->dying) return false;
            primaries += box.life->role == Role::primary ? 1 : 0;
            if (box.life->role != Role::primary && box.life->link != Link::up) return false;
        }
        return primaries == 1;
    }

    std::string describe() const {
        const State& state = daemon_.state;
        std::string text = "primary " + state.primary + (state.switchover ? " switchover" : "") +
                           (state.election ? " election" : "") + (automatic_ ? "" : " manual");
        for (const Node& node : state.nodes) {
            text += " [" + node.id + " process " + std::to_string(static_cast<int>(node.process)) +
                    " role " + std::to_string(static_cast<int>(node.report.role)) + " epoch " +
                    std::to_string(node.report.epoch) + " link " +
                    std::to_string(static_cast<int>(node.report.link)) +
                    (node.wanted ? "" : " unwanted") + (node.heard ? "" : " unheard") +
                    (node.could_write ? " writer" : "") + (node.reboot ? " reboot" : "") +
                    (node.pending ? " pending" : "") + (node.sealed ? " sealed" : "") + "]";
        }
        return text;
    }

    void live_through() {
        const auto size = 1 + below(4);
        for (std::uint64_t i = 0; i < size; ++i)
            boxes_.push_back(Box{"n" + std::to_string(i), true, false, {}});
        automatic_ = chance(75);
        start_daemon();
        data_tick();
        const Micros chaos_starts = between(0, 300 * kMs);
        const Micros chaos_ends = chaos_starts + between(200 * kMs, 4 * kSecond);
        at(chaos_starts, [this] {
            chaos_ = true;
            mischief();
        });
        run_until(chaos_ends, [] { return false; });
        calm_down();
        run_until(clock_ + kLateMax, [] { return false; });
        run_until(clock_ + kSettleMax, [this] { return healthy(); });
        if (!healthy()) throw Violation{"it never settled: " + describe()};
        run_until(clock_ + kQuiet, [] { return false; });
        const Micros loud = last_action_;
        run_until(clock_ + kQuiet, [] { return false; });
        if (last_action_ != loud) throw Violation{"a quiet system does not stay quiet"};
        if (!healthy()) throw Violation{"it did not stay settled"};
        // What an earlier daemon began to tell, its successor ends by what it finds.
        if (failover_told_by_ != 0 && failover_told_by_ == daemon_.id)
            throw Violation{"a failover was begun, and its end never told"};
        if (!tickets_.empty()) throw Violation{"a wish was never answered"};
    }

    const Schedule schedule_;
    std::mt19937_64 random_;
    Verdict verdict_;

    Micros clock_ = 0;
    std::uint64_t order_ = 0;
    std::priority_queue<Item> queue_;

    std::vector<Box> boxes_;
    Daemon daemon_;
    int last_daemon_ = 0;
    int last_life_ = 0;
    int last_replid_ = 0;
    std::uint64_t generation_ = 0;
    std::string journal_;
    Micros journal_written_at_ = 0;
    Epoch epoch_counter_ = 1;
    Epoch highest_epoch_ = 0;
    std::map<std::string, std::string> parents_;
    std::vector<Flying> flying_;

    bool chaos_ = false;
    bool calm_ = false;         ///< chaos is over
    int failover_told_by_ = 0;  ///< which daemon tells of one that has not ended
    bool automatic_ = true;
    int last_primary_ = -1;
    int last_primary_of_ = 0;  ///< the daemon that lived then
    State inherited_;          ///< what the daemon read from the journal
    Micros last_wish_ = -100 * kSecond;
    Micros policy_changed_ = -100 * kSecond;
    Micros last_action_ = 0;
    Ticket last_ticket_ = 0;
    std::set<Ticket> tickets_;
};

}  // namespace

Verdict simulate(const Schedule& schedule) {
    return Simulation(schedule).run();
}

}  // namespace millpond::admin::failover
