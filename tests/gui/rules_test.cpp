// SPDX-License-Identifier: Apache-2.0
#include <QtTest>

#include "gui/models/rules.h"

using namespace millpond::console;

class RulesTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void clusterNamesFollowAws_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<bool>("good");
        QTest::newRow("plain") << "orders" << true;
        QTest::newRow("digits") << "orders-2" << true;
        QTest::newRow("forty") << QString(40, 'a') << true;
        QTest::newRow("forty-one") << QString(41, 'a') << false;
        QTest::newRow("empty") << "" << false;
        QTest::newRow("digit first") << "2orders" << false;
        QTest::newRow("hyphen last") << "orders-" << false;
        QTest::newRow("two hyphens") << "or--ders" << false;
        QTest::newRow("underscore") << "or_ders" << false;
        QTest::newRow("Korean") << QStringLiteral("주문") << false;
        QTest::newRow("space") << "or ders" << false;
    }
    void clusterNamesFollowAws() {
        QFETCH(QString, name);
        QFETCH(bool, good);
        QCOMPARE(clusterNameProblem(name).isEmpty(), good);
    }

    void portRanges_data() {
        QTest::addColumn<QString>("ports");
        QTest::addColumn<bool>("good");
        QTest::newRow("one") << "6379" << true;
        QTest::newRow("range") << "6379-6399" << true;
        QTest::newRow("spaces") << " 6379 - 6399 " << true;
        QTest::newRow("all") << "0-65535" << true;
        QTest::newRow("backwards") << "6399-6379" << false;
        QTest::newRow("too great") << "65536" << false;
        QTest::newRow("words") << "redis" << false;
        QTest::newRow("negative") << "-1" << false;
        QTest::newRow("empty") << "" << false;
    }
    void portRanges() {
        QFETCH(QString, ports);
        QFETCH(bool, good);
        QCOMPARE(portRangeProblem(ports).isEmpty(), good);
    }

    void addressRanges_data() {
        QTest::addColumn<QString>("cidr");
        QTest::addColumn<bool>("good");
        QTest::newRow("address") << "127.0.0.1" << true;
        QTest::newRow("range") << "127.0.0.0/8" << true;
        QTest::newRow("anywhere") << "0.0.0.0/0" << true;
        QTest::newRow("host bits") << "127.0.0.1/8" << false;
        QTest::newRow("bits") << "127.0.0.0/33" << false;
        QTest::newRow("octet") << "127.0.0.256" << false;
        QTest::newRow("three octets") << "127.0.0/8" << false;
        QTest::newRow("two slashes") << "127.0.0.0/8/8" << false;
        QTest::newRow("name") << "localhost" << false;
        QTest::newRow("empty") << "" << false;
    }
    void addressRanges() {
        QFETCH(QString, cidr);
        QFETCH(bool, good);
        QCOMPARE(cidrProblem(cidr).isEmpty(), good);
    }

    void anAddressIsInItsRange() {
        QVERIFY(contains("127.0.0.0/8", "127.200.3.4"));
        QVERIFY(!contains("127.0.0.0/8", "128.0.0.1"));
        QVERIFY(contains("0.0.0.0/0", "8.8.8.8"));
        QVERIFY(!contains("nonsense", "8.8.8.8"));
        QCOMPARE(asCidr("127.0.0.1"), QStringLiteral("127.0.0.1/32"));
    }

    void aGroupNameCannotLookLikeAnId() {
        QVERIFY(groupNameProblem("redis-sg").isEmpty());
        QVERIFY(!groupNameProblem("sg-redis").isEmpty());
        QVERIFY(!groupNameProblem("  ").isEmpty());
    }
};

QTEST_GUILESS_MAIN(RulesTest)
#include "rules_test.moc"
