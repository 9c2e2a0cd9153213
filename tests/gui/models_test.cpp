// SPDX-License-Identifier: Apache-2.0
#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QtTest>
#include <random>
#include <set>

#include "gui/api/gathered.h"
#include "gui/models/format.h"
#include "gui/models/key_model.h"
#include "gui/models/node_model.h"
#include "gui/models/row_filter.h"
#include "gui/models/workspace.h"

using namespace millpond::console;
using Mode = QAbstractItemModelTester::FailureReportingMode;

namespace {

schema::Cluster cluster(const std::string& id, const std::string& status = "available") {
    schema::Cluster made;
    made.id = id;
    made.status = status;
    made.primary_endpoint = {"127.10.0.9", 6379};
    return made;
}

schema::Event eventOf(std::int64_t id) {
    schema::Event made;
    made.id = id;
    made.message = "event " + std::to_string(id);
    return made;
}

unsigned seed() {
    const QByteArray given = qgetenv("MILLPOND_SEED");
    const unsigned value = given.isEmpty() ? std::random_device{}() : given.toUInt();
    qInfo("MILLPOND_SEED=%u", value);
    return value;
}

}  // namespace

class ModelsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void aChangeTouchesItsRowOnly() {
        LiveMetrics metrics;
        ClusterModel model(metrics);
        QAbstractItemModelTester tester(&model, Mode::QtTest);
        model.apply({true, {cluster("a"), cluster("b"), cluster("c")}, {}});
        QSignalSpy changed(&model, &QAbstractItemModel::dataChanged);
        QSignalSpy reset(&model, &QAbstractItemModel::modelReset);
        model.apply({false, {cluster("b", "modifying")}, {}});
        QCOMPARE(changed.size(), 1);
        QCOMPARE(changed[0][0].value<QModelIndex>().row(), 1);
        QCOMPARE(changed[0][1].value<QModelIndex>().row(), 1);
        QCOMPARE(reset.size(), 0);
        QCOMPARE(model.index(1, ClusterModel::Status).data(StatusRole).toString(),
                 QStringLiteral("modifying"));
    }

    void aListReadAgainKeepsTheRowsThatStay() {
        LiveMetrics metrics;
        ClusterModel model(metrics);
        QAbstractItemModelTester tester(&model, Mode::QtTest);
        model.apply({true, {cluster("a"), cluster("b"), cluster("c")}, {}});
        const QPersistentModelIndex held = model.index(2, 0);
        model.apply({true, {cluster("c"), cluster("a"), cluster("d")}, {}});
        QVERIFY(held.isValid());
        QCOMPARE(held.data(IdRole).toString(), QStringLiteral("c"));
        QCOMPARE(model.rowCount(), 3);
        QCOMPARE(model.rowOf("b"), -1);
        QCOMPARE(model.rowOf("d"), 2);
    }

    void randomBatchesKeepTheIndexRight() {
        std::mt19937 random(seed());
        EventModel model;
        QAbstractItemModelTester tester(&model, Mode::QtTest);
        std::set<std::int64_t> expected;
        std::int64_t next = 1;
        for (int round = 0; round < 300; ++round) {
            Batch<schema::Event> batch;
            batch.reset = random() % 20 == 0;
            if (batch.reset) expected.clear();
            for (unsigned i = 0; i < random() % 6; ++i) {
                const std::int64_t id =
                    random() % 3 ? next++ : std::int64_t(random() % unsigned(next)) + 1;
                batch.upserts.push_back(eventOf(id));
            }
            std::ranges::sort(batch.upserts, {}, &schema::Event::id);
            batch.upserts.erase(std::unique(batch.upserts.begin(), batch.upserts.end(),
                                            [](auto& a, auto& b) { return a.id == b.id; }),
                                batch.upserts.end());
            if (!batch.reset && !expected.empty() && random() % 4 == 0) {
                batch.removed.push_back(std::to_string(*expected.begin()));
                expected.erase(expected.begin());
            }
            for (const auto& each : batch.upserts) expected.insert(each.id);
            model.apply(batch);
            QCOMPARE(std::size_t(model.rowCount()), expected.size());
            for (const std::int64_t id : expected) {
                const int row = model.rowOf(std::to_string(id));
                QVERIFY(row >= 0);
                QCOMPARE(model.index(row, 0).data(IdRole).toString(), QString::number(id));
            }
        }
    }

    void newEventsComeOnTop() {
        EventModel model;
        model.apply({true, {eventOf(3), eventOf(2)}, {}});
        model.apply({false, {eventOf(4), eventOf(5)}, {}});
        QCOMPARE(model.index(0, EventModel::Message).data().toString(), QStringLiteral("event 5"));
        QCOMPARE(model.index(3, EventModel::Message).data().toString(), QStringLiteral("event 2"));
        model.apply(
            {true, {eventOf(7), eventOf(6), eventOf(5), eventOf(4), eventOf(3), eventOf(2)}, {}});
        QCOMPARE(model.index(0, EventModel::Message).data().toString(), QStringLiteral("event 7"));
    }

    void rowsDoNotMoveWhenValuesChange() {
        LiveMetrics metrics;
        ClusterModel model(metrics);
        model.apply({true, {cluster("a"), cluster("b")}, {}});
        RowFilter filter(&model);
        QAbstractItemModelTester tester(&filter, Mode::QtTest);
        filter.sort(ClusterModel::Status);
        QCOMPARE(filter.index(0, 0).data(IdRole).toString(), QStringLiteral("a"));
        model.apply({false, {cluster("a", "modifying")}, {}});
        QCOMPARE(filter.index(0, 0).data(IdRole).toString(), QStringLiteral("a"));
        filter.setNeedle(QStringLiteral("modif"));
        QCOMPARE(filter.rowCount(), 1);
    }

    void liveNumbersFillTheColumns() {
        LiveMetrics metrics;
        ClusterModel model(metrics);
        QAbstractItemModelTester tester(&model, Mode::QtTest);
        model.apply({true, {cluster("a")}, {}});
        QVERIFY(!model.index(0, ClusterModel::Memory).data(UsageRole).isValid());
        schema::NodeMetrics item;
        item.node = "a-001";
        item.cluster = "a";
        item.used_memory = 512;
        item.max_memory = 1024;
        item.ops_per_second = 10;
        for (std::size_t i = 0; i < LiveMetrics::kSparkSeconds + 5; ++i) metrics.add({item});
        model.refreshLive();
        QCOMPARE(model.index(0, ClusterModel::Memory).data(UsageRole).toPointF(),
                 QPointF(512, 1024));
        QCOMPARE(std::size_t(model.index(0, ClusterModel::Ops).data(SparkRole).toList().size()),
                 LiveMetrics::kSparkSeconds);
        metrics.keepOnly({});
        QVERIFY(!metrics.node("a-001"));
    }

    void keysAreOnlyAppended() {
        KeyModel model;
        QAbstractItemModelTester tester(&model, Mode::QtTest);
        std::vector<schema::KeySummary> page;
        for (int i = 0; i < 1000; ++i)
            page.push_back({QByteArray("key:" + QByteArray::number(i)).toBase64().toStdString(),
                            "hash", -1, 64});
        QSignalSpy inserted(&model, &QAbstractItemModel::rowsInserted);
        model.append(page);
        model.append(page);
        QCOMPARE(inserted.size(), 2);
        QCOMPARE(model.rowCount(), 2000);
        QCOMPARE(model.index(1001, KeyModel::Key).data().toString(), QStringLiteral("key:1"));
    }

    void valuesOfAllTypesHaveTheirColumns() {
        ValueModel model;
        QAbstractItemModelTester tester(&model, Mode::QtTest);
        const auto b64 = [](const char* s) { return QByteArray(s).toBase64().toStdString(); };
        schema::KeyValue hash{
            b64("h"), "hash", "listpack", -1, 10, 2, {b64("f"), b64("v"), b64("g"), b64("w")},
            true};
        model.show(hash);
        QCOMPARE(model.rowCount(), 2);
        QCOMPARE(model.index(1, 1).data().toString(), QStringLiteral("w"));
        hash.items = {b64("x"), b64("y")};
        hash.truncated = false;
        model.append(hash);
        QCOMPARE(model.rowCount(), 3);
        QVERIFY(!model.value().truncated);
        model.show({b64("s"), "set", "listpack", -1, 10, 2, {b64("one"), b64("two")}, false});
        QCOMPARE(model.rowCount(), 2);
        QCOMPARE(model.index(1, 1).data().toString(), QStringLiteral("two"));
    }

    void bytesThatAreNotTextAreEscaped() {
        QCOMPARE(readable("물레방아"), QStringLiteral("물레방아"));
        QCOMPARE(readable(QByteArray("\xff\x00z", 3)), QStringLiteral("\\xff\\x00z"));
        QCOMPARE(readable("two\nlines"), QStringLiteral("two\nlines"));
    }

    void anOldListNeverUndoesANewerChange() {
        Gathered<schema::Cluster> gathered;
        gathered.listAsked();
        gathered.upsert("a", cluster("a", "old"), 5);
        gathered.remove("b", 9);
        QVERIFY(gathered.take().empty());
        gathered.listArrived(7);
        const auto batch = gathered.take();
        QVERIFY(batch.upserts.empty());
        QCOMPARE(batch.removed.size(), std::size_t(1));
        QCOMPARE(batch.removed[0], std::string("b"));
    }

    void theLatestStateOfAStormWins() {
        Gathered<schema::Cluster> gathered;
        for (int i = 0; i < 100; ++i) gathered.upsert("a", cluster("a", std::to_string(i)), i);
        gathered.upsert("b", cluster("b"), 101);
        gathered.remove("a", 102);
        gathered.upsert("a", cluster("a", "last"), 103);
        const auto batch = gathered.take();
        QCOMPARE(batch.upserts.size(), std::size_t(2));
        QCOMPARE(batch.upserts[0].status, std::string("last"));
        QVERIFY(batch.removed.empty());
        QVERIFY(gathered.take().empty());
    }

    void numbersReadWell() {
        QLocale::setDefault(QLocale(QLocale::English, QLocale::UnitedStates));
        QCOMPARE(formatBytes(0), QStringLiteral("0 B"));
        QCOMPARE(formatBytes(1536), QStringLiteral("1.5 KiB"));
        QCOMPARE(formatBytes(512.0 * 1024 * 1024), QStringLiteral("512 MiB"));
        QCOMPARE(formatCount(12345), QStringLiteral("12,345"));
        QCOMPARE(formatCount(1240000), QStringLiteral("1.2 M"));
        QCOMPARE(formatTtl(-1), QStringLiteral("No expiry"));
        QCOMPARE(formatDuration(200'000), QStringLiteral("3 min 20 s"));
    }
};

QTEST_GUILESS_MAIN(ModelsTest)
#include "models_test.moc"
