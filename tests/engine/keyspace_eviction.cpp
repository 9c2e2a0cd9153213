// SPDX-License-Identifier: Apache-2.0
//
// Eviction: each of the eight policies makes room with the keys that it names, and says when it
// cannot.
#include <QtTest>

#include "engine/keyspace/clock.h"
#include "engine/keyspace/eviction.h"
#include "engine/keyspace/eviction_pool.h"
#include "engine/memory/account.h"
#include "tests/engine/keyspace_fixture.h"

using namespace millpond::engine;

namespace {

constexpr UnixMillis kNow = 1'700'000'000'000;
constexpr int kKeys = 60'000;

std::string key_of(int n) {
    return "key:" + std::to_string(n);
}

/// Makes room until the limit holds; the number of calls is bounded by what there is to evict.
bool shrink(KeyspaceFixture& fixture, const EvictionLimits& limits, UnixMillis now) {
    for (int i = 0; i < kKeys; ++i) {
        if (make_room(fixture.keys, limits, now, fixture.observer) == Room::none) return false;
        if (used_memory() <= limits.maxmemory) return true;
    }
    return false;
}

}  // namespace

class KeyspaceEvictionTest : public QObject {
    Q_OBJECT

private slots:
    void initTestCase();
    void policies_data();
    void policies();
    void nothing_to_evict_is_no_room();
    void rare_volatile_keys_are_found();
    void all_databases_share_the_burden();
    void the_pool_keeps_the_best();
    void what_was_used_since_it_was_met_stays();
};

void KeyspaceEvictionTest::initTestCase() {
#ifdef MILLPOND_SANITIZED
    QSKIP("the sanitizers' allocator is not counted");
#endif
}

void KeyspaceEvictionTest::policies_data() {
    QTest::addColumn<int>("policy");
    QTest::newRow("volatile-lru") << static_cast<int>(EvictionPolicy::volatile_lru);
    QTest::newRow("volatile-lfu") << static_cast<int>(EvictionPolicy::volatile_lfu);
    QTest::newRow("volatile-random") << static_cast<int>(EvictionPolicy::volatile_random);
    QTest::newRow("volatile-ttl") << static_cast<int>(EvictionPolicy::volatile_ttl);
    QTest::newRow("allkeys-lru") << static_cast<int>(EvictionPolicy::allkeys_lru);
    QTest::newRow("allkeys-lfu") << static_cast<int>(EvictionPolicy::allkeys_lfu);
    QTest::newRow("allkeys-random") << static_cast<int>(EvictionPolicy::allkeys_random);
}

void KeyspaceEvictionTest::policies() {
    QFETCH(int, policy);
    const auto chosen = static_cast<EvictionPolicy>(policy);
    KeyspaceFixture fixture(test_seed());
    fixture.keys.clocks().lfu = is_lfu(chosen);
    // The first half is volatile. In each half, the odd ones are used late, often, and live longer.
    Database early = fixture.at(kNow);
    const std::string value(200, 'v');
    for (int i = 0; i < kKeys; ++i) {
        if (i < kKeys / 2) {
            early.put_string_until(key_of(i), value, kNow + 10'000'000 + (i % 2) * 10'000'000);
        } else {
            early.put_string(key_of(i), value);
        }
    }
    const UnixMillis now = kNow + 100'000;
    for (int use = 0; use < 20; ++use) {
        Database late = fixture.at(now);
        for (int i = 1; i < kKeys; i += 2) late.find_read(key_of(i));
    }
    fixture.observer = {};
    // Room for all but about a sixteenth of the keys; what the observer writes down takes some too.
    const std::size_t before = used_memory();
    const EvictionLimits limits{.maxmemory = before - kKeys / 16 * value.size(), .policy = chosen};
    QVERIFY(shrink(fixture, limits, now));
    const auto& evicted = fixture.observer.evictions;
    QVERIFY(evicted.size() > kKeys / 32);
    QVERIFY(evicted.size() < kKeys / 8);
    QCOMPARE(fixture.keys.size(0), kKeys - evicted.size());
    QCOMPARE(fixture.observer.changes.size(), evicted.size());
    std::size_t volatile_keys = 0;
    std::size_t favoured = 0;
    for (const auto& [db, key] : evicted) {
        const int n = std::stoi(key.substr(4));
        volatile_keys += n < kKeys / 2;
        favoured += n % 2;
    }
    if (chosen <= EvictionPolicy::volatile_ttl) QCOMPARE(volatile_keys, evicted.size());
    if (chosen == EvictionPolicy::allkeys_random || chosen == EvictionPolicy::volatile_random) {
        QVERIFY(favoured > evicted.size() / 3);
        QVERIFY(favoured < evicted.size() * 2 / 3);
    } else {
        QVERIFY2(favoured < evicted.size() / 10, qPrintable(QString::number(favoured)));
    }
}

void KeyspaceEvictionTest::nothing_to_evict_is_no_room() {
    KeyspaceFixture fixture;
    Database db = fixture.at(kNow);
    for (int i = 0; i < 1000; ++i) db.put_string(key_of(i), "v");
    EvictionLimits limits{.maxmemory = 1, .policy = EvictionPolicy::noeviction};
    QVERIFY(make_room(fixture.keys, limits, kNow, fixture.observer) == Room::none);
    limits.policy = EvictionPolicy::volatile_lru;
    QVERIFY(make_room(fixture.keys, limits, kNow, fixture.observer) == Room::none);
    QCOMPARE(fixture.keys.size(0), std::size_t{1000});
    limits.maxmemory = 0;
    QVERIFY(make_room(fixture.keys, limits, kNow, fixture.observer) != Room::none);
    limits = {.maxmemory = 1, .policy = EvictionPolicy::allkeys_lru};
    QVERIFY(!shrink(fixture, limits, kNow));
    QCOMPARE(fixture.keys.size(0), std::size_t{0});
}

void KeyspaceEvictionTest::rare_volatile_keys_are_found() {
    KeyspaceFixture fixture;
    Database db = fixture.at(kNow);
    for (int i = 0; i < 100'000; ++i) db.put_string(key_of(i), "v");
    db.put_string_until("needle", "v", kNow + 1'000'000);
    const EvictionLimits limits{.maxmemory = 1, .policy = EvictionPolicy::volatile_random};
    QVERIFY(make_room(fixture.keys, limits, kNow, fixture.observer) != Room::none ||
            fixture.observer.evictions.size() == 1);
    QVERIFY(db.peek("needle") == nullptr);
    QCOMPARE(fixture.keys.size(0), std::size_t{100'000});
    QVERIFY(make_room(fixture.keys, limits, kNow, fixture.observer) == Room::none);
}

void KeyspaceEvictionTest::all_databases_share_the_burden() {
    KeyspaceFixture fixture;
    const std::string value(200, 'v');
    for (int i = 0; i < 3'000; ++i) {
        fixture.at(kNow, 0).put_string(key_of(i), value);
        fixture.at(kNow, 9).put_string(key_of(i), value);
    }
    const EvictionLimits limits{.maxmemory = used_memory() - 2'000 * value.size(),
                                .policy = EvictionPolicy::allkeys_random};
    QVERIFY(shrink(fixture, limits, kNow));
    QVERIFY(fixture.keys.size(0) < 2'800 && fixture.keys.size(0) > 1'000);
    QVERIFY(fixture.keys.size(9) < 2'800 && fixture.keys.size(9) > 1'000);
}

void KeyspaceEvictionTest::the_pool_keeps_the_best() {
    EvictionPool pool;
    EvictionPool::Victim best;
    QVERIFY(!pool.take(1, best));
    for (std::uint64_t i = 0; i < 100; ++i) {
        const std::uint64_t score = i * 37 % 100;
        pool.offer(1, 3, 2, key_of(static_cast<int>(score)), score);
    }
    pool.offer(1, 3, 2, key_of(99), 90);  // it was used meanwhile
    pool.offer(1, 3, 4, key_of(99), 97);  // another database's
    std::vector<std::uint64_t> scores;
    while (pool.take(1, best)) scores.push_back(best.score);
    const std::vector<std::uint64_t> expected{98, 97, 97, 96, 95, 94, 93, 92,
                                              91, 90, 90, 89, 88, 87, 86, 85};
    QCOMPARE(scores, expected);
    pool.offer(1, 0, 0, "a", 1);
    QVERIFY(!pool.take(2, best));
    pool.offer(2, 0, 0, "b", 1);
    QVERIFY(pool.take(2, best));
    QCOMPARE(best.key, std::string("b"));
    QVERIFY(!pool.take(1, best));
}

void KeyspaceEvictionTest::what_was_used_since_it_was_met_stays() {
    constexpr int kMet = 10, kUnused = 7;
    constexpr std::uint64_t kIdleSeconds = 10;
    const UnixMillis later = kNow + static_cast<UnixMillis>(kIdleSeconds) * 1000;
    KeyspaceFixture fixture;
    constexpr EvictionPolicy kPolicy = EvictionPolicy::allkeys_lru;
    for (int i = 0; i < kMet; ++i) {
        fixture.at(kNow).put_string(key_of(i), std::string(100'000, 'v'));
        fixture.keys.eviction_pool().offer(static_cast<int>(kPolicy),
                                           fixture.keys.shard_of(key_of(i)).value, 0, key_of(i),
                                           kIdleSeconds);
    }
    for (int i = 0; i < kMet; ++i) {
        if (i != kUnused) fixture.at(later).find_read(key_of(i));
    }
    const EvictionLimits limits{.maxmemory = used_memory() - 1, .policy = kPolicy};
    QVERIFY(make_room(fixture.keys, limits, later, fixture.observer) == Room::enough);
    QCOMPARE(fixture.observer.evictions.size(), std::size_t{1});
    QCOMPARE(fixture.observer.evictions[0].second, key_of(kUnused));
}

QTEST_GUILESS_MAIN(KeyspaceEvictionTest)
#include "keyspace_eviction.moc"
