// SPDX-License-Identifier: Apache-2.0
//
// Access rules: the VPC's ranges first, then the groups'; IPv4, IPv6 and the mapped form of IPv4.
#include <QtTest>
#include <algorithm>
#include <cmath>

#include "engine/commands/glob.h"
#include "engine/net/access_rules.h"
#include "engine/net/source_table.h"
#include "engine/server/clock.h"

using namespace millpond::engine;

class NetRules : public QObject {
    Q_OBJECT
private slots:
    void rangesContainWhatTheySay() {
        const auto in = [](const char* range, const char* address) {
            return Cidr::parse(range)->contains(*IpAddress::parse(address));
        };
        QVERIFY(in("127.0.0.0/8", "127.255.255.255"));
        QVERIFY(!in("127.0.0.0/8", "128.0.0.0"));
        QVERIFY(in("10.1.2.128/25", "10.1.2.200"));
        QVERIFY(!in("10.1.2.128/25", "10.1.2.127"));
        QVERIFY(in("0.0.0.0/0", "8.8.8.8"));
        QVERIFY(!in("0.0.0.0/0", "2001:db8::1"));
        QVERIFY(in("192.0.2.7", "192.0.2.7"));
        QVERIFY(in("10.0.0.0/8", "::ffff:10.9.8.7"));
        QVERIFY(in("2001:db8::/33", "2001:db8:7fff::1"));
        QVERIFY(!in("2001:db8::/33", "2001:db8:8000::1"));
        QVERIFY(in("::/0", "::1"));
    }

    void nonsenseDoesNotParse() {
        for (const char* text : {"", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/", "10.0.0/8",
                                 "::/129", "a.b.c.d", "10.0.0.0/8x"}) {
            QVERIFY2(!Cidr::parse(text), text);
        }
    }

    void bothTheVpcAndAGroupMustAllow() {
        const AccessRules rules(3, {"127.0.0.0/8"}, {"127.1.0.0/16", "10.0.0.0/8"});
        QCOMPARE(rules.refusal(*IpAddress::parse("127.1.2.3")), std::string_view());
        QCOMPARE(rules.refusal(*IpAddress::parse("127.2.2.3")),
                 std::string_view("no inbound rule allows it"));
        QCOMPARE(rules.refusal(*IpAddress::parse("10.1.1.1")), std::string_view("outside the VPC"));
        QVERIFY(
            !AccessRules(1, {"127.0.0.0/8"}, {}).refusal(*IpAddress::parse("127.0.0.1")).empty());
    }

    void theTableOfSourcesIsBounded() {
        SourceTable table;
        for (std::size_t i = 0; i < 3 * SourceTable::kSourcesMax; ++i) {
            table.refused(std::to_string(i), "why");
            table.refused(std::to_string(i), "why");
        }
        const auto all = table.all();
        QCOMPARE(all.size(), SourceTable::kSourcesMax);
        QCOMPARE(all.front().refused, std::uint64_t{2});
    }

    void ticksAreWhatTheClockSays() {
        // A try may be interrupted between its two clocks.
        double best = 1;
        for (int i = 0; i < 5 && best > 0.002; ++i) {
            const std::int64_t ns = steady_ns();
            const std::uint64_t begin = ticks();
            QTest::qSleep(20);
            const auto passed = static_cast<double>(ticks() - begin) * ns_per_tick();
            best = std::min(best, std::abs(passed / static_cast<double>(steady_ns() - ns) - 1));
        }
        QVERIFY2(best <= 0.002, qPrintable(QString::number(best)));
    }

    void globsMatchAsInRedis() {
        QVERIFY(glob_matches("h?llo", "hello"));
        QVERIFY(glob_matches("h*llo*", "heeeello"));
        QVERIFY(glob_matches("h[ae]llo", "hallo") && !glob_matches("h[ae]llo", "hillo"));
        QVERIFY(glob_matches("h[^e]llo", "hallo") && !glob_matches("h[^e]llo", "hello"));
        QVERIFY(glob_matches("h[b-a]llo", "hallo"));
        QVERIFY(glob_matches("a\\*b", "a*b") && !glob_matches("a\\*b", "axb"));
        QVERIFY(!glob_matches("", "a") && glob_matches("", "") && !glob_matches("**", ""));
        QVERIFY(glob_matches("[a\\]b]", "a") && glob_matches("[a\\]b]", "]"));
        QVERIFY(!glob_matches(std::string(60, '*') + "b", std::string(5000, 'a')));
    }
};

QTEST_APPLESS_MAIN(NetRules)
#include "net_rules.moc"
