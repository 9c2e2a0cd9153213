// SPDX-License-Identifier: Apache-2.0
//
// Active expiry: in time, complete, only where it may, and with wheels that do not fill up.
#include <QtTest>
#include <atomic>
#include <map>
#include <mutex>

#include "engine/keyspace/expiry.h"
#include "engine/keyspace/table.h"
#include "engine/lanes/gate.h"
#include "tests/engine/keyspace_fixture.h"

using namespace millpond::engine;

namespace {

constexpr UnixMillis kNow = 1'700'000'000'000;

UnixMillis real_now() {
    return std::chrono::duration_cast<std::chrono::milliseconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
}

std::string key_of(std::uint64_t n) {
    return "key:" + std::to_string(n);
}

/// Expires all that is due, as the thread would.
void expire_all(KeyspaceFixture& fixture, UnixMillis now) {
    for (int i = 0; i < Keyspace::kShards; ++i) {
        if (fixture.keys.shard(i).next_due() > now) continue;
        const std::lock_guard lock(fixture.keys.shard(i));
        while (ActiveExpiry::expire_shard(fixture.keys, i, now, fixture.observer, 64)) {
        }
    }
}

/// How late each key went.
class LatenessObserver final : public KeyspaceObserver {
public:
    void before_change(int, Entry&, KeyHash) override {}
    void expired(int, Bytes) override {
        const UnixMillis late = real_now() - deadline.load();
        UnixMillis seen = latest.load();
        while (late > seen && !latest.compare_exchange_weak(seen, late)) {
        }
        ++count;
    }
    void evicted(int, Bytes) override {}

    std::atomic<UnixMillis> deadline{0}, latest{0};
    std::atomic<int> count{0};
};

}  // namespace

class KeyspaceExpiryTest : public QObject {
    Q_OBJECT

private slots:
    void keys_go_within_a_tick_of_their_deadlines();
    void extended_and_persisted_keys_stay();
    void wheels_do_not_fill_up_with_what_is_no_longer_true();
    void the_thread_removes_keys_in_time();
    void the_thread_rests_while_it_may_not();
};

void KeyspaceExpiryTest::keys_go_within_a_tick_of_their_deadlines() {
    const std::uint64_t seed = test_seed();
    std::mt19937_64 random(seed);
    KeyspaceFixture fixture(seed);
    std::map<std::string, UnixMillis> deadlines;
    UnixMillis now = kNow;
    for (std::uint64_t step = 0; step < 1500; ++step) {
        for (int i = 0; i < 40; ++i) {
            const std::string key = key_of(random() % 30'000);
            const UnixMillis until =
                now + static_cast<UnixMillis>(random() % (std::uint64_t{1} << random() % 17));
            Database db = fixture.at(now);
            switch (random() % 4) {
                case 0:
                    db.put_string(key, "stays");
                    deadlines.erase(key);
                    break;
                case 1:
                    if (Entry* entry = db.find_write(key)) {
                        db.set_expiry(*entry, until);
                        deadlines[key] = until;
                    } else {
                        deadlines.erase(key);
                    }
                    break;
                default:
                    db.put_string_until(key, "v", until);
                    deadlines[key] = until;
            }
        }
        now += static_cast<UnixMillis>(random() % 60);
        expire_all(fixture, now);
        if (step % 50 != 0) continue;
        std::size_t left = 0;
        bool late = false;
        fixture.keys.for_each(0, [&](Entry& entry) {
            left += entry.has_expiry();
            late = late || (entry.has_expiry() && entry.expiry() + DeadlineWheel::kTickMs < now);
            return true;
        });
        QVERIFY(!late);
        QCOMPARE(fixture.keys.volatile_size(0), left);
        // And nothing went before its time.
        const auto due = [&](const auto& item) { return item.second <= now; };
        QVERIFY(left + static_cast<std::size_t>(
                           std::count_if(deadlines.begin(), deadlines.end(), due)) >=
                deadlines.size());
    }
    expire_all(fixture, now + 200'000);
    QCOMPARE(fixture.keys.volatile_size(0), std::size_t{0});
}

void KeyspaceExpiryTest::extended_and_persisted_keys_stay() {
    KeyspaceFixture fixture;
    Database db = fixture.at(kNow);
    for (std::uint64_t i = 0; i < 1000; ++i) db.put_string_until(key_of(i), "v", kNow + 100);
    for (std::uint64_t i = 0; i < 1000; i += 2) {
        db.set_expiry(*db.find_write(key_of(i)), kNow + 10'000);
    }
    for (std::uint64_t i = 0; i < 1000; i += 4) db.clear_expiry(*db.find_write(key_of(i)));
    expire_all(fixture, kNow + 500);
    QCOMPARE(fixture.keys.size(0), std::size_t{500});
    expire_all(fixture, kNow + 10'100);
    QCOMPARE(fixture.keys.size(0), std::size_t{250});
    QCOMPARE(fixture.observer.expiries.size(), std::size_t{750});
}

void KeyspaceExpiryTest::wheels_do_not_fill_up_with_what_is_no_longer_true() {
    KeyspaceFixture fixture;
    Database db = fixture.at(kNow);
    const std::string key = "the same";
    const int index = fixture.keys.shard_of(key).value;
    db.put_string_until("other", "v", kNow + 1'000'000);
    for (int i = 0; i < 100'000; ++i) {
        db.put_string_until(key, "v", kNow + 500'000 + i);
        db.put_string(key, "v");
    }
    const Table* table = fixture.keys.shard(index).table(0);
    QVERIFY(table->wheel()->size() > 50'000);
    db.put_string_until(key, "v", kNow + 700'000);
    ActiveExpiry::tidy_shard(fixture.keys, index, kNow);
    QCOMPARE(table->wheel()->size(), table->volatile_size());
    // A deadline that only moves on files nothing new.
    for (int i = 0; i < 1000; ++i) db.put_string_until(key, "v", kNow + 700'000 + i);
    QCOMPARE(table->wheel()->size(), table->volatile_size());
    expire_all(fixture, kNow + 701'100);
    QVERIFY(db.peek(key) == nullptr);
    QVERIFY(db.peek("other") != nullptr);
}

void KeyspaceExpiryTest::the_thread_removes_keys_in_time() {
    KeyspaceFixture fixture;
    Gate gate;
    LatenessObserver observer;
    ActiveExpiry expiry(fixture.keys, gate,
                        {.may_expire = [] { return true; }, .now = real_now, .observer = observer});
    // Many that are not due make no difference to the one batch that is.
    constexpr int kDue = 2'000;
    const UnixMillis start = real_now();
    Database db(fixture.keys, 0, {.now = start}, fixture.observer);
    for (std::uint64_t i = 0; i < 200'000; ++i) {
        db.put_string_until(key_of(i), "v", start + 3'600'000);
    }
    const UnixMillis deadline = real_now() + 300;
    observer.deadline = deadline;
    for (std::uint64_t i = 0; i < kDue; ++i) db.put_string_until(key_of(i), "v", deadline);
    expiry.start();
    QTRY_COMPARE_WITH_TIMEOUT(observer.count.load(), kDue, 10'000);
    expiry.stop();
    qInfo("the last key went %lld ms after its deadline", static_cast<long long>(observer.latest));
    QCOMPARE(fixture.keys.size(0), std::size_t{200'000 - kDue});
    // 100 ms is what is promised; a machine that is busy with other tests may withhold the
    // processor.
    QVERIFY(observer.latest < 1'000);
}

void KeyspaceExpiryTest::the_thread_rests_while_it_may_not() {
    KeyspaceFixture fixture;
    Gate gate;
    LatenessObserver observer;
    std::atomic<bool> allowed{false};
    std::atomic<int> asked{0};
    ActiveExpiry expiry(fixture.keys, gate,
                        {.may_expire =
                             [&] {
                                 ++asked;
                                 return allowed.load();
                             },
                         .now = real_now,
                         .observer = observer});
    Database db(fixture.keys, 0, {.now = real_now()}, fixture.observer);
    db.put_string_until("k", "v", real_now() + 20);
    expiry.start();
    QTRY_VERIFY_WITH_TIMEOUT(asked > 3, 10'000);
    QCOMPARE(observer.count.load(), 0);
    QCOMPARE(fixture.keys.size(0), std::size_t{1});
    allowed = true;
    QTRY_COMPARE_WITH_TIMEOUT(observer.count.load(), 1, 10'000);
    expiry.stop();
}

QTEST_GUILESS_MAIN(KeyspaceExpiryTest)
#include "keyspace_expiry.moc"
