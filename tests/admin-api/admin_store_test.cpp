// SPDX-License-Identifier: Apache-2.0
//
// The schema's JSON reader, and the stores.
#include <QTemporaryDir>
#include <QtTest>

#include "admin-api/schema/json.h"
#include "admin-api/schema/time.h"
#include "admin-api/store/metrics_store.h"
#include "admin-api/store/store.h"

using namespace millpond::admin;

class AdminStoreTest : public QObject {
    Q_OBJECT

private:
    std::filesystem::path path(const QTemporaryDir& dir) {
        return dir.filePath("millpond.db").toStdString();
    }

private slots:
    void aReadErrorNamesTheFieldAndWhatWasExpected_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("field");
        QTest::addColumn<QString>("message");
        QTest::newRow("type") << R"({"id":1})"
                              << "id"
                              << "\"id\" must be a string, not a number.";
        QTest::newRow("missing") << "{}"
                                 << "id"
                                 << "\"id\" is required.";
        QTest::newRow("unknown") << R"({"id":"a","replica":1})"
                                 << "replica"
                                 << "\"replica\" is not a member that this request knows.";
        QTest::newRow("nested")
            << R"({"id":"a","tags":[{"key":"k","value":"v"},{"key":"k","value":true}]})"
            << "tags[1].value"
            << "\"tags[1].value\" must be a string, not a boolean.";
        QTest::newRow("element") << R"({"id":"a","zones":["a",2]})"
                                 << "zones[1]"
                                 << "\"zones[1]\" must be a string, not a number.";
        QTest::newRow("fraction") << R"({"id":"a","replicas":1.5})"
                                  << "replicas"
                                  << "\"replicas\" must be a whole number.";
        QTest::newRow("range") << R"({"id":"a","replicas":4294967296})"
                               << "replicas"
                               << "\"replicas\" must be between -2147483648 and 2147483647.";
        QTest::newRow("whole") << "[]"
                               << ""
                               << "The body must be an object, not an array.";
        QTest::newRow("syntax") << "{"
                                << ""
                                << "The body is not JSON: incomplete JSON.";
    }
    void aReadErrorNamesTheFieldAndWhatWasExpected() {
        QFETCH(QString, text);
        QFETCH(QString, field);
        QFETCH(QString, message);
        const auto result = schema::from_json_text<schema::CreateCluster>(text.toStdString());
        QVERIFY(!result);
        QCOMPARE(QString::fromStdString(result.error().field), field);
        QCOMPARE(QString::fromStdString(result.error().message), message);
    }

    void anAbsentOptionalIsLeftOutAndNullCountsAsAbsent() {
        const auto result =
            schema::from_json_text<schema::CreateCluster>(R"({"id":"a","replicas":null})");
        QVERIFY(result.has_value());
        QVERIFY(!result.value().replicas);
        QCOMPARE(QString::fromStdString(schema::to_json_text(result.value())),
                 QString(R"({"id":"a"})"));
        QVERIFY(schema::from_json_text<schema::CreateCluster>(R"({"id":"a","new":1})",
                                                              schema::UnknownMembers::skip)
                    .has_value());
    }

    void aTimeGoesBothWays() {
        QCOMPARE(QString::fromStdString(schema::iso_time(1'772'366'400'123)),
                 QString("2026-03-01T12:00:00.123Z"));
        QCOMPARE(*schema::parse_iso_time("2026-03-01T12:00:00.123Z"), 1'772'366'400'123);
        QVERIFY(!schema::parse_iso_time("2026-13-01T12:00:00Z"));
        QVERIFY(!schema::parse_iso_time("yesterday"));
    }

    void whatIsCommittedIsThereAfterReopening() {
        QTemporaryDir dir;
        schema::Revision first = 0;
        {
            auto store = Store::open(path(dir));
            QVERIFY2(store.has_value(), store.has_value() ? "" : store.error().message.c_str());
            first = store.value()->first_revision();
            Store::Writer writer(*store.value());
            ClusterRecord cluster;
            cluster.id = "orders";
            cluster.nodes.push_back({"orders-001", "127.10.1.4", "local-1a", "s", "t", false});
            writer.put(cluster);
            writer.add({0, "", "daemon", "x", "", "info", "hello"}, 5);
            writer.add_audit({0, "", "kim", "create-cluster", "orders", "accepted"}, 6);
            writer.commit();
        }
        auto store = Store::open(path(dir));
        QCOMPARE(store.value()->clusters().size(), 1u);
        QCOMPARE(store.value()->clusters()[0].nodes[0].address, std::string("127.10.1.4"));
        QCOMPARE(store.value()->events({}).at(0).message, std::string("hello"));
        QCOMPARE(store.value()->audit(10).at(0).who, std::string("kim"));
        QVERIFY(store.value()->first_revision() > first);
    }

    void whatIsNotCommittedIsGone() {
        QTemporaryDir dir;
        auto store = Store::open(path(dir));
        { Store::Writer(*store.value()).put(ClusterRecord{}); }
        QVERIFY(store.value()->clusters().empty());
    }

    void aDatabaseFromANewerVersionIsRefusedUntouched() {
        QTemporaryDir dir;
        auto newer = migrations();
        newer.push_back("CREATE TABLE later(id INTEGER)");
        { QVERIFY(Store::open(path(dir), newer).has_value()); }
        const auto refused = Store::open(path(dir));
        QVERIFY(!refused);
        QCOMPARE(QString::fromStdString(refused.error().code), QString("DatabaseTooNew"));
        QVERIFY(refused.error().message.find("newer Millpond") != std::string::npos);
        QVERIFY(Store::open(path(dir), newer).has_value());
    }

    void aMigrationCopiesTheDatabaseFirst() {
        QTemporaryDir dir;
        {
            auto store = Store::open(path(dir));
            Store::Writer writer(*store.value());
            writer.set("colour", "blue");
            writer.commit();
        }
        auto next = migrations();
        next.push_back("UPDATE settings SET value='red' WHERE key='colour'");
        auto migrated = Store::open(path(dir), next);
        QCOMPARE(*migrated.value()->setting("colour"), std::string("red"));
        const auto copy = path(dir).string() + ".before-v" + std::to_string(next.size());
        auto old = Store::open(copy);
        QVERIFY(old.has_value());
        QCOMPARE(*old.value()->setting("colour"), std::string("blue"));
    }

    void aMigrationThatFailsLeavesTheVersionBeforeIt() {
        QTemporaryDir dir;
        { QVERIFY(Store::open(path(dir)).has_value()); }
        auto broken = migrations();
        broken.push_back("CREATE TABLE half(id INTEGER); NOT SQL");
        QVERIFY(!Store::open(path(dir), broken));
        QVERIFY(Store::open(path(dir)).has_value());
    }

    void aFileThatIsNoDatabaseIsRefused() {
        QTemporaryDir dir;
        QFile file(dir.filePath("millpond.db"));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(QByteArray(4096, 'x'));
        file.close();
        QVERIFY(!Store::open(path(dir)));
    }

    void theAuditTableRefusesChanges() {
        QTemporaryDir dir;
        {
            auto store = Store::open(path(dir));
            Store::Writer writer(*store.value());
            writer.add_audit({0, "", "kim", "a", "b", "c"}, 1);
            writer.commit();
        }
        Database database(path(dir), Database::Durability::full);
        QVERIFY_EXCEPTION_THROWN(database.execute("DELETE FROM audit"), DatabaseError);
        QVERIFY_EXCEPTION_THROWN(database.execute("UPDATE audit SET who='lee'"), DatabaseError);
    }

    void noEpochIsGivenTwice() {
        QTemporaryDir dir;
        {
            auto store = Store::open(path(dir));
            QCOMPARE(store.value()->reserve_epochs("a", 10), 1u);
            QCOMPARE(store.value()->reserve_epochs("a", 10), 11u);
            QCOMPARE(store.value()->reserve_epochs("b", 10), 1u);
            Store::Writer writer(*store.value());
            writer.erase_cluster("a");
            writer.commit();
        }
        QCOMPARE(Store::open(path(dir)).value()->reserve_epochs("a", 1), 21u);
    }

    void eventsAreFilteredNewestFirst() {
        QTemporaryDir dir;
        auto store = Store::open(path(dir));
        Store::Writer(*store.value()).commit();
        {
            Store::Writer writer(*store.value());
            for (int i = 1; i <= 5; ++i)
                writer.add({0, "", "cache-cluster", "n" + std::to_string(i), i % 2 ? "odd" : "even",
                            "info", "m"},
                           i * 1000);
            writer.commit();
        }
        EventQuery query;
        query.cluster = "odd";
        QCOMPARE(store.value()->events(query).size(), 3u);
        QCOMPARE(store.value()->events(query)[0].source, std::string("n5"));
        query.from_ms = 2000;
        query.to_ms = 4000;
        QCOMPARE(store.value()->events(query).size(), 1u);
        Store::Writer writer(*store.value());
        writer.prune(3000, 0, 10);
        writer.commit();
    }

    void minutesComeBackByNodeAndOldDaysGo() {
        QTemporaryDir dir;
        MetricsStore store(dir.filePath("metrics.db").toStdString());
        const std::int64_t day = 24 * 60;
        store.put({{day * 100, "a", {1, 2.5}},
                   {day * 100 + 1, "a", {3, 4}},
                   {day * 100, "b", {9}},
                   {day * 120, "a", {5}}});
        const auto minutes = store.read("a", day * 100, day * 120);
        QCOMPARE(minutes.size(), 3u);
        QCOMPARE(minutes[0].values, (std::vector<double>{1, 2.5}));
        store.forget(120);
        QCOMPARE(store.read("a", 0, day * 200).size(), 1u);
    }
};

QTEST_GUILESS_MAIN(AdminStoreTest)
#include "admin_store_test.moc"
