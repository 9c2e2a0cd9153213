// SPDX-License-Identifier: Apache-2.0
//
// The failover machine's rules one by one, as short stories: events in, actions out, the clock by
// hand.
#include <QtTest>
#include <algorithm>

#include "admin-api/failover/machine.h"

using namespace millpond::admin::failover;

namespace {

/// A cluster of three whose nodes do at once what they are asked, unless the test keeps them from
/// it.
class Story {
public:
    explicit Story(bool automatic = true, int nodes = 3) {
        NodesChanged wanted;
        for (int i = 0; i < nodes; ++i) wanted.nodes.push_back("n" + std::to_string(i));
        wanted.initial_primary = "n0";
        feed(wanted);
        feed(PolicyChanged{automatic});
        feed(EpochsReserved{1, 1000});
        for (const auto& id : wanted.nodes) feed(NodeAbsent{id});
        for (const auto& id : wanted.nodes) start(id);
        for (const auto& id : wanted.nodes) sync(id);
    }

    void feed(const Event& event) {
        Step next = step(std::move(state), event, now);
        state = std::move(next.state);
        for (const Action& action : next.actions) {
            all.push_back(action);
            if (obedient) obey(action);
        }
    }

    void start(const std::string& id) {
        feed(NodeFound{id, incarnation(id) + 1, true});
        feed(NodeHello{id, incarnation(id), {}});
    }
    /// Its probe says that it is a replica in sync, or the primary.
    void sync(const std::string& id, std::uint64_t offset = 1000) {
        Report report = state.find(id)->report;
        report.history = {"r1", "", 0, offset};
        if (report.role == Role::replica) report.link = Link::up;
        feed(ProbeAnswered{id, incarnation(id), report});
    }
    void die(const std::string& id) {
        feed(NodeDied{id, incarnation(id), "killed"});
        feed(NodeFenced{id, incarnation(id)});
    }
    void miss(const std::string& id, int times, ProbeMissed how) {
        how.node = id;
        how.incarnation = incarnation(id);
        for (int i = 0; i < times; ++i) feed(how);
    }
    Incarnation incarnation(const std::string& id) { return state.find(id)->incarnation; }

    template <class T>
    std::vector<T> take() {
        std::vector<T> found;
        for (const Action& action : all) {
            if (const T* one = std::get_if<T>(&action)) found.push_back(*one);
        }
        return found;
    }
    template <class T>
    std::vector<T> since(std::size_t mark) {
        std::vector<Action> later(all.begin() + static_cast<std::ptrdiff_t>(mark), all.end());
        std::swap(all, later);
        auto found = take<T>();
        std::swap(all, later);
        return found;
    }

    State state;
    Millis now = 1'000'000;
    std::vector<Action> all;
    bool obedient = true;
    std::map<std::string, std::uint64_t> sealed_offsets;

private:
    void obey(const Action& action) {
        if (const auto* grant = std::get_if<Grant>(&action)) {
            feed(Granted{grant->node, grant->incarnation, grant->request, {}});
        } else if (const auto* seal = std::get_if<Seal>(&action)) {
            History history = state.find(seal->node)->report.history;
            if (sealed_offsets.count(seal->node)) history.offset = sealed_offsets[seal->node];
            feed(Sealed{seal->node, seal->incarnation, seal->request, history});
        }
    }
};

}  // namespace

class FailoverRulesTest : public QObject {
    Q_OBJECT

private slots:
    void aNewClusterHasItsPrimaryAndReplicas() {
        Story story;
        QCOMPARE(story.state.primary, std::string("n0"));
        QVERIFY(settled(story.state));
        const auto grants = story.take<Grant>();
        QVERIFY(grants.front().role == Role::primary);
        QCOMPARE(grants.size(), std::size_t(3));
        for (const Grant& grant : grants) QCOMPARE(grant.epoch, Epoch(1));
    }

    void theFurthestAheadSucceedsAfterTheFence() {
        Story story;
        story.sealed_offsets = {{"n1", 1500}, {"n2", 1700}};
        const auto mark = story.all.size();
        story.feed(NodeDied{"n0", story.incarnation("n0"), "killed"});
        QVERIFY(story.since<Seal>(mark).empty());  // not before the fence
        QCOMPARE(story.since<Kill>(mark).size(), std::size_t(1));
        story.feed(NodeFenced{"n0", story.incarnation("n0")});
        QCOMPARE(story.state.primary, std::string("n2"));
        QCOMPARE(story.state.epoch, Epoch(2));
        QCOMPARE(story.since<Spawn>(mark).front().node,
                 std::string("n0"));  // it comes back as a replica
        const auto done = story.since<Progress>(mark).back();
        QVERIFY(done.done && done.succeeded && !done.planned);
    }

    void aLaterHistoryOutranksAHigherOffset() {
        State state;
        state.lineage = {"a", "b"};
        Node old;
        old.id = "old";
        old.process = Process::running;
        old.heard = true;
        old.sealed = History{"a", "", 0, 9000};
        Node late = old;
        late.id = "late";
        late.sealed = History{"b", "a", 101, 200};
        Node empty = old;
        empty.id = "empty";
        empty.sealed = History{"", "", 0, 99999};
        Node child = old;  // of a primary that died before its name was known
        child.id = "child";
        child.sealed = History{"c", "b", 150, 160};
        state.nodes = {old, late, empty};
        Story story;
        story.state = state;
        story.obedient = false;
        story.feed(EpochsReserved{1, 100});
        story.state.election.reset();
        story.feed(TimerFired{});
        QCOMPARE(story.state.primary, std::string("late"));
        story.state = state;
        story.state.nodes.push_back(child);
        story.feed(EpochsReserved{1, 100});
        QCOMPARE(story.state.primary, std::string("child"));
    }

    void aHangIsFiveMissedProbesAndAReason() {
        Story story;
        story.miss("n0", 4, {"", 0, true, false, false});
        QVERIFY(story.take<Kill>().empty());
        story.miss("n0", 1, {"", 0, true, false, false});
        QCOMPARE(story.take<Kill>().size(), std::size_t(1));
    }

    void busyIsNotDead() {
        Story story;
        story.miss("n0", 100, {});
        QVERIFY(story.take<Kill>().empty());
        QVERIFY(!story.take<Tell>().empty());  // an event, once
        QCOMPARE(story.take<Tell>().size(), std::size_t(1));
    }

    void frozenIsDead() {
        Story story;
        story.miss("n0", 5, {"", 0, false, true, false});
        QCOMPARE(story.take<Kill>().size(), std::size_t(1));
    }

    void aLateTickStartsTheCountAnew() {
        Story story;
        story.miss("n0", 4, {"", 0, true, false, false});
        story.feed(TickLate{});
        story.miss("n0", 4, {"", 0, true, false, false});
        QVERIFY(story.take<Kill>().empty());
    }

    void aDebuggerIsLeftAlone() {
        Story story;
        story.miss("n0", 50, {"", 0, true, false, true});
        QVERIFY(story.take<Kill>().empty());
    }

    void theLastCopyIsNotKilledForHanging() {
        Story story(true, 1);
        story.miss("n0", 50, {"", 0, true, false, false});
        QVERIFY(story.take<Kill>().empty());
    }

    void withoutAutomaticFailoverNobodyIsPromotedUnasked() {
        Story story(false);
        story.miss("n0", 50, {"", 0, true, false, false});
        QVERIFY(story.take<Kill>().empty());
        const auto mark = story.all.size();
        story.die("n0");
        QVERIFY(story.since<Grant>(mark).empty());
        QVERIFY(story.since<Spawn>(mark).empty());  // never restarted empty
        QVERIFY(!stuck_reason(story.state).empty());
        story.feed(SwitchoverRequested{7, ""});
        QVERIFY(story.state.primary != "n0");
        QVERIFY(story.since<Finish>(mark).front().succeeded);
    }

    void aRebootDoesNotWaitForAPromotionThatNobodyMayAskForMeanwhile() {
        Story story;
        story.feed(PolicyChanged{false});
        story.feed(RebootRequested{7, "n1"});
        story.die("n1");
        story.die("n0");
        story.start("n1");
        const auto finished = story.take<Finish>();
        QCOMPARE(finished.size(), std::size_t(1));
        QVERIFY(!finished[0].succeeded);
        QVERIFY(QString::fromStdString(finished[0].error).contains("promote a replica"));
        story.feed(SwitchoverRequested{8, ""});
        QCOMPARE(story.state.primary, std::string("n2"));
    }

    void aFailoverThatLosesItsLastCandidateIsToldToHaveFailed() {
        Story story;
        story.feed(NodeDied{"n0", story.incarnation("n0"), "killed"});
        QVERIFY(!story.take<Progress>().back().done);
        story.die("n1");
        story.die("n2");
        story.feed(NodeFenced{"n0", story.incarnation("n0")});
        const auto end = story.take<Progress>().back();
        QVERIFY(end.done && !end.succeeded);
        QVERIFY(QString::fromStdString(end.reason).contains("no other node holds data"));
    }

    void turningAutomaticFailoverOnIsEnough() {
        Story story(false);
        story.die("n0");
        story.feed(PolicyChanged{true});
        QVERIFY(story.state.primary != "n0");
    }

    void aLonePrimaryIsStartedAgain() {
        Story story(false, 1);
        const auto mark = story.all.size();
        story.die("n0");
        QCOMPARE(story.since<Spawn>(mark).size(), std::size_t(1));
        story.start("n0");
        QCOMPARE(story.state.primary, std::string("n0"));
        QVERIFY(confirmed_primary(story.state));
    }

    void theThirdFailoverWaits() {
        Story story;
        const auto fail_over = [&] {
            const std::string old = story.state.primary;
            const auto epoch = story.state.epoch;
            story.die(old);
            const bool at_once = story.state.epoch != epoch;
            if (at_once) {
                story.start(old);
                for (const auto& node : story.state.nodes) story.sync(node.id);
            }
            story.now += 1000;
            return at_once;
        };
        QVERIFY(fail_over());
        QVERIFY(fail_over());
        QVERIFY(!fail_over());
        story.now += 3999;
        story.feed(TimerFired{});
        QCOMPARE(story.state.epoch, Epoch(3));
        story.now += 2;
        story.feed(TimerFired{});
        QCOMPARE(story.state.epoch, Epoch(4));
    }

    void aSwitchoverHasOneCommitPoint() {
        Story story;
        const auto mark = story.all.size();
        story.feed(SwitchoverRequested{5, "n2"});
        const auto pause = story.since<Pause>(mark).front();
        story.feed(Paused{"n0", pause.incarnation, pause.request, 1000});
        const auto await = story.since<AwaitOffset>(mark).front();
        QCOMPARE(await.node, std::string("n2"));
        story.feed(CaughtUp{"n2", await.incarnation, await.request});
        const auto revoke = story.since<Revoke>(mark).front();
        QVERIFY(story.since<Grant>(mark).empty());  // not before the old one has given up
        story.feed(Revoked{"n0", revoke.incarnation, revoke.request, 1000});
        QCOMPARE(story.state.primary, std::string("n2"));
        QVERIFY(story.since<Finish>(mark).front().succeeded);
        QVERIFY(!story.state.switchover);
    }

    void beforeItEveryFailureResumesTheOldPrimary() {
        Story story;
        const auto mark = story.all.size();
        story.feed(SwitchoverRequested{5, "n2"});
        const auto pause = story.since<Pause>(mark).front();
        story.feed(Paused{"n0", pause.incarnation, pause.request, 1000});
        story.die("n2");
        QCOMPARE(story.since<Resume>(mark).size(), std::size_t(1));
        QVERIFY(!story.since<Finish>(mark).front().succeeded);
        QCOMPARE(story.state.primary, std::string("n0"));
    }

    void afterItThereIsOnlyForward() {
        Story story(false);  // even with automatic failover off
        const auto mark = story.all.size();
        story.feed(SwitchoverRequested{5, "n2"});
        const auto pause = story.since<Pause>(mark).front();
        story.feed(Paused{"n0", pause.incarnation, pause.request, 1000});
        const auto await = story.since<AwaitOffset>(mark).front();
        story.feed(CaughtUp{"n2", await.incarnation, await.request});
        const auto revoke = story.since<Revoke>(mark).front();
        story.obedient = false;
        story.feed(Revoked{"n0", revoke.incarnation, revoke.request, 1000});
        story.obedient = true;
        story.die("n2");  // chosen, granted, dead before it answered
        QVERIFY(story.state.primary == "n0" || story.state.primary == "n1");
        QVERIFY(confirmed_primary(story.state));
        QVERIFY(story.since<Finish>(mark).front().succeeded);
    }

    void aReportFromBeforeItsPromotionDoesNotMakeANodeEmpty() {
        Story story(true, 2);
        const auto mark = story.all.size();
        story.feed(SwitchoverRequested{5, "n1"});
        const auto pause = story.since<Pause>(mark).front();
        story.feed(Paused{"n0", pause.incarnation, pause.request, 1000});
        const auto await = story.since<AwaitOffset>(mark).front();
        story.feed(CaughtUp{"n1", await.incarnation, await.request});
        const auto revoke = story.since<Revoke>(mark).front();
        story.obedient = false;
        story.feed(Revoked{"n0", revoke.incarnation, revoke.request, 1000});
        story.feed(ProbeAnswered{"n0", story.incarnation("n0"), {}});  // long on its way
        story.obedient = true;
        story.sealed_offsets = {{"n0", 1000}};
        story.die("n1");
        // What n0 holds is not known from that report: it is asked.
        const auto seals = story.since<Seal>(mark);
        QVERIFY(!seals.empty());
        QCOMPARE(seals.front().node, std::string("n0"));
    }

    void aLaggingReplicaIsNoTarget() {
        Story story;
        story.sync("n0", 5'000'000);
        const auto mark = story.all.size();
        story.feed(SwitchoverRequested{5, "n2"});
        QVERIFY(story.since<Finish>(mark).empty());  // it may yet catch up
        story.now += kSwitchoverWaitMs;
        story.feed(TimerFired{});
        QVERIFY(!story.since<Finish>(mark).front().succeeded);
        QVERIFY(story.since<Pause>(mark).empty());
    }

    void aSwitchoverBeginsAsSoonAsAReplicaHasCaughtUp() {
        Story story;
        story.sync("n0", 5'000'000);
        const auto mark = story.all.size();
        story.feed(SwitchoverRequested{5, "n2"});
        QVERIFY(story.since<Pause>(mark).empty());
        story.feed(SwitchoverRequested{6, "n1"});  // one at a time
        QCOMPARE(story.since<Finish>(mark).front().ticket, Ticket(6));
        story.sync("n2", 5'000'000);
        QCOMPARE(story.since<Pause>(mark).size(), std::size_t(1));
        QVERIFY(!story.state.wish);
    }

    void whatCannotBeIsRefusedAtOnce() {
        Story story;
        const auto mark = story.all.size();
        story.feed(SwitchoverRequested{5, "n7"});
        story.feed(SwitchoverRequested{6, "n0"});
        QCOMPARE(story.since<Finish>(mark).size(), std::size_t(2));
        QVERIFY(!story.since<Finish>(mark)[0].succeeded && !story.since<Finish>(mark)[1].succeeded);
    }

    void readersAreDealtToLiveReplicas() {
        Story story;
        auto owners = story.take<DealReaders>().back().owners;
        QCOMPARE(owners.size(), kReaders);
        QCOMPARE(std::count(owners.begin(), owners.end(), "n1"), std::ptrdiff_t(kReaders / 2));
        QCOMPARE(std::count(owners.begin(), owners.end(), "n0"), std::ptrdiff_t(0));
        story.feed(NodeDied{"n1", story.incarnation("n1"), "killed"});  // at once, before the fence
        owners = story.take<DealReaders>().back().owners;
        QCOMPARE(std::count(owners.begin(), owners.end(), "n2"), std::ptrdiff_t(kReaders));
        story.feed(NodeDied{"n2", story.incarnation("n2"), "killed"});
        owners = story.take<DealReaders>().back().owners;
        QCOMPARE(std::count(owners.begin(), owners.end(), "n0"), std::ptrdiff_t(kReaders));
    }

    void wordsFromAnEarlierLifeAreIgnored() {
        Story story;
        const auto before = story.incarnation("n1");
        story.die("n1");
        story.start("n1");
        const auto mark = story.all.size();
        story.feed(NodeDied{"n1", before, "killed"});
        story.feed(NodeFenced{"n1", before});
        QVERIFY(story.since<Kill>(mark).empty());
        QVERIFY(story.state.find("n1")->process == Process::running);
    }

    void aRestartedDaemonGoesOnFromWhatItFinds() {
        Story before;
        const std::string journal = before.state.journal;
        Story story;
        story.state = initial_state(journal);
        story.all.clear();
        story.obedient = false;
        story.feed(NodesChanged{{"n0", "n1", "n2"}, "n0", {}});
        story.feed(PolicyChanged{true});
        story.feed(EpochsReserved{1001, 64});
        for (const auto& node : before.state.nodes) {
            story.feed(NodeFound{node.id, 1, false});
            story.feed(NodeHello{node.id, 1, node.report});
        }
        QVERIFY(settled(story.state));
        QVERIFY(story.take<Grant>().empty() && story.take<Spawn>().empty() &&
                story.take<Kill>().empty());
    }

    void nobodyIsPromotedWhileOneFoundIsUnheard() {
        Story story;
        story.state = initial_state("v1 n0 1 r1");
        story.all.clear();
        story.feed(NodesChanged{{"n0", "n1", "n2"}, "n0", {}});
        story.feed(PolicyChanged{true});
        story.feed(EpochsReserved{1001, 64});
        story.feed(NodeAbsent{"n0"});
        Report replica{Role::replica, 1, {"r1", "", 0, 10}, Link::down, "n0", {}};
        story.feed(NodeFound{"n1", 1, false});
        story.feed(NodeHello{"n1", 1, replica});
        story.feed(NodeFound{"n2", 1, false});  // it may have been promoted by the daemon before
        QVERIFY(story.take<Grant>().empty());
        replica.role = Role::primary;
        replica.epoch = 2;
        story.feed(NodeHello{"n2", 1, replica});
        QCOMPARE(story.state.primary, std::string("n2"));
        QVERIFY(std::none_of(story.all.begin(), story.all.end(), [](const Action& action) {
            const auto* grant = std::get_if<Grant>(&action);
            return grant && grant->role == Role::primary;
        }));
    }

    void removalEndsEveryNode() {
        Story story;
        const auto mark = story.all.size();
        story.feed(RemovalRequested{9});
        QCOMPARE(story.since<Kill>(mark).size(), std::size_t(3));
        for (const char* id : {"n0", "n1", "n2"}) story.feed(NodeFenced{id, story.incarnation(id)});
        QCOMPARE(story.since<Forget>(mark).size(), std::size_t(3));
        QVERIFY(story.since<Finish>(mark).front().succeeded);
        QVERIFY(story.since<Grant>(mark).empty());
    }
};

QTEST_GUILESS_MAIN(FailoverRulesTest)
#include "failover_rules_test.moc"
