// SPDX-License-Identifier: Apache-2.0
//
// Goals: what is written in RDB format reads back the same; nothing malformed crashes or is taken
// for data; a walk under concurrent writes gives the data exactly as it was at the cut.
#include <sys/stat.h>

#include <QtTest>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <filesystem>
#include <map>
#include <mutex>
#include <thread>

#include "engine/lanes/gate.h"
#include "engine/snapshot/crc64.h"
#include "engine/snapshot/loader.h"
#include "engine/snapshot/packed.h"
#include "engine/snapshot/rdb_file.h"
#include "engine/snapshot/rdb_reader.h"
#include "engine/snapshot/rdb_writer.h"
#include "engine/snapshot/spool.h"
#include "engine/snapshot/walker.h"
#include "engine/types/stream.h"
#include "tests/engine/keyspace_fixture.h"

using namespace millpond::engine;

namespace {

using Dump = std::map<std::pair<int, std::string>, std::string>;

/// Everything: entries, ids and counters, groups, who has what pending since when.
std::string describe_stream(const Stream& stream) {
    std::string out;
    stream.for_range({}, StreamId::max(), false, [&](const StreamEntry& entry) {
        out += "," + entry.id().text();
        entry.for_each([&](Bytes field, Bytes value) {
            out += " " + std::string(field) + "=" + std::string(value);
        });
        return true;
    });
    for (const StreamId& id : {stream.last_id(), stream.first_id(), stream.max_deleted_id()}) {
        out += " " + id.text();
    }
    out += " " + std::to_string(stream.entries_added());
    for (const auto& [name, group] : stream.groups()) {
        out += " group " + name + " " + group->last_id.text() + " " +
               std::to_string(group->entries_read);
        const auto& pending = group->pending();
        for (auto at = pending.begin(); at != pending.end(); at = pending.next(at)) {
            const auto& [id, value] = pending.at(at);
            out += " " + id.text() + ":" + *value.consumer->name + "/" +
                   std::to_string(value.delivered_ms) + "/" + std::to_string(value.deliveries);
        }
        for (const auto& [consumer, what] : group->consumers()) {
            out += " " + consumer + "@" + std::to_string(what.seen_ms) + "*" +
                   std::to_string(what.pending.size());
        }
    }
    return out;
}

/// An entry in words that do not depend on its encoding.
std::string describe(Entry& entry) {
    std::string out(type_name(entry.type()));
    if (entry.has_expiry()) out += " until " + std::to_string(entry.expiry());
    std::multimap<std::string, std::string> parts;
    switch (entry.type()) {
        case Type::string:
            return out + " " + text_of(&entry);
        case Type::list:
            List(entry.object()).for_each([&](Bytes e) {
                out += "," + std::string(e);
                return true;
            });
            return out;
        case Type::set:
            Set(entry.object()).for_each([&](Bytes m) {
                parts.emplace(m, "");
                return true;
            });
            break;
        case Type::sorted_set:
            SortedSet(entry.object()).for_each([&](Bytes m, double score) {
                char text[64];
                std::snprintf(text, sizeof text, "%.17g", score);
                parts.emplace(m, text);
                return true;
            });
            break;
        case Type::stream:
            return out + describe_stream(Stream::of(entry.object()));
        default:
            Hash(entry.object()).for_each([&](Bytes f, Bytes v) {
                parts.emplace(f, v);
                return true;
            });
    }
    for (const auto& [a, b] : parts) out += "," + a + "=" + b;
    return out;
}

Dump dump(Keyspace& keys) {
    Dump out;
    for (int db = 0; db < Keyspace::kDatabases; ++db) {
        keys.for_each(db, [&](Entry& entry) {
            out[{db, std::string(entry.key())}] = describe(entry);
            return true;
        });
    }
    return out;
}

std::string random_text(std::mt19937_64& random, std::size_t max) {
    switch (random() % 4) {
        case 0:
            return std::to_string(static_cast<std::int64_t>(random()) >> (random() % 64));
        case 1:
            return std::string(random() % (max + 1), static_cast<char>('a' + random() % 3));
        default: {
            std::string text(random() % (max + 1), '\0');
            for (char& c : text) c = static_cast<char>(random());
            return text;
        }
    }
}

/// Adds and deletes entries of a stream, and has a group given some and acknowledge others.
void random_stream_write(std::mt19937_64& random, Stream& stream) {
    for (int i = 0; i < 6; ++i) {
        const std::string a = random_text(random, 70), b = random_text(random, 90);
        const Bytes words[] = {"field", a, random() % 3 == 0 ? Bytes(b) : Bytes("other"), b};
        StreamId id = stream.last_id();
        id.ms += random() % 3;
        id.seq = id.ms == stream.last_id().ms ? id.seq + 1 : random() % 3;
        stream.append(id, words);
    }
    const std::string name = "g" + std::to_string(random() % 2);
    StreamGroup* group = stream.find_group(name);
    if (group == nullptr) group = stream.create_group(name, {}, -1);
    const std::string who = "c" + std::to_string(random() % 3);
    StreamConsumer* consumer = group->find(who);
    if (consumer == nullptr) consumer = group->create(who, static_cast<int>(random() % 100000));
    stream.for_range(group->last_id, StreamId::max(), false, [&](const StreamEntry& entry) {
        if (random() % 3 == 0) group->give(entry.id(), *consumer) = {4000, random() % 9, consumer};
        group->last_id = entry.id();
        return random() % 8 != 0;
    });
    if (random() % 2 == 0 && !group->pending().empty()) {
        group->acknowledge(group->pending().at(group->pending().begin()).id);
    }
    if (random() % 2 == 0 && stream.erase(stream.first_id())) stream.find_first_id();
}

/// Creates, changes or removes one random key.
void random_write(std::mt19937_64& random, Database& db, Bytes key) {
    switch (random() % 11) {
        case 0:
            db.erase(key);
            return;
        case 1:
            if (Entry* entry = db.find_write(key))
                db.set_expiry(*entry, 4000000000000 + static_cast<int>(random() % 1000));
            return;
        case 2:
        case 3:
            db.put_string(key, random_text(random, random() % 50 == 0 ? 40000 : 60));
            return;
        case 4:
            if (Entry* entry = db.find_or_create<List>(key)) {
                for (int i = 0; i < 5; ++i)
                    List(entry->object()).push_back(random_text(random, 300));
                if (random() % 20 == 0)
                    List(entry->object()).push_front(random_text(random, 20000));
            }
            return;
        case 5:
            if (Entry* entry = db.find_or_create<Set>(key)) {
                for (int i = 0; i < 8; ++i)
                    Set(entry->object()).add(std::to_string(random() % 100000));
                if (random() % 3 == 0) Set(entry->object()).add(random_text(random, 80));
            }
            return;
        case 6:
        case 7:
            if (Entry* entry = db.find_or_create<SortedSet>(key)) {
                for (int i = 0; i < 6; ++i) {
                    const double score =
                        static_cast<double>(static_cast<std::int64_t>(random())) / 1e10;
                    SortedSet(entry->object())
                        .set(random_text(random, 70), random() % 9 == 0 ? -HUGE_VAL : score);
                }
            }
            return;
        case 8:
            if (Entry* entry = db.find_or_create<Stream>(key)) {
                random_stream_write(random, Stream::of(entry->object()));
            }
            return;
        default:
            if (Entry* entry = db.find_or_create<Hash>(key)) {
                for (int i = 0; i < 6; ++i)
                    Hash(entry->object()).set(random_text(random, 70), random_text(random, 90));
            }
    }
}

class StringSink final : public SnapshotSink {
public:
    bool write(Bytes bytes) override {
        data += bytes;
        if (meanwhile) meanwhile();
        return !refuse;
    }
    std::string error() const override { return "refused"; }
    std::string data;
    std::function<void()> meanwhile;  ///< called between two pieces
    bool refuse = false;
};

/// Tells a walk, while there is one, of changes.
class Observer final : public KeyspaceObserver {
public:
    explicit Observer(std::atomic<KeyspaceObserver*>& hook) : hook_(hook) {}
    void before_change(int db, Entry& entry, KeyHash hash) override {
        if (KeyspaceObserver* observer = hook_.load()) observer->before_change(db, entry, hash);
    }
    void expired(int, Bytes) override {}
    void evicted(int, Bytes) override {}

private:
    std::atomic<KeyspaceObserver*>& hook_;
};

constexpr std::array<Bytes, 5> kBigKeys{"list", "set", "sorted set", "hash", "stream"};

/// One more element, first or last where there is an order.
void add_element(std::mt19937_64& random, Database& db, Bytes key) {
    const std::string text = random_text(random, 30) + std::to_string(random());
    if (key == "list") {
        List list(db.find_or_create<List>(key)->object());
        random() % 2 == 0 ? list.push_front(text) : list.push_back(text);
    } else if (key == "set") {
        Set(db.find_or_create<Set>(key)->object()).add(text);
    } else if (key == "sorted set") {
        SortedSet(db.find_or_create<SortedSet>(key)->object())
            .set(text, static_cast<double>(random() % 1000) / 7);
    } else if (key == "hash") {
        Hash(db.find_or_create<Hash>(key)->object()).set(text, random_text(random, 30));
    } else {
        random_stream_write(random, Stream::of(db.find_or_create<Stream>(key)->object()));
    }
}

/// Takes one away that a walk from either end, or in no order, may have passed or not.
void take_element(std::mt19937_64& random, Database& db, Bytes key) {
    Entry* entry = db.find_write(key);
    if (entry == nullptr) return;
    if (key == "list") {
        List list(entry->object());
        list.erase(random() % list.size(), 1);
    } else if (key == "sorted set") {
        SortedSet set(entry->object());
        set.erase_range(random() % set.size(), 1);
    } else if (key == "set") {
        std::string member;
        Set(entry->object()).random(random(), [&](Bytes text) { member = text; });
        Set(entry->object()).erase(member);
    } else if (key == "hash") {
        std::string field;
        Hash(entry->object()).random(random(), [&](Bytes text, Bytes) { field = text; });
        Hash(entry->object()).erase(field);
    } else {
        Stream& stream = Stream::of(entry->object());
        if (stream.erase(stream.first_id())) stream.find_first_id();
    }
}

std::string finished(std::string body) {
    RdbWriter head, tail;
    head.begin({}, {});
    tail.end();
    std::string data = head.chunk().bytes + body + tail.chunk().bytes;
    const std::uint64_t crc = crc64(0, data);
    data.append(reinterpret_cast<const char*>(&crc), 8);
    return data;
}

struct Loading {
    Loading() : flag(gate.join("test")) {}
    RdbReadResult read(Bytes bytes) {
        MemorySource source(bytes);
        KeyspaceLoader loader(fixture.keys, gate, *flag, 0);
        return read_rdb(source, loader);
    }
    KeyspaceFixture fixture;
    Gate gate;
    std::unique_ptr<GateFlag> flag;
};

/// Big collections, and a walk over them that is told of what is changed through `db`.
struct BigWalk {
    BigWalk(std::mt19937_64& random)
        : fixture(random()),
          flag(gate.join("walk")),
          mine(gate.join("writer")),
          walker(fixture.keys, gate, [this](KeyspaceObserver* to) { hook.store(to); }),
          observer(hook),
          db(fixture.keys, 0, {.now = 1000}, observer) {
        constexpr int kElements = 5000;
        for (const Bytes key : kBigKeys) {
            for (int i = 0; i < kElements; ++i) add_element(random, db, key);
        }
    }
    /// The data as it is at the cut.
    Dump cut(const SnapshotOptions& options = {}) {
        Dump data;
        gate.run_exclusive(*flag, "cut", [&] {
            data = dump(fixture.keys);
            walker.cut(options);
        });
        return data;
    }

    KeyspaceFixture fixture;
    Gate gate;
    std::unique_ptr<GateFlag> flag, mine;
    std::atomic<KeyspaceObserver*> hook{nullptr};
    SnapshotWalker walker;
    Observer observer;
    Database db;
};

std::vector<std::string> read_all(bool (*reader)(Bytes, PackedVisitor), Bytes bytes,
                                  bool expected = true) {
    std::vector<std::string> out;
    const bool ok = reader(bytes, [&](Bytes e) {
        out.emplace_back(e);
        return true;
    });
    if (ok != expected) return {"(unexpected outcome)"};
    return out;
}

using namespace std::string_literals;
using Words = std::vector<std::string>;

}  // namespace

class SnapshotTest : public QObject {
    Q_OBJECT

private slots:
    void checksumIsRedis();
    void listpackReadsBack();
    void oldPackedEncodings();
    void whatIsWrittenReadsBack();
    void oldFilesAndUnknownPartsAnswerClearly();
    void noTruncationOrCorruptionGetsThrough();
    void aWalkGivesTheCutWhateverIsWritten();
    void aBigCollectionIsWrittenThoughItChanges();
    void aFlushWithinABigCollectionEndsTheWalk();
    void aWalkThatFailsLeavesTheNextOneWhole();
    void theSpoolSpillsAndReadsBack();
    void theSpoolGivesItsFileBackAsItIsRead();
    void aFileThatCannotBeWrittenLeavesTheOldOne();
};

void SnapshotTest::checksumIsRedis() {
    QCOMPARE(crc64(0, "123456789"), 0xe9c6d914c4b8d9caULL);
    std::string text(1000, 'x');
    std::uint64_t split = crc64(0, std::string_view(text).substr(0, 13));
    split = crc64(split, std::string_view(text).substr(13));
    QCOMPARE(split, crc64(0, text));
}

void SnapshotTest::listpackReadsBack() {
    std::mt19937_64 random(test_seed());
    ListpackWriter writer;
    Words words{"0",
                "-1",
                "127",
                "128",
                "-4096",
                "4095",
                "4096",
                "-4097",
                "32767",
                "-32768",
                "32768",
                "8388607",
                "-8388608",
                "8388608",
                "2147483647",
                "-2147483648",
                "2147483648",
                "9223372036854775807",
                "-9223372036854775808",
                "9223372036854775808",
                "-0",
                "01",
                "+1",
                "",
                std::string(63, 'x'),
                std::string(64, 'x'),
                std::string(4095, 'y'),
                std::string(4096, 'z'),
                std::string(100000, 'q')};
    for (int i = 0; i < 2000; ++i) words.push_back(random_text(random, 200));
    for (const std::string& word : words) writer.add(word);
    const std::string packed = writer.take();
    QVERIFY(read_all(read_listpack, packed) == words);
    for (std::size_t cut = 0; cut < 300; ++cut) {
        read_all(read_listpack, packed.substr(0, cut), false);
        QVERIFY(!read_listpack(packed.substr(0, cut), [](Bytes) { return true; }));
    }
    writer.add("again");
    QCOMPARE(read_all(read_listpack, writer.take()), Words{"again"});
}

void SnapshotTest::oldPackedEncodings() {
    // A ziplist of "a", 5, 1000, -70000, and a string of 70 bytes, as Redis 2.6 to 6.2 wrote it.
    const std::string body = "\x00\x01"s + "a" + "\x03\xf6" + "\x02\xc0\xe8\x03" +
                             "\x04\xf0\x90\xee\xfe" + "\x05\x40\x46" + std::string(70, 'b');
    std::string ziplist(10, '\0');
    ziplist += body + "\xff";
    const auto total = static_cast<std::uint32_t>(ziplist.size());
    std::memcpy(ziplist.data(), &total, 4);
    const std::uint32_t tail = total - 1 - (1 + 2 + 70);  // where the last element begins
    std::memcpy(ziplist.data() + 4, &tail, 4);
    ziplist[8] = 5;
    QCOMPARE(read_all(read_ziplist, ziplist),
             (Words{"a", "5", "1000", "-70000", std::string(70, 'b')}));
    for (std::size_t cut = 0; cut < ziplist.size(); ++cut) {
        QVERIFY(!read_ziplist(ziplist.substr(0, cut), [](Bytes) { return true; }));
    }
    ziplist[4] ^= 1;
    QVERIFY(!read_ziplist(ziplist, [](Bytes) { return true; }));
    ziplist[4] ^= 1;
    ziplist[13] ^= 2;  // no longer the length that the next element tells
    QVERIFY(!read_ziplist(ziplist, [](Bytes) { return true; }));

    const std::string zipmap = "\x02\x03"s + "foo" + "\x03\x02"s + "bar" + "\0\0"s + "\x05"s +
                               "hello" + "\x05\x00"s + "world" + "\xff";
    QCOMPARE(read_all(read_zipmap, zipmap), (Words{"foo", "bar", "hello", "world"}));
    for (std::size_t cut = 0; cut < zipmap.size(); ++cut) {
        QVERIFY(!read_zipmap(zipmap.substr(0, cut), [](Bytes) { return true; }));
    }

    for (const std::vector<std::int64_t>& values :
         {std::vector<std::int64_t>{-5, 0, 7}, {-40000, 1}, {-1, 1, INT64_MAX}, {INT64_MIN, 0}}) {
        const std::string packed = write_intset(values.data(), values.size());
        Words words;
        for (std::int64_t v : values) words.push_back(std::to_string(v));
        QCOMPARE(read_all(read_intset, packed), words);
    }
    const std::int64_t unsorted[] = {2, 1};
    QVERIFY(!read_intset(write_intset(unsorted, 2), [](Bytes) { return true; }));
}

void SnapshotTest::whatIsWrittenReadsBack() {
    std::mt19937_64 random(test_seed());
    for (const bool compress : {false, true}) {
        KeyspaceFixture source(random());
        for (int i = 0; i < 3000; ++i) {
            Database db = source.at(1000, static_cast<int>(random() % 3));
            random_write(
                random, db,
                "key:" + std::to_string(random() % 400) + std::string(random() % 300, 'k'));
        }
        RdbWriter writer({.compress = compress});
        for (int db = 0; db < Keyspace::kDatabases; ++db) {
            writer.select_db(db);
            source.keys.for_each(db, [&](Entry& entry) {
                writer.entry(entry);
                return true;
            });
        }
        std::string body;
        writer.chunk().for_each([&](Bytes bytes) {
            body += bytes;
            return true;
        });
        QCOMPARE(writer.chunk().size(), body.size());
        Loading loading;
        const std::string data = finished(body);
        const RdbReadResult result = loading.read(data);
        QVERIFY2(!result.error, result.error.value_or("").c_str());
        QCOMPARE(result.bytes, data.size());
        const Dump expected = dump(source.keys);
        QVERIFY(expected.size() > 200);
        QVERIFY(dump(loading.fixture.keys) == expected);
    }
}

void SnapshotTest::oldFilesAndUnknownPartsAnswerClearly() {
    Loading loading;
    // Version 1: no checksum; expiry in seconds; a score in digits.
    const std::string old = "REDIS0001\xfe\x01"s + "\xfd\x00\x28\x6b\xee"s + "\x00\x01k\x01v"s +
                            "\x03\x01z\x02\x01"s + "a" + "\x03" + "1.5" + "\x01"s + "b" + "\xfe" +
                            "\xff";
    const RdbReadResult result = loading.read(old);
    QVERIFY2(result.error, "an expiry before 1970 must be refused");
    const std::string good = "REDIS0001\xfe\x01"s + "\xfd\x00\x28\x6b\x6e"s + "\x00\x01k\x01v"s +
                             "\x03\x01z\x02\x01"s + "a" + "\x03" + "1.5" + "\x01"s + "b" + "\xfe" +
                             "\xff";
    const RdbReadResult fine = loading.read(good);
    QVERIFY2(!fine.error, fine.error.value_or("").c_str());
    const Dump loaded = dump(loading.fixture.keys);
    QCOMPARE(loaded.at({1, "k"}), "string until " + std::to_string(0x6e6b2800LL * 1000) + " v");
    QCOMPARE(loaded.at({1, "z"}), std::string("zset,a=1.5,b=inf"));

    const auto error_of = [&](const std::string& bytes) {
        return loading.read(bytes).error.value_or("(none)");
    };
    QVERIFY(error_of("").find("end of data") != std::string::npos);
    QVERIFY(error_of("RUBBISH00001").find("signature") != std::string::npos);
    QVERIFY(error_of("REDIS0099\xff").find("version 99") != std::string::npos);
    QVERIFY(error_of("REDIS0009\x0f\x01s\x01\x01x").find("malformed stream") != std::string::npos);
    QVERIFY(error_of("REDIS0009\x07\x01m").find("modules") != std::string::npos);
    QVERIFY(error_of("REDIS0009\xfe\x10").find("database 16") != std::string::npos);
    QVERIFY(error_of("REDIS0009\x00\x01k\x81\x7f\xff\xff\xff\xff\xff\xff\xff"s).find("4 GiB") !=
            std::string::npos);
    std::string broken = finished("\x00\x01k\x01v"s);
    broken[broken.size() - 1] ^= 1;
    QVERIFY(error_of(broken).find("checksum") != std::string::npos);
    // A function library that makes no sense is an error: the data that leans on it must not be
    // served.
    QVERIFY(!error_of(finished("\xf5\x03"s + "lib")).empty());
}

void SnapshotTest::noTruncationOrCorruptionGetsThrough() {
    std::mt19937_64 random(test_seed());
    KeyspaceFixture source(random());
    for (int i = 0; i < 120; ++i) {
        Database db = source.at(1000, 0);
        random_write(random, db, "key:" + std::to_string(random() % 30));
    }
    RdbWriter writer({.compress = true});
    source.keys.for_each(0, [&](Entry& entry) {
        writer.entry(entry);
        return true;
    });
    std::string body;
    writer.chunk().for_each([&](Bytes bytes) {
        body += bytes;
        return true;
    });
    const std::string whole = finished(body);
    Loading loading;
    for (int i = 0; i < 400; ++i) {
        const std::size_t cut = random() % whole.size();
        QVERIFY(loading.read(whole.substr(0, cut)).error);
    }
    const int rounds = std::getenv("MILLPOND_SOAK") ? 100000 : 3000;
    for (int i = 0; i < rounds; ++i) {
        std::string bad = whole;
        for (std::uint64_t n = 1 + random() % 3; n > 0; --n) {
            bad[9 + random() % (bad.size() - 9)] ^= static_cast<char>(1 + random() % 255);
        }
        if (bad != whole)
            QVERIFY(loading.read(bad).error || bad.substr(bad.size() - 8) == std::string(8, '\0'));
        // Without the checksum's help: any outcome but a crash.
        std::memset(bad.data() + bad.size() - 8, 0, 8);
        loading.read(bad);
    }
}

void SnapshotTest::aWalkGivesTheCutWhateverIsWritten() {
    const std::uint64_t seed = test_seed();
    const int rounds = std::getenv("MILLPOND_SOAK") ? 40 : 4;
    KeyspaceFixture fixture(seed);
    Gate gate;
    const auto flag = gate.join("test");
    std::atomic<KeyspaceObserver*> hook{nullptr};
    SnapshotWalker walker(fixture.keys, gate,
                          [&](KeyspaceObserver* observer) { hook.store(observer); });

    std::atomic<bool> stop{false};
    std::vector<std::thread> writers;
    for (unsigned t = 0; t < 3; ++t) {
        writers.emplace_back([&, t] {
            const auto mine = gate.join("writer");
            std::mt19937_64 random(seed + t + 1);
            Observer observer(hook);
            while (!stop.load()) {
                SharedLane lane(gate, *mine);
                for (int i = 0; i < 20; ++i) {
                    const std::string key = "key:" + std::to_string(random() % 3000);
                    Database db(fixture.keys, static_cast<int>(random() % 2), {.now = 1000},
                                observer);
                    Shard& shard = fixture.keys.shard(fixture.keys.shard_of(key));
                    std::lock_guard lock(shard);
                    random_write(random, db, key);
                }
            }
        });
    }
    bool equal = true;
    std::size_t sizes = 0;
    for (int round = 0; round < rounds && equal; ++round) {
        Dump expected;
        QTest::qWait(20);
        gate.run_exclusive(*flag, "cut", [&] {
            expected = dump(fixture.keys);
            // Few elements make a collection big here, so that writers come upon it in the midst.
            walker.cut(
                {.compress = round % 2 == 1, .elements_at_once = round % 4 < 2 ? 20u : 4096u});
        });
        StringSink sink;
        const std::string error = walker.walk(*flag, sink);
        if (!error.empty()) qWarning("%s", error.c_str());
        Loading loading;
        const RdbReadResult result = loading.read(finished(sink.data));
        if (result.error) qWarning("%s", result.error->c_str());
        equal = error.empty() && !result.error && result.entries == expected.size() &&
                dump(loading.fixture.keys) == expected;
        sizes += expected.size();
    }
    stop.store(true);
    for (auto& writer : writers) writer.join();
    QVERIFY(equal);
    QVERIFY(sizes > 1000);
}

void SnapshotTest::aBigCollectionIsWrittenThoughItChanges() {
    const std::uint64_t seed = test_seed();
    std::mt19937_64 random(seed);
    const int rounds = std::getenv("MILLPOND_SOAK") ? 100 : 10;
    int pieces = 0;
    for (int round = 0; round < rounds; ++round) {
        BigWalk walk(random);
        Database& db = walk.db;
        for (const Bytes key : kBigKeys) {
            if (random() % 2 == 0) db.set_expiry(*db.find_write(key), 4'000'000'000'000);
        }
        for (int i = 0; i < 300; ++i) db.put_string("small:" + std::to_string(i), "v");
        const Dump expected = walk.cut({.compress = round % 2 == 1});
        StringSink sink;
        sink.meanwhile = [&] {
            ++pieces;
            if (random() % 12 != 0) return;
            SharedLane lane(walk.gate, *walk.mine);
            const Bytes key = kBigKeys[random() % kBigKeys.size()];
            const std::lock_guard lock(walk.fixture.keys.shard(walk.fixture.keys.shard_of(key)));
            switch (random() % 8) {
                case 0:
                    db.erase(key);
                    break;
                case 1:
                    db.put_string(key, "something else");
                    break;
                case 2:
                    if (Entry* entry = db.find_write(key)) db.set_expiry(*entry, 5'000'000'000'000);
                    break;
                default:
                    if (Entry* entry = db.find_write(key); entry && entry->is_string()) break;
                    random() % 2 == 0 ? add_element(random, db, key)
                                      : take_element(random, db, key);
            }
        };
        const std::string error = walk.walker.walk(*walk.flag, sink);
        QVERIFY2(error.empty(), error.c_str());
        Loading loading;
        const RdbReadResult result = loading.read(finished(sink.data));
        QVERIFY2(!result.error, result.error ? result.error->c_str() : "");
        QCOMPARE(result.entries, expected.size());
        const Dump seen = dump(loading.fixture.keys);
        for (const auto& [key, value] : expected)
            QVERIFY2(seen.at(key) == value, key.second.c_str());
    }
    qInfo("%d pieces", pieces);
    QVERIFY(pieces > rounds * 20);
}

void SnapshotTest::aFlushWithinABigCollectionEndsTheWalk() {
    std::mt19937_64 random(test_seed());
    for (const bool flush : {true, false, true}) {
        BigWalk walk(random);
        walk.cut();
        StringSink sink;
        int pieces = 0;
        sink.meanwhile = [&] {
            if (++pieces != 8) return;
            sink.refuse = !flush;
            if (!flush) return;
            walk.gate.run_exclusive(*walk.mine, "flush", [&] {
                walk.walker.abort("flushed");
                walk.fixture.keys.flush_all(true);
            });
        };
        QCOMPARE(walk.walker.walk(*walk.flag, sink), std::string(flush ? "flushed" : "refused"));
        QVERIFY(walk.hook.load() == nullptr);
        for (const Bytes key : kBigKeys) add_element(random, walk.db, key);
        // The next one is whole.
        StringSink whole;
        const Dump expected = walk.cut();
        QCOMPARE(walk.walker.walk(*walk.flag, whole), std::string());
        Loading loading;
        QVERIFY(!loading.read(finished(whole.data)).error);
        QVERIFY(dump(loading.fixture.keys) == expected);
    }
}

void SnapshotTest::aWalkThatFailsLeavesTheNextOneWhole() {
    KeyspaceFixture fixture(7);
    Gate gate;
    const auto flag = gate.join("test");
    KeyspaceObserver* hook = nullptr;
    SnapshotWalker walker(fixture.keys, gate, [&](KeyspaceObserver* observer) { hook = observer; });
    for (int i = 0; i < 5000; ++i)
        fixture.at(1).put_string("key:" + std::to_string(i), std::string(100, 'v'));
    for (int round = 0; round < 7; ++round) {
        gate.run_exclusive(*flag, "cut", [&] { walker.cut({}); });
        StringSink sink;
        sink.refuse = round % 2 == 0;
        const std::string error = walker.walk(*flag, sink);
        QVERIFY(hook == nullptr);
        if (sink.refuse) {
            QCOMPARE(error, std::string("refused"));
            continue;
        }
        QVERIFY(error.empty());
        Loading loading;
        QCOMPARE(loading.read(finished(sink.data)).entries, 5000u);
    }
    gate.run_exclusive(*flag, "cut", [&] { walker.cut({}); });
    walker.abort("flushed");
    StringSink sink;
    QCOMPARE(walker.walk(*flag, sink), std::string("flushed"));
}

void SnapshotTest::theSpoolSpillsAndReadsBack() {
    QTemporaryDir folder;
    Spool spool(folder.path().toStdString(), 1 << 20);
    std::mt19937_64 random(test_seed());
    std::string all;
    std::string read;
    std::vector<char> buffer(100000);
    for (int i = 0; i < 400; ++i) {
        const std::string piece = random_text(random, 50000);
        all += piece;
        QVERIFY(spool.append(piece));
        if (random() % 2 == 0) continue;
        const std::size_t n = spool.read(read.size(), buffer.data(), 1 + random() % buffer.size());
        read.append(buffer.data(), n);
        if (random() % 4 == 0) spool.release(read.size());
    }
    spool.finish();
    QCOMPARE(spool.size(), all.size());
    while (const std::size_t n = spool.read(read.size(), buffer.data(), buffer.size()))
        read.append(buffer.data(), n);
    QVERIFY(read == all);
    QVERIFY(!spool.failed());
    QVERIFY(QDir(folder.path()).entryList(QDir::Files).isEmpty());  // the file has no name

    Spool homeless("/nonexistent", 1 << 18);
    QVERIFY(homeless.append(std::string(100, 'x')));
    QVERIFY(!homeless.append(std::string(1 << 20, 'x')));
    QVERIFY(homeless.failed() && !homeless.error().empty());
}

/// What this process's one open file without a name in `folder` takes on the disk.
static std::int64_t nameless_bytes(const QString& folder) {
    for (const QFileInfo& link : QDir("/proc/self/fd").entryInfoList(QDir::System | QDir::Files)) {
        const QString target = QString::fromStdString(
            std::filesystem::read_symlink(link.filePath().toStdString()).string());
        struct stat about = {};
        if (!target.startsWith(folder) || ::stat(qPrintable(link.filePath()), &about) != 0)
            continue;
        return about.st_blocks * 512;
    }
    return -1;
}

void SnapshotTest::theSpoolGivesItsFileBackAsItIsRead() {
    QTemporaryDir folder;
    Spool spool(folder.path().toStdString(), 0);
    const std::string piece(1 << 20, 'x');
    for (int i = 0; i < 32; ++i) QVERIFY(spool.append(piece));
    QVERIFY(nameless_bytes(folder.path()) >= 32 << 20);
    QCOMPARE(spool.first(), 0u);
    std::vector<char> buffer(1 << 20);
    std::uint64_t at = 0;
    while (at < (30u << 20)) {
        const std::size_t n = spool.read(at, buffer.data(), 300'000);
        QVERIFY(n > 0 &&
                std::all_of(buffer.data(), buffer.data() + n, [](char c) { return c == 'x'; }));
        spool.release(at += n);
    }
    QVERIFY(nameless_bytes(folder.path()) <= 3 << 20);
    QVERIFY(spool.first() <= at && spool.first() > at - Spool::punch_bytes);
    QCOMPARE(spool.read(0, buffer.data(), 10), std::size_t(0));  // no zeros for what is gone
    QCOMPARE(spool.read(at, buffer.data(), buffer.size()), buffer.size());
}

void SnapshotTest::aFileThatCannotBeWrittenLeavesTheOldOne() {
    QTemporaryDir folder;
    const std::string path = folder.path().toStdString() + "/dump.rdb";
    {
        SnapshotFileSink sink(path, SnapshotFormat::rdb, true);
        QVERIFY(sink.write("first"));
        QVERIFY(sink.commit());
    }
    {
        SnapshotFileSink sink(path, SnapshotFormat::rdb, true);
        QVERIFY(sink.write("second"));  // given up before commit
    }
    QFile file(QString::fromStdString(path));
    QVERIFY(file.open(QFile::ReadOnly));
    QVERIFY(file.readAll().startsWith("first"));
    QCOMPARE(QDir(folder.path()).entryList(QDir::Files).size(), 1);
    SnapshotFileSink nowhere("/nonexistent/dump.rdb", SnapshotFormat::rdb, true);
    QVERIFY(!nowhere.write("x"));
    QVERIFY(!nowhere.error().empty());
}

QTEST_GUILESS_MAIN(SnapshotTest)
#include "snapshot_test.moc"
