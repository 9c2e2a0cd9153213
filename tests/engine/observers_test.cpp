// SPDX-License-Identifier: Apache-2.0
//
// The parts of observing that need no connection: event classes, and the table of tracked keys.
#include <QtTest>
#include <algorithm>
#include <map>
#include <set>

#include "engine/observers/notify_classes.h"
#include "engine/observers/tracking_table.h"
#include "keyspace_fixture.h"

using namespace millpond::engine;

class ObserversTest : public QObject {
    Q_OBJECT
private slots:
    void classesPrintAsRedisPrintsThem() {
        const auto canonical = [](std::string_view text) {
            return print_notify_classes(*parse_notify_classes(text));
        };
        QCOMPARE(canonical(""), std::string(""));
        QCOMPARE(canonical("KEA"), std::string("AKE"));
        QCOMPARE(canonical("KEg$lshzxetd"), std::string("AKE"));
        QCOMPARE(canonical("KEg$lshzxet"), std::string("g$lshzxetKE"));
        QCOMPARE(canonical("mnE"), std::string("nEm"));
        QCOMPARE(canonical("Anm"), std::string("Am"));
        QVERIFY(!parse_notify_classes("Kq"));
        QVERIFY(!parse_notify_classes("K E"));
    }

    /// Against a plain model: who is remembered for what, and how many.
    void theTableRemembersAndForgets() {
        std::mt19937_64 random(test_seed());
        BackgroundFree background;
        Keyspace keys(background);
        TrackingTable table(keys);
        std::map<std::string, std::set<std::uint64_t>> model;
        for (int i = 0; i < 20'000; ++i) {
            const std::string key = "key:" + std::to_string(random() % 300);
            const std::uint64_t session = random() % 5;
            if (random() % 3 != 0) {
                table.remember(key, session);
                model[key].insert(session);
            } else {
                const std::vector<std::uint64_t> taken = table.take(key);
                QCOMPARE(std::set<std::uint64_t>(taken.begin(), taken.end()), model[key]);
                model.erase(key);
            }
        }
        std::size_t items = 0;
        for (const auto& [key, sessions] : model) items += sessions.size();
        QCOMPARE(table.keys(), model.size());
        QCOMPARE(table.items(), items);
    }

    void evictionTakesEveryKeyOnceAndWaitsForNoLock() {
        BackgroundFree background;
        Keyspace keys(background);
        TrackingTable table(keys);
        std::set<std::string> all;
        for (int i = 0; i < 500; ++i) {
            all.insert("key:" + std::to_string(i));
            table.remember("key:" + std::to_string(i), 7);
        }
        // Shards that are locked, as another thread's would be, are passed by; the own one serves
        // last.
        const ShardId own = keys.shard_of("key:0");
        for (const std::string& key : all) {
            const ShardId shard = keys.shard_of(key);
            if (shard != own && shard.value % 2 == 0)
                static_cast<void>(keys.shard(shard).try_lock());
        }
        static_cast<void>(keys.shard(own).try_lock());
        TrackingTable::Victim victim;
        std::mt19937_64 random(test_seed());
        while (table.evict(random(), own, victim)) {
            QCOMPARE(victim.sessions, std::vector<std::uint64_t>{7});
            QCOMPARE(all.erase(victim.key), std::size_t{1});
            const ShardId shard = keys.shard_of(victim.key);
            QVERIFY(shard == own || shard.value % 2 == 1);
        }
        QCOMPARE(table.keys(), all.size());
        for (const std::string& key : all) QVERIFY(keys.shard_of(key).value % 2 == 0);
    }
};

QTEST_APPLESS_MAIN(ObserversTest)
#include "observers_test.moc"
