// SPDX-License-Identifier: Apache-2.0
//
// What commands see of the keys: values in all their shapes, deadlines, moves, big strings, memory.
#include <QtTest>
#include <mutex>

#include "engine/keyspace/clock.h"
#include "engine/keyspace/keyspace.h"
#include "engine/memory/account.h"
#include "engine/types/collections.h"
#include "tests/engine/keyspace_fixture.h"

using namespace millpond::engine;

namespace {
constexpr UnixMillis kNow = 1'700'000'000'000;
}

class KeyspaceDatabaseTest : public QObject {
    Q_OBJECT

private slots:
    void strings_read_as_they_were_written();
    void looking_ahead_changes_nothing();
    void replacing_changes_shape_and_keeps_the_deadline_only_when_asked();
    void strings_grow_in_all_sizes();
    void a_shared_buffer_is_not_changed_under_its_reader();
    void expired_keys_are_gone_and_told();
    void replicas_hide_and_appliers_see_expired_keys();
    void collections_live_and_die_with_their_keys();
    void moving_and_copying_keep_value_and_deadline();
    void long_keys_work();
    void counts_of_volatile_keys_are_exact();
    void clocks_follow_use();
    void flushing_gives_all_memory_back();
    void swapping_exchanges_databases();
};

void KeyspaceDatabaseTest::strings_read_as_they_were_written() {
    KeyspaceFixture fixture;
    Database db = fixture.at(kNow);
    const std::vector<std::string> values = {"",
                                             "0",
                                             "-1",
                                             "00",
                                             "-0",
                                             "+1",
                                             "2147483647",
                                             "2147483648",
                                             "-9223372036854775808",
                                             "9223372036854775807",
                                             "9223372036854775808",
                                             "hello",
                                             std::string(44, 'e'),
                                             std::string(45, 'r'),
                                             std::string(16 * 1024, 'b'),
                                             std::string(16 * 1024 + 1, 'B'),
                                             std::string(1'000'000, 'M'),
                                             std::string("a\0b", 3)};
    for (const std::string& first : values) {
        for (const std::string& second : values) {
            db.put_string("k", first);
            QCOMPARE(text_of(db.find_read("k")), first);
            db.put_string("k", second);
            QCOMPARE(text_of(db.find_read("k")), second);
            QCOMPARE(db.find_read("k")->string_length(), second.size());
        }
    }
    db.put_string("k", "12");
    QVERIFY(db.find_read("k")->string_is_integer());
    QCOMPARE(db.find_read("k")->encoding_name(), std::string_view("int"));
    db.put_string("k", std::string(44, 'e'));
    QCOMPARE(db.find_read("k")->encoding_name(), std::string_view("embstr"));
    db.put_string("k", std::string(45, 'e'));
    QCOMPARE(db.find_read("k")->encoding_name(), std::string_view("raw"));
}

void KeyspaceDatabaseTest::replacing_changes_shape_and_keeps_the_deadline_only_when_asked() {
    KeyspaceFixture fixture;
    Database db = fixture.at(kNow);
    db.put_string_until("k", "one", kNow + 1000);
    QCOMPARE(db.find_read("k")->expiry(), kNow + 1000);
    db.put_string("k", "two", Database::Ttl::keep);
    QCOMPARE(db.find_read("k")->expiry(), kNow + 1000);
    db.put_string("k", std::string(500, 'x'), Database::Ttl::keep);
    QCOMPARE(db.find_read("k")->expiry(), kNow + 1000);
    db.put_string("k", "three");
    QVERIFY(!db.find_read("k")->has_expiry());
    Entry* entry = db.set_expiry(*db.find_write("k"), kNow + 5);
    QCOMPARE(entry->expiry(), kNow + 5);
    QCOMPARE(text_of(entry), std::string("three"));
    entry = db.clear_expiry(*entry);
    QVERIFY(!entry->has_expiry());
    QCOMPARE(text_of(entry), std::string("three"));
    QCOMPARE(fixture.keys.volatile_size(0), std::size_t{0});
}

void KeyspaceDatabaseTest::strings_grow_in_all_sizes() {
    KeyspaceFixture fixture;
    Database db = fixture.at(kNow);
    std::string expected = "7";
    db.put_string_until("k", expected, kNow + 1000);
    for (std::size_t step = 1; expected.size() < 100'000; step = step * 5 / 4 + 1) {
        const std::size_t before = expected.size();
        expected.append(step, static_cast<char>('a' + step % 26));
        auto edited = db.edit_string(*db.find_write("k"), expected.size());
        QCOMPARE(edited.size, expected.size());
        for (std::size_t i = before; i < expected.size(); ++i) QCOMPARE(edited.data[i], '\0');
        std::copy(expected.begin() + static_cast<std::ptrdiff_t>(before), expected.end(),
                  edited.data + before);
        QVERIFY(text_of(db.find_read("k")) == expected);
        QCOMPARE(db.find_read("k")->encoding_name(), std::string_view("raw"));
        QCOMPARE(db.find_read("k")->expiry(), kNow + 1000);
    }
}

void KeyspaceDatabaseTest::a_shared_buffer_is_not_changed_under_its_reader() {
    KeyspaceFixture fixture;
    Database db = fixture.at(kNow);
    const std::string big(50'000, 'a');
    db.put_string("k", big);
    BufferRef reader(*db.find_read("k")->string_buffer());
    auto edited = db.edit_string(*db.find_write("k"), big.size() + 10);
    edited.data[0] = 'z';
    QVERIFY(reader.bytes() == big);
    db.erase("k");
    QVERIFY(reader.bytes() == big);
}

void KeyspaceDatabaseTest::expired_keys_are_gone_and_told() {
    KeyspaceFixture fixture;
    {
        Database db = fixture.at(kNow);
        for (const char* key : {"a", "b", "c", "d", "e"}) db.put_string_until(key, "v", kNow + 10);
    }
    Database later = fixture.at(kNow + 10);
    QVERIFY(later.find_read("a") == nullptr);
    QVERIFY(later.find_write("b") == nullptr);
    QVERIFY(!later.erase("c"));
    later.put_string("d", "new", Database::Ttl::keep);
    QVERIFY(!later.find_read("d")->has_expiry());
    const RecordingObserver::Events expected = {{0, "a"}, {0, "b"}, {0, "c"}, {0, "d"}};
    QVERIFY(fixture.observer.expiries == expected);
    QVERIFY(later.peek("e") == nullptr);
    QCOMPARE(fixture.keys.size(0), std::size_t{2});
    QCOMPARE(fixture.keys.counters().expired.sum(), std::int64_t{4});
}

void KeyspaceDatabaseTest::replicas_hide_and_appliers_see_expired_keys() {
    KeyspaceFixture fixture;
    fixture.at(kNow).put_string_until("k", "v", kNow + 10);
    Database replica(fixture.keys, 0, {.now = kNow + 20, .expire = false}, fixture.observer);
    QVERIFY(replica.find_read("k") == nullptr);
    QVERIFY(replica.find_write("k") == nullptr);
    QCOMPARE(fixture.keys.size(0), std::size_t{1});
    Database applier(fixture.keys, 0, {.now = kNow + 20, .expire = false, .ignore_expiry = true},
                     fixture.observer);
    QVERIFY(applier.find_write("k") != nullptr);
    applier.put_string("k", "w", Database::Ttl::keep);
    QCOMPARE(applier.find_read("k")->expiry(), kNow + 10);
    QVERIFY(applier.erase("k"));
    QVERIFY(fixture.observer.expiries.empty());
}

void KeyspaceDatabaseTest::collections_live_and_die_with_their_keys() {
    KeyspaceFixture fixture;
    Database db = fixture.at(kNow);
    Entry* entry = db.find_or_create<Set>("s");
    QVERIFY(entry != nullptr);
    Set(entry->object()).add("member");
    QVERIFY(db.find_or_create<Hash>("s") == nullptr);
    entry = db.set_expiry(*db.find_write("s"), kNow + 1000);
    QVERIFY(Set(entry->object()).contains("member"));
    QVERIFY(!db.erase_if_empty("s"));
    Set(entry->object()).erase("member");
    QVERIFY(db.erase_if_empty("s"));
    QCOMPARE(fixture.keys.size(0), std::size_t{0});
    QCOMPARE(fixture.keys.volatile_size(0), std::size_t{0});

    entry = db.find_or_create<Set>("big");
    for (int i = 0; i < 10'000; ++i) Set(entry->object()).add("m" + std::to_string(i));
    const std::size_t freed = fixture.background.freed();
    QVERIFY(db.erase("big"));
    fixture.background.drain();
    QCOMPARE(fixture.background.freed(), freed + 1);
    db.find_or_create<Set>("s");
    db.put_string("s", "string now");
    QCOMPARE(text_of(db.find_read("s")), std::string("string now"));
}

void KeyspaceDatabaseTest::moving_and_copying_keep_value_and_deadline() {
    KeyspaceFixture fixture;
    Database db = fixture.at(kNow);
    Database other = fixture.at(kNow, 1);
    const std::string big(20'000, 'q');
    db.put_string_until("a", big, kNow + 500);
    db.put_string("b", "victim");
    QVERIFY(db.move("a", db, "b"));
    QVERIFY(db.find_read("a") == nullptr);
    QVERIFY(text_of(db.find_read("b")) == big);
    QCOMPARE(db.find_read("b")->expiry(), kNow + 500);
    QVERIFY(!db.move("a", db, "c"));
    QVERIFY(db.move("b", other, "b"));
    QVERIFY(db.find_read("b") == nullptr);
    other.copy(*other.find_read("b"), db, "copy");
    auto edited = other.edit_string(*other.find_write("b"), big.size());
    edited.data[0] = '!';
    QVERIFY(text_of(db.find_read("copy")) == big);
    QCOMPARE(db.find_read("copy")->expiry(), kNow + 500);

    Entry* entry = db.find_or_create<List>("l");
    List(entry->object()).push_back("x");
    db.copy(*db.find_read("l"), db, "l2");
    List(db.find_write("l")->object()).push_back("y");
    QCOMPARE(List(db.find_write("l2")->object()).size(), std::size_t{1});
    QCOMPARE(fixture.keys.volatile_size(0), std::size_t{1});
    QCOMPARE(fixture.keys.volatile_size(1), std::size_t{1});
}

void KeyspaceDatabaseTest::long_keys_work() {
    KeyspaceFixture fixture;
    Database db = fixture.at(kNow);
    for (const std::size_t length : {0, 1, 254, 255, 256, 70'000}) {
        const std::string key(length, 'k');
        db.put_string(key, "v" + std::to_string(length));
        Entry* entry = db.set_expiry(*db.find_write(key), kNow + 9);
        QVERIFY(entry->key() == key);
        QCOMPARE(text_of(db.find_read(key)), "v" + std::to_string(length));
        QVERIFY(db.erase(key));
    }
}

void KeyspaceDatabaseTest::counts_of_volatile_keys_are_exact() {
    const std::uint64_t seed = test_seed();
    std::mt19937_64 random(seed);
    KeyspaceFixture fixture(seed);
    UnixMillis now = kNow;
    for (int i = 0; i < 100'000; ++i) {
        now += static_cast<UnixMillis>(random() % 3);
        Database db = fixture.at(now);
        const std::string key = "k" + std::to_string(random() % 500);
        const UnixMillis until = now + static_cast<UnixMillis>(random() % 1000);
        switch (random() % 7) {
            case 0:
                db.put_string(key, "plain");
                break;
            case 1:
                db.put_string_until(key, "until", until);
                break;
            case 2:
                db.put_string(key, std::string(random() % 100, 'k'), Database::Ttl::keep);
                break;
            case 3:
                db.erase(key);
                break;
            case 4:
                if (Entry* entry = db.find_write(key)) db.set_expiry(*entry, until);
                break;
            case 5:
                if (Entry* entry = db.find_write(key)) db.clear_expiry(*entry);
                break;
            default:
                db.move(key, db, "m" + std::to_string(random() % 500));
        }
    }
    std::size_t count = 0;
    fixture.keys.for_each(0, [&](Entry& entry) {
        count += entry.has_expiry();
        return true;
    });
    QCOMPARE(fixture.keys.volatile_size(0), count);
}

void KeyspaceDatabaseTest::clocks_follow_use() {
    KeyspaceFixture fixture;
    fixture.at(kNow).put_string("k", "v");
    QCOMPARE(idle_seconds(*fixture.at(kNow).peek("k"), kNow + 9'000), 9u);
    fixture.at(kNow + 5'000).find_read("k");
    QCOMPARE(idle_seconds(*fixture.at(kNow).peek("k"), kNow + 9'000), 4u);
    Database silent(fixture.keys, 0, {.now = kNow + 8'000, .no_touch = true}, fixture.observer);
    silent.find_read("k");
    silent.find_untouched("k");
    QCOMPARE(idle_seconds(*fixture.at(kNow).peek("k"), kNow + 9'000), 4u);

    fixture.keys.clocks().lfu = true;
    fixture.at(kNow).put_string("f", "v");
    const ClockSettings& clocks = fixture.keys.clocks();
    QCOMPARE(frequency(*fixture.at(kNow).peek("f"), clocks, kNow), std::uint8_t{5});
    for (int i = 0; i < 10'000; ++i) fixture.at(kNow).find_read("f");
    const int hot = frequency(*fixture.at(kNow).peek("f"), clocks, kNow);
    QVERIFY(hot > 15 && hot < 120);
    QCOMPARE(frequency(*fixture.at(kNow).peek("f"), clocks, kNow + 10 * 60'000),
             static_cast<std::uint8_t>(hot - 10));
}

void KeyspaceDatabaseTest::flushing_gives_all_memory_back() {
    KeyspaceFixture fixture;
    const std::size_t before = used_memory();
    Database db = fixture.at(kNow);
    for (int i = 0; i < 100'000; ++i) {
        db.put_string_until("key" + std::to_string(i),
                            std::string(static_cast<std::size_t>(i) % 90, 'v'), kNow + i);
    }
#ifndef MILLPOND_SANITIZED
    QVERIFY(used_memory() > before + 5'000'000);
#endif
    QCOMPARE(fixture.keys.flush_all(), std::size_t{100'000});
    QCOMPARE(fixture.keys.size(0), std::size_t{0});
    fixture.observer = {};
    fixture.background.drain();
    QVERIFY(used_memory() < before + 300'000);
    QVERIFY(db.find_read("key1") == nullptr);
    db.put_string("key1", "again");
    QCOMPARE(text_of(db.find_read("key1")), std::string("again"));
}

void KeyspaceDatabaseTest::swapping_exchanges_databases() {
    KeyspaceFixture fixture;
    fixture.at(kNow, 2).put_string("k", "two");
    fixture.at(kNow, 7).put_string_until("k", "seven", kNow + 5);
    fixture.keys.swap(2, 7);
    QCOMPARE(text_of(fixture.at(kNow, 2).find_read("k")), std::string("seven"));
    QCOMPARE(text_of(fixture.at(kNow, 7).find_read("k")), std::string("two"));
    QCOMPARE(fixture.keys.volatile_size(2), std::size_t{1});
}

/// Members of every form of every type, and of keys that have none or are not there.
void KeyspaceDatabaseTest::looking_ahead_changes_nothing() {
    KeyspaceFixture fixture;
    Database db = fixture.at(kNow);
    std::vector<std::string> names = {"absent", "string"};
    db.put_string("string", "x");
    for (const int size : {1, 1000}) {
        const std::string suffix = std::to_string(size);
        Hash hash(db.find_or_create<Hash>("hash" + suffix)->object());
        Hash timed(db.find_or_create<Hash>("timed" + suffix)->object());
        Set set(db.find_or_create<Set>("set" + suffix)->object());
        Set integers(db.find_or_create<Set>("integers" + suffix)->object());
        SortedSet sorted(db.find_or_create<SortedSet>("sorted" + suffix)->object());
        List list(db.find_or_create<List>("list" + suffix)->object());
        for (int i = 0; i < size; ++i) {
            const std::string member = "member:" + std::to_string(i);
            hash.set(member, "v");
            timed.set(member, "v");
            set.add(member);
            integers.add(std::to_string(i));
            sorted.set(member, i);
            list.push_back(member);
        }
        timed.set_deadline("member:0", kNow + 1000);
        for (const char* name : {"hash", "timed", "set", "integers", "sorted", "list"})
            names.push_back(name + suffix);
    }
    std::vector<KeyHash> keys;
    std::vector<Keyspace::MemberHint> hints;
    const std::vector<std::string> members = {"member:0", "member:999", "7", "", "nobody"};
    for (const std::string& name : names) {
        keys.push_back(fixture.keys.hash(name));
        for (const std::string& member : members) hints.push_back({keys.back(), member});
    }
    for (const int database : {0, 1}) {  // 1 has no tables
        fixture.keys.prefetch(keys, database);
        fixture.keys.prefetch_members(hints, database);
    }
    // A shard that somebody else holds is passed by; afterwards none is held.
    const std::unique_lock held(fixture.keys.shard(keys[0].shard()));
    fixture.keys.prefetch_members(hints, 0);
    for (int i = 0; i < Keyspace::kShards; ++i) {
        if (i == keys[0].shard().value) continue;
        QVERIFY(fixture.keys.shard(i).try_lock());
        fixture.keys.shard(i).unlock();
    }
    QCOMPARE(fixture.keys.size(0), names.size() - 1);
}

QTEST_GUILESS_MAIN(KeyspaceDatabaseTest)
#include "keyspace_database.moc"
