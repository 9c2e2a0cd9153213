// SPDX-License-Identifier: Apache-2.0
//
// The table against a std::map, SCAN's and the walk's guarantees while the table changes under
// them, and the deadline wheel.
#include <QtTest>
#include <algorithm>
#include <array>
#include <atomic>
#include <map>
#include <set>

#include "engine/keyspace/bucket_scan.h"
#include "engine/keyspace/table.h"
#include "tests/engine/keyspace_fixture.h"

using namespace millpond::engine;

namespace {

constexpr UnixMillis kNow = 1'700'000'000'000;

std::string key_of(std::uint64_t n) {
    return "key:" + std::to_string(n);
}

}  // namespace

class KeyspaceTableTest : public QObject {
    Q_OBJECT

private slots:
    void random_operations_match_a_map();
    void tables_shrink_when_keys_go();
    void scan_finds_what_stays_while_others_come_and_go();
    void scan_keeps_to_its_count();
    void scan_cursors_stay_below_2_to_the_53();
    void walk_sees_each_entry_once_whatever_happens_meanwhile();
    void wheel_gives_each_fragment_in_time();
    void colliding_prefixes_do_not_grow_the_directory();
    void a_bucket_is_scanned_slot_by_slot();
};

void KeyspaceTableTest::random_operations_match_a_map() {
    const std::uint64_t seed = test_seed();
    std::mt19937_64 random(seed);
    KeyspaceFixture fixture(seed);
    std::map<std::string, std::string> model;
    Database db = fixture.at(kNow);
    // Phases of growth and of decline, so that groups split, grow, shrink and merge.
    for (int step = 0; step < 600'000; ++step) {
        const bool growing = step / 100'000 % 2 == 0;
        const std::string key = key_of(random() % 150'000);
        const auto choice = random() % 100;
        if (choice < (growing ? 55u : 15u)) {
            const std::string value = random() % 3 == 0 ? std::to_string(random() % 100000)
                                                        : std::string(random() % 70, 'v');
            db.put_string(key, value);
            model[key] = value;
        } else if (choice < (growing ? 65u : 75u)) {
            QCOMPARE(db.erase(key), model.erase(key) == 1);
        } else {
            const auto expected = model.find(key);
            const Entry* entry = db.find_read(key);
            QCOMPARE(entry != nullptr, expected != model.end());
            if (entry != nullptr) QCOMPARE(text_of(entry), expected->second);
        }
    }
    QCOMPARE(fixture.keys.size(0), model.size());
    std::size_t seen = 0;
    fixture.keys.for_each(0, [&](Entry& entry) {
        const auto expected = model.find(std::string(entry.key()));
        if (expected == model.end() || text_of(&entry) != expected->second) return false;
        ++seen;
        return true;
    });
    QCOMPARE(seen, model.size());
}

void KeyspaceTableTest::tables_shrink_when_keys_go() {
    KeyspaceFixture fixture;
    Database db = fixture.at(kNow);
    constexpr std::uint64_t kKeys = 300'000;
    for (std::uint64_t i = 0; i < kKeys; ++i) db.put_string(key_of(i), "value");
    const std::size_t full = fixture.keys.overhead(0);
    for (std::uint64_t i = 100; i < kKeys; ++i) QVERIFY(db.erase(key_of(i)));
    QCOMPARE(fixture.keys.size(0), std::size_t{100});
    fixture.keys.reclaim();
    QVERIFY2(fixture.keys.overhead(0) < full / 5,
             qPrintable(QString("%1 of %2").arg(fixture.keys.overhead(0)).arg(full)));
    for (std::uint64_t i = 0; i < 100; ++i) QVERIFY(db.find_read(key_of(i)) != nullptr);
}

void KeyspaceTableTest::scan_finds_what_stays_while_others_come_and_go() {
    const std::uint64_t seed = test_seed();
    std::mt19937_64 random(seed);
    KeyspaceFixture fixture(seed);
    Database db = fixture.at(kNow);
    std::set<std::string> stays;
    for (std::uint64_t i = 0; i < 20'000; ++i) {
        db.put_string(key_of(i), "x");
        if (i % 2 == 0) stays.insert(key_of(i));
    }
    std::map<std::string, int> found;
    std::uint64_t cursor = 0;
    std::uint64_t fresh = 1'000'000;
    do {
        cursor = fixture.keys.scan(0, cursor, 1 + random() % 50,
                                   [&](Entry& entry) { ++found[std::string(entry.key())]; });
        for (int i = 0; i < 200; ++i) db.put_string(key_of(fresh++), "y");
        for (int i = 0; i < 20; ++i) db.erase(key_of(random() % 10'000 * 2 + 1));
        if (fresh > 1'100'000) {
            for (; fresh > 1'000'000; --fresh) db.erase(key_of(fresh - 1));
        }
    } while (cursor != 0);
    for (const std::string& key : stays) QCOMPARE(found[key], 1);
}

void KeyspaceTableTest::scan_keeps_to_its_count() {
    KeyspaceFixture fixture;
    Database db = fixture.at(kNow);
    for (std::uint64_t i = 0; i < 5'000; ++i) db.put_string(key_of(i), "x");
    std::uint64_t cursor = 0;
    std::size_t all = 0;
    do {
        std::size_t step = 0;
        cursor = fixture.keys.scan(0, cursor, 7, [&](Entry&) { ++step; });
        if (cursor != 0) QCOMPARE(step, std::size_t{7});
        all += step;
    } while (cursor != 0);
    QCOMPARE(all, std::size_t{5'000});
    QCOMPARE(fixture.keys.scan(0, UINT64_MAX, 10, [](Entry&) {}), std::uint64_t{0});
    QCOMPARE(fixture.keys.scan(3, 0, 10, [](Entry&) {}), std::uint64_t{0});
}

void KeyspaceTableTest::scan_cursors_stay_below_2_to_the_53() {
    KeyspaceFixture fixture;
    Database db = fixture.at(kNow);
    for (std::uint64_t i = 0; i < 20'000; ++i) db.put_string(key_of(i), "x");
    std::uint64_t cursor = 0;
    std::uint64_t before = 0;
    do {
        cursor = fixture.keys.scan(0, cursor, 3, [](Entry&) {});
        QVERIFY(cursor < std::uint64_t{1} << 53);
        QVERIFY(cursor == 0 || cursor > before);
        before = cursor;
    } while (cursor != 0);
}

void KeyspaceTableTest::walk_sees_each_entry_once_whatever_happens_meanwhile() {
    const std::uint64_t seed = test_seed();
    std::mt19937_64 random(seed);
    KeyspaceFixture fixture(seed);
    Database db = fixture.at(kNow);
    std::set<std::string> at_cut;
    for (std::uint64_t i = 0; i < 30'000; ++i) {
        db.put_string(key_of(i), "x");
        at_cut.insert(key_of(i));
    }
    for (int round = 0; round < 4; ++round) {
        const std::uint8_t epoch = fixture.keys.begin_walk();
        std::map<std::string, int> saved;
        const auto save = [&](Entry& entry) { ++saved[std::string(entry.key())]; };
        std::uint64_t fresh = 1'000'000 + static_cast<std::uint64_t>(round) * 1'000'000;
        for (int shard = 0; shard < Keyspace::kShards; ++shard) {
            WalkCursor cursor;
            while (!cursor.done) {
                fixture.keys.shard(shard).walk(0, cursor, 16, epoch, save);
                // A writer that is ahead of the walk saves what it is about to change.
                for (int i = 0; i < 12; ++i) {
                    const std::string key = key_of(random() % 30'000);
                    if (Entry* entry = db.peek(key); entry && entry->walk_mark() != epoch) {
                        save(*entry);
                        entry->set_walk_mark(epoch);
                    }
                    if (i % 4 == 0) {
                        db.erase(key);
                    } else {
                        db.put_string(key, std::string(random() % 60, 'n'));
                    }
                    db.put_string(key_of(fresh++), "new since the cut");
                }
            }
            QCOMPARE(fixture.keys.shard(shard).walk_position(0), UINT64_MAX);
        }
        QCOMPARE(saved.size(), at_cut.size());
        for (const auto& [key, times] : saved) {
            QCOMPARE(times, 1);
            QVERIFY(at_cut.contains(key));
        }
        at_cut.clear();
        fixture.keys.for_each(0, [&](Entry& entry) {
            at_cut.insert(std::string(entry.key()));
            return true;
        });
    }
}

void KeyspaceTableTest::wheel_gives_each_fragment_in_time() {
    const std::uint64_t seed = test_seed();
    std::mt19937_64 random(seed);
    SlabPool pool;
    SlabArena arena;
    arena.set_pool(pool);
    DeadlineWheel wheel(arena, kNow);
    std::map<DeadlineWheel::Fragment, std::int64_t> deadlines;
    std::int64_t now = kNow;
    DeadlineWheel::Fragment next = 0;  // 24 bits are plenty
    const auto add = [&](std::int64_t after) {
        deadlines[next] = now + after;
        wheel.add(next++, now + after);
    };
    // From milliseconds to years, some of them in the past.
    for (int i = 0; i < 50'000; ++i) {
        add(static_cast<std::int64_t>(random() % (std::uint64_t{1} << random() % 38)) - 50);
    }
    add(INT64_MAX / 2);
    while (deadlines.size() > 1) {
        const std::int64_t due = wheel.next_due();
        QVERIFY(due != INT64_MAX);
        now = std::max(now, due) + static_cast<std::int64_t>(random() % 3 * 1000);
        DeadlineWheel::Fragment fragment = 0;
        while (wheel.take_due(now, fragment)) {
            const auto found = deadlines.find(fragment);
            QVERIFY(found != deadlines.end());
            if (found->second <= now) {
                deadlines.erase(found);
            } else {
                wheel.add(fragment, found->second);
            }
        }
        // Nothing is left behind: all that is more than a tick late has been given out.
        if (random() % 64 == 0) {
            for (const auto& [left, deadline] : deadlines) {
                QVERIFY(deadline > now - DeadlineWheel::kTickMs);
            }
        }
        if (random() % 8 == 0 && next < 60'000) add(static_cast<std::int64_t>(random() % 5000));
    }
    QCOMPARE(wheel.size(), std::size_t{1});
}

void KeyspaceTableTest::colliding_prefixes_do_not_grow_the_directory() {
    BackgroundFree background;
    KeyHasher hasher(7);
    SlabPool pool;
    SlabArena entries;
    SlabArena groups;
    entries.set_pool(pool);
    groups.set_pool(pool);
    Keyspace keys(background, hasher);
    RecordingObserver observer;
    Database db(keys, 0, {.now = kNow}, observer);
    // Keys of one shard whose hashes share eight more bits: a thousandth of a thousandth would be
    // needed to fill a group, so this takes what comes by.
    std::vector<std::string> chosen;
    for (std::uint64_t i = 0; chosen.size() < 400; ++i) {
        const KeyHash hash = keys.hash(key_of(i));
        if (hash.shard().value == 5 && hash.position() >> 58 == 9) chosen.push_back(key_of(i));
    }
    for (const std::string& key : chosen) db.put_string(key, "x");
    for (const std::string& key : chosen) QVERIFY(db.find_read(key) != nullptr);
    QVERIFY(keys.overhead(0) < 400 * 40);
    for (const std::string& key : chosen) QVERIFY(db.erase(key));
    QCOMPARE(keys.size(0), std::size_t{0});
}

void KeyspaceTableTest::a_bucket_is_scanned_slot_by_slot() {
    std::mt19937_64 random(test_seed());
    alignas(64) std::array<std::atomic<std::uint64_t>, BucketScan::kSlots> words;
    for (int i = 0; i < 100'000; ++i) {
        // Few tags, so that they meet; addresses with halves of zeros, which are not free slots.
        const auto tag = static_cast<std::uint16_t>(random() % 3 * 0x7fff);
        for (auto& word : words) {
            const std::uint64_t address = random() % 4 == 0 ? 0x1230000 : random() >> 16 | 1;
            word = random() % 3 == 0 ? 0 : random() % 3 * 0x7fff << 48 | address;
        }
        std::vector<std::uint32_t> expected, found;
        bool free = false;
        const bool skips = random() % 2 == 0;
        for (std::uint32_t k = skips ? 1 : 0; k < words.size(); ++k) {
            free = free || words[k] == 0;
            if (words[k] != 0 && words[k] >> 48 == tag) expected.push_back(k);
        }
        BucketScan scan(words.data(), tag);
        if (skips) scan.skip_first();
        QCOMPARE(scan.any_free(), free);
        for (; scan.any_match(); scan.next_match()) found.push_back(scan.match());
        QCOMPARE(found, expected);
    }
}

QTEST_GUILESS_MAIN(KeyspaceTableTest)
#include "keyspace_table.moc"
