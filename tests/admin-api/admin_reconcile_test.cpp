// SPDX-License-Identifier: Apache-2.0
//
// The reconciler against a fleet without processes: what it asks, what it records and tells, and
// how a daemon that is killed in the middle goes on.
#include <QTemporaryDir>
#include <QtTest>
#include <algorithm>

#include "admin-api/control/control.h"
#include "admin-api/control/random_hex.h"
#include "admin-api/reconcile/reconciler.h"
#include "admin-api/schema/time.h"
#include "fake_fleet.h"

using namespace millpond::admin;

namespace {

/// One life of the daemon over a state folder and a world that outlive it.
struct Life {
    std::unique_ptr<Store> store;
    Catalog catalog;
    test::FakeFleet fleet;
    MetricsBoard metrics{""};
    SourceBoard sources;
    Control control;
    Reconciler reconciler;
    Caller kim{"uid 1000 (kim)", "", std::nullopt};

    Life(const QTemporaryDir& dir, test::World& world)
        : store(std::move(Store::open(dir.filePath("millpond.db").toStdString()).value())),
          catalog(*store, schema::wall_clock_ms),
          fleet(world),
          control(catalog, *store, fleet, metrics, sources, options()),
          reconciler(catalog, *store, fleet, metrics, sources, {dir.path().toStdString(), 1}) {
        if (!control.prepare()) qFatal("prepare");
    }
    ControlOptions options() {
        ControlOptions out;
        out.random_hex = random_hex;
        out.wake = [this] { reconciler.wake(); };
        return out;
    }
    std::string create(int replicas = 2) {
        schema::CreateCluster request;
        request.id = "orders";
        request.replicas = replicas;
        request.automatic_failover = replicas > 0;
        auto created = control.create_cluster(kim, request);
        if (!created) qFatal("%s", created.error().message.c_str());
        return created.value().id;
    }
    std::string status() {
        const auto cluster = control.cluster("orders");
        return cluster ? cluster.value().status : "gone";
    }
    bool is_available() { return status() == "available"; }
    schema::Operation operation(const std::string& id) { return control.operation(id).value(); }
    std::vector<std::string> messages() {
        std::vector<std::string> out;
        for (const auto& event : control.events({})) out.insert(out.begin(), event.message);
        return out;
    }
    bool told(const std::string& message) {
        const auto all = messages();
        return std::find(all.begin(), all.end(), message) != all.end();
    }
    /// Places of the messages in the order told; -1 where one is missing.
    bool told_in_order(const std::vector<std::string>& wanted) {
        const auto all = messages();
        auto at = all.begin();
        for (const auto& message : wanted) {
            at = std::find(at, all.end(), message);
            if (at == all.end()) return false;
            ++at;
        }
        return true;
    }
    std::string role(const std::string& node) {
        const auto cluster = control.cluster("orders").value();
        for (const auto& one : cluster.nodes)
            if (one.id == node) return one.role;
        return "none";
    }
};

}  // namespace

class AdminReconcileTest : public QObject {
    Q_OBJECT

private slots:
    void aClusterBecomesAvailableAndItsOperationTellsTheSteps() {
        QTemporaryDir dir;
        test::World world;
        Life life(dir, world);
        life.reconciler.start();
        QElapsedTimer timer;
        timer.start();
        const auto id = life.create();
        QTRY_VERIFY(life.is_available());
        qInfo("create to available: %lld ms", static_cast<long long>(timer.elapsed()));
        const auto operation = life.operation(id);
        QCOMPARE(operation.status, std::string("succeeded"));
        QCOMPARE(operation.progress, 100);
        QCOMPARE(operation.steps.size(), 4u);
        QCOMPARE(operation.steps[3].name, std::string("Start node orders-003"));
        QVERIFY(!operation.ended_at.empty());
        const auto cluster = life.control.cluster("orders").value();
        QCOMPARE(cluster.nodes[0].role, std::string("primary"));
        QCOMPARE(cluster.nodes[1].link, std::string("up"));
        QVERIFY(!cluster.operation);
        QVERIFY(life.told("Cache cluster created"));
    }

    void aCreationThatFailsSaysWhyAndCanBeDeleted() {
        QTemporaryDir dir;
        test::World world;
        Life life(dir, world);
        life.fleet.fail("apply", "The engine does not start.");
        life.reconciler.start();
        const auto id = life.create();
        QTRY_COMPARE(life.status(), std::string("create-failed"));
        QCOMPARE(life.operation(id).error, std::string("The engine does not start."));
        QVERIFY(life.control.delete_cluster(life.kim, "orders").has_value());
        QTRY_COMPARE(life.status(), std::string("gone"));
    }

    void aDaemonKilledAnywhereGoesOn_data() {
        QTest::addColumn<QString>("call");
        for (const char* call : {"apply", "remove", "switchover", "reboot"})
            QTest::newRow(call) << call;
    }
    void aDaemonKilledAnywhereGoesOn() {
        QFETCH(QString, call);
        QTemporaryDir dir;
        test::World world;
        std::string id;
        {
            Life first(dir, world);
            if (call == "apply") first.fleet.hang("apply");
            first.reconciler.start();
            id = first.create();
            if (call != "apply") {
                QTRY_VERIFY(first.is_available());
                first.fleet.hang(call.toStdString());
                if (call == "remove")
                    id = first.control.delete_cluster(first.kim, "orders").value().id;
                if (call == "switchover")
                    id = first.control.failover(first.kim, "orders", {}).value().id;
                if (call == "reboot")
                    id = first.control.reboot(first.kim, "orders", {{"orders-002", "orders-003"}})
                             .value()
                             .id;
            }
            QTRY_VERIFY(first.fleet.last_call().starts_with(call.toStdString()));
            QCOMPARE(first.operation(id).status, std::string("running"));
        }
        Life second(dir, world);
        second.reconciler.start();
        QTRY_COMPARE(second.operation(id).status, std::string("succeeded"));
        QTRY_COMPARE(second.status(), std::string(call == "remove" ? "gone" : "available"));
        if (call == "switchover") QCOMPARE(second.role("orders-002"), std::string("primary"));
        if (call == "reboot")
            QCOMPARE(second.fleet.last_call(), std::string("reboot orders orders-003"));
    }

    void aSwitchoverThatWasDoneWhenTheDaemonDiedIsNotDoneAgain() {
        QTemporaryDir dir;
        test::World world;
        std::string id;
        {
            Life first(dir, world);
            first.reconciler.start();
            first.create();
            QTRY_VERIFY(first.is_available());
            first.fleet.hang("switchover");
            id = first.control.failover(first.kim, "orders", {}).value().id;
            QTRY_VERIFY(first.fleet.last_call().starts_with("switchover"));
        }
        world.clusters["orders"]["orders-001"].role = "replica";
        world.clusters["orders"]["orders-001"].link = "up";
        world.clusters["orders"]["orders-003"].role = "primary";
        Life second(dir, world);
        second.reconciler.start();
        QTRY_COMPARE(second.operation(id).status, std::string("succeeded"));
        for (const auto& call : second.fleet.calls()) QVERIFY(!call.starts_with("switchover"));
        QCOMPARE(second.operation(id).failover->new_primary, std::string("orders-003"));
    }

    void aRestartAdoptsEveryClusterWithItsJournal() {
        QTemporaryDir dir;
        test::World world;
        {
            Life first(dir, world);
            first.reconciler.start();
            first.create();
            QTRY_VERIFY(first.is_available());
            first.fleet.journal().record("orders", "state 7");
        }
        Life second(dir, world);
        second.reconciler.start();
        QTRY_COMPARE(second.role("orders-001"), std::string("primary"));
        QCOMPARE(second.fleet.last_spec("orders").journal, std::string("state 7"));
        QCOMPARE(world.next_pid, 1003);
    }

    void aRequestedFailoverTellsItsPhasesAndTheStory() {
        QTemporaryDir dir;
        test::World world;
        Life life(dir, world);
        life.reconciler.start();
        life.create();
        QTRY_VERIFY(life.is_available());
        const auto id = life.control.failover(life.kim, "orders", {"orders-003"}).value().id;
        QTRY_COMPARE(life.operation(id).status, std::string("succeeded"));
        const auto operation = life.operation(id);
        QCOMPARE(operation.failover->old_primary, std::string("orders-001"));
        QCOMPARE(operation.failover->new_primary, std::string("orders-003"));
        QCOMPARE(operation.failover->pause_ms, 7.0);
        QVERIFY(operation.failover->planned);
        QTRY_VERIFY(life.told_in_order(
            {"Test Failover API called for node group 0001",
             "Failover from primary node orders-001 to replica node orders-003 completed",
             "Recovering cache nodes orders-001", "Finished recovery for cache nodes orders-001"}));
        QVERIFY(life.is_available());
    }

    void aFailedFailoverLeavesTheClusterAvailable() {
        QTemporaryDir dir;
        test::World world;
        Life life(dir, world);
        life.reconciler.start();
        life.create();
        QTRY_VERIFY(life.is_available());
        life.fleet.fail("switchover", "The replica is too far behind.");
        const auto id = life.control.failover(life.kim, "orders", {}).value().id;
        QTRY_COMPARE(life.operation(id).status, std::string("failed"));
        QCOMPARE(life.operation(id).error, std::string("The replica is too far behind."));
        QTRY_VERIFY(life.is_available());
    }

    void aCrashOfThePrimaryIsAFailoverThenARecovery() {
        QTemporaryDir dir;
        test::World world;
        Life life(dir, world);
        life.reconciler.start();
        life.create();
        QTRY_VERIFY(life.is_available());
        life.fleet.report(NodeView{"orders-001", "orders", "recovering", "none", "none", 0, 1, 0});
        FailoverReport report;
        report.cluster = "orders";
        report.old_primary = "orders-001";
        report.phase = "fence";
        life.fleet.report(report);
        report.phase = "promote";
        report.new_primary = "orders-002";
        report.done = report.succeeded = true;
        report.pause_ms = 42;
        life.fleet.report(report);
        life.fleet.report(
            NodeView{"orders-002", "orders", "available", "primary", "none", 5, 2, 0});
        life.fleet.report(
            NodeView{"orders-001", "orders", "recovering", "replica", "syncing", 6, 2, 0});
        life.fleet.report(NodeView{"orders-001", "orders", "available", "replica", "up", 6, 2, 0});
        QTRY_VERIFY(life.told_in_order(
            {"Failover from primary node orders-001 to replica node orders-002 completed",
             "Recovering cache nodes orders-001", "Finished recovery for cache nodes orders-001"}));
        const auto operations = life.control.operations("orders", 10);
        QCOMPARE(operations[0].kind, std::string("recover"));
        QCOMPARE(operations[0].status, std::string("succeeded"));
        QCOMPARE(operations[1].kind, std::string("failover"));
        QCOMPARE(operations[1].requested_by, std::string("millpond"));
        QCOMPARE(operations[1].failover->pause_ms, 42.0);
        QVERIFY(life.is_available());
    }

    void aLostReplicaIsARecovery() {
        QTemporaryDir dir;
        test::World world;
        Life life(dir, world);
        life.reconciler.start();
        life.create();
        QTRY_VERIFY(life.is_available());
        life.fleet.report(NodeView{"orders-002", "orders", "recovering", "none", "none", 0, 1, 0});
        QTRY_VERIFY(life.told("Recovering cache nodes orders-002"));
        QVERIFY(!life.told("Finished recovery for cache nodes orders-002"));
        life.fleet.report(NodeView{"orders-002", "orders", "available", "replica", "up", 9, 1, 0});
        QTRY_VERIFY(life.told("Finished recovery for cache nodes orders-002"));
    }

    void newRulesReachTheNodesOfEveryClusterConcerned() {
        QTemporaryDir dir;
        test::World world;
        Life life(dir, world);
        life.reconciler.start();
        life.create(1);
        QTRY_VERIFY(life.is_available());
        const auto id =
            life.control.create_security_group(life.kim, {"redis-sg", {}, {}, {}}).value().id;
        schema::ModifyCluster change;
        change.security_groups = {id};
        QVERIFY(life.control.modify_cluster(life.kim, "orders", change).has_value());
        QTRY_VERIFY(life.is_available());
        QCOMPARE(life.fleet.last_call(), std::string("apply orders 2 auto []"));
        const auto before = life.fleet.last_spec("orders").rules.revision;
        schema::NewInboundRule rule;
        rule.cidr = "0.0.0.0/0";
        const auto group = life.control.authorize_inbound(life.kim, id, {{rule}}).value();
        QTRY_COMPARE(life.fleet.last_call(), std::string("apply orders 2 auto [0.0.0.0/0]"));
        QVERIFY(life.fleet.last_spec("orders").rules.revision > before);
        QVERIFY(life.control.revoke_inbound(life.kim, id, {group.inbound[0].id}).has_value());
        QTRY_COMPARE(life.fleet.last_call(), std::string("apply orders 2 auto []"));
        const auto calls = life.fleet.calls().size();
        QVERIFY(life.control.create_security_group(life.kim, {"other", {}, {}, {}}).has_value());
        QVERIFY(
            life.control
                .authorize_inbound(life.kim, life.control.security_groups().items[0].id, {{rule}})
                .has_value());
        life.reconciler.stop();
        QVERIFY(life.fleet.calls().size() <= calls + 1);
    }

    void replicasComeAndGo() {
        QTemporaryDir dir;
        test::World world;
        Life life(dir, world);
        life.reconciler.start();
        life.create(2);
        QTRY_VERIFY(life.is_available());
        schema::ModifyCluster change;
        change.replicas = 1;
        QVERIFY(life.control.modify_cluster(life.kim, "orders", change).has_value());
        QTRY_VERIFY(life.is_available());
        const auto cluster = life.control.cluster("orders").value();
        QCOMPARE(cluster.nodes.size(), 2u);
        QVERIFY(!cluster.pending);
        QCOMPARE(world.clusters["orders"].size(), 2u);
        QVERIFY(life.told("Cache cluster deleted"));
    }

    void theJournalNeverGivesAnEpochTwice() {
        QTemporaryDir dir;
        test::World world;
        std::atomic<std::uint64_t> first = 0;
        {
            Life life(dir, world);
            life.reconciler.start();
            life.fleet.journal().reserve_epochs("orders", 100,
                                                [&](std::uint64_t given) { first = given; });
            QTRY_COMPARE(first.load(), 1u);
        }
        Life life(dir, world);
        life.reconciler.start();
        life.fleet.journal().reserve_epochs("orders", 100,
                                            [&](std::uint64_t given) { first = given; });
        QTRY_COMPARE(first.load(), 101u);
    }

    void aFailingStoreRaisesAnAlarmAndDelaysNobody() {
        QTemporaryDir dir;
        test::World world;
        Life life(dir, world);
        life.reconciler.start();
        life.create();
        QTRY_VERIFY(life.is_available());
        struct Reader final : Feed::Subscriber {
            std::mutex mutex;
            std::string text;
            void deliver(const Feed::Frame& frame) override {
                std::lock_guard lock(mutex);
                text += *frame;
            }
            bool has(const char* what) {
                std::lock_guard lock(mutex);
                return text.find(what) != std::string::npos;
            }
        };
        const auto reader = std::make_shared<Reader>();
        life.catalog.feed().subscribe(reader, std::nullopt);
        // A table that is gone fails every write to it, as a full disk would.
        Database saboteur(dir.filePath("millpond.db").toStdString(), Database::Durability::full);
        saboteur.execute("DROP TABLE journal; DROP TABLE clusters");
        QElapsedTimer timer;
        timer.start();
        life.fleet.journal().record("orders", "x");
        QVERIFY(timer.elapsed() < 100);
        QTRY_VERIFY(reader->has("The failover journal cannot be written"));
        schema::ModifyCluster change;
        change.description = "x";
        const auto refused = life.control.modify_cluster(life.kim, "orders", change);
        QVERIFY(!refused);
        QCOMPARE(refused.error().http_status, 503);
        QVERIFY(life.is_available());
        // What happens to the nodes is shown all the same.
        life.fleet.report(NodeView{"orders-002", "orders", "recovering", "none", "none", 0, 1, 0});
        QTRY_COMPARE(life.control.cluster("orders").value().nodes[1].status,
                     std::string("recovering"));
    }
};

QTEST_GUILESS_MAIN(AdminReconcileTest)
#include "admin_reconcile_test.moc"
