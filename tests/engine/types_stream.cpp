// SPDX-License-Identifier: Apache-2.0
//
// Goals: a stream under random additions, deletions and trims says what a std::map says; groups
// keep both sides of their pending lists equal; an IdMap is a std::map; runs from elsewhere are
// taken only whole.
#include <QtTest>

#include <map>
#include <random>
#include <set>

#include "engine/types/limits.h"
#include "engine/types/stream.h"

using namespace millpond::engine;

namespace {

using Fields = std::vector<std::string>;
using Model = std::map<StreamId, Fields>;

std::vector<Bytes> views(const Fields& fields) {
    return {fields.begin(), fields.end()};
}

Fields fields_of(const StreamEntry& entry) {
    Fields fields;
    entry.for_each([&](Bytes field, Bytes value) {
        fields.emplace_back(field);
        fields.emplace_back(value);
    });
    return fields;
}

Model read(const Stream& stream, StreamId first, StreamId last, bool reverse) {
    Model found;
    std::optional<StreamId> before;
    stream.for_range(first, last, reverse, [&](const StreamEntry& entry) {
        if (before && (reverse ? entry.id() >= *before : entry.id() <= *before)) {
            QTest::qFail("out of order", __FILE__, __LINE__);
        }
        before = entry.id();
        found.emplace(entry.id(), fields_of(entry));
        return true;
    });
    return found;
}

void free_runs(std::vector<StreamRun::Bits>& runs) {
    for (StreamRun::Bits run : runs) StreamRun::destroy(run);
    runs.clear();
}

}  // namespace

class TypesStream : public QObject {
    Q_OBJECT

    std::mt19937_64 random_;
    std::size_t below(std::size_t n) { return random_() % n; }

    std::string text() {
        switch (below(8)) {
            case 0:
                return std::to_string(static_cast<std::int64_t>(random_()) >> below(64));
            case 1:
                return std::string(below(300), 'v');
            case 2:
                return below(30) == 0 ? std::string(16370 + below(20), 'b') : "x";
            default:
                return "value:" + std::to_string(below(50));
        }
    }
    Fields fields() {
        Fields fields;
        const bool usual = below(4) != 0;
        for (std::size_t i = 0, n = usual ? 2 : 1 + below(4); i < n; ++i) {
            fields.push_back(usual ? "field" + std::to_string(i) : text());
            fields.push_back(text());
        }
        return fields;
    }
    static StreamId some_id(const Model& model, std::uint64_t random) {
        if (model.empty()) return {random % 100, 0};
        auto at = model.lower_bound({model.begin()->first.ms + random % 4000, 0});
        if (at == model.end()) at = std::prev(at);
        return at->first;
    }

private slots:
    void initTestCase() {
        const QByteArray given = qgetenv("MILLPOND_SEED");
        const std::uint64_t seed = given.isEmpty() ? std::random_device()() : given.toULongLong();
        qInfo("MILLPOND_SEED=%llu", static_cast<unsigned long long>(seed));
        random_.seed(seed);
    }

    void cleanup() {
        type_limits().stream_node_max_entries = 100;
        type_limits().stream_node_max_bytes = 4096;
    }

    void random_operations_agree_with_a_map() {
        for (int round = 0; round < 8; ++round) {
            type_limits().stream_node_max_entries = round % 2 == 0 ? 100 : 1 + below(20);
            Stream stream;
            Model model;
            StreamId last;
            std::vector<StreamRun::Bits> removed;
            for (int step = 0; step < 6000; ++step) {
                const std::size_t choice = below(100);
                if (choice < 70) {
                    StreamId id{last.ms + below(3), below(5)};
                    if (id <= last) id = {last.ms, last.seq + 1};
                    const Fields added = fields();
                    stream.append(id, views(added));
                    model[id] = added;
                    last = id;
                } else if (choice < 92) {
                    const StreamId id = some_id(model, random_());
                    QCOMPARE(stream.erase(id), model.erase(id) == 1);
                    stream.find_first_id();
                } else if (choice < 94) {
                    StreamTrim trim{.by = StreamTrim::By::length};
                    trim.length = model.size() - std::min<std::size_t>(model.size(), below(40));
                    const std::size_t before = model.size();
                    while (model.size() > trim.length) model.erase(model.begin());
                    QCOMPARE(stream.trim(trim, removed),
                             static_cast<std::int64_t>(before - model.size()));
                } else if (choice < 95) {
                    StreamTrim trim{.by = StreamTrim::By::id};
                    trim.id = model.empty() ? last : model.begin()->first;
                    trim.id.ms += below(20);
                    const std::size_t before = model.size();
                    model.erase(model.begin(), model.lower_bound(trim.id));
                    QCOMPARE(stream.trim(trim, removed),
                             static_cast<std::int64_t>(before - model.size()));
                } else if (choice < 96) {
                    StreamTrim trim{.by = StreamTrim::By::length, .approximate = true};
                    trim.length = model.size() / 2 + below(model.size() + 1);
                    auto count = stream.trim(trim, removed);
                    QVERIFY(stream.length() >= std::min<std::size_t>(trim.length, model.size()));
                    for (; count > 0; --count) model.erase(model.begin());
                } else {
                    StreamId a = some_id(model, random_()), b = some_id(model, random_());
                    if (a > b) std::swap(a, b);
                    const Model wanted(model.lower_bound(a), model.upper_bound(b));
                    QVERIFY(read(stream, a, b, false) == wanted);
                    QVERIFY(read(stream, a, b, true) == wanted);
                    QCOMPARE(stream.contains(a), model.contains(a));
                }
                free_runs(removed);
                QCOMPARE(stream.length(), model.size());
                const StreamId first = model.empty() ? StreamId{} : model.begin()->first;
                QVERIFY(stream.first_id() == first);
                if (!model.empty()) QVERIFY(stream.last_entry_id() == model.rbegin()->first);
            }
            QVERIFY(read(stream, {}, StreamId::max(), false) == model);
            QVERIFY(read(stream, {}, StreamId::max(), true) == model);
            const std::unique_ptr<Stream> copy(stream.clone());
            QVERIFY(read(*copy, {}, StreamId::max(), false) == model);
            QCOMPARE(copy->bytes() > 0, true);
            // Every run is what a run from elsewhere would have to be.
            for (auto at = stream.runs().begin(); at != stream.runs().end();
                 at = stream.runs().next(at)) {
                StreamRun::Bits bits = stream.runs().at(at).value;
                StreamRun::Bits adopted =
                    StreamRun::adopt(StreamRun(stream.runs().at(at).id, bits).bytes());
                QVERIFY(adopted != nullptr);
                StreamRun::destroy(adopted);
            }
        }
    }

    void malformed_runs_are_refused() {
        Stream stream;
        for (std::uint64_t i = 1; i <= 20; ++i) {
            const Fields added = fields();
            stream.append({i, i}, views(added));
        }
        stream.erase({3, 3});
        StreamRun::Bits bits = stream.runs().at(stream.runs().begin()).value;
        const std::string whole(StreamRun({1, 1}, bits).bytes());
        int taken = 0;
        for (int i = 0; i < 20000; ++i) {
            std::string broken = whole;
            for (std::size_t n = 1 + below(3); n > 0; --n) {
                broken[below(broken.size())] = static_cast<char>(random_());
            }
            if (below(3) == 0) broken.resize(below(broken.size()));
            StreamRun::Bits adopted = StreamRun::adopt(broken);
            if (adopted == nullptr) continue;
            ++taken;  // another valid run: it can be read from both ends
            Stream other;
            QVERIFY(other.add_run({1, 1}, adopted));
            std::size_t forth = 0, back = 0;
            StreamEntry entry;
            StreamRun run({1, 1}, adopted);
            for (bool more = run.first(entry); more; more = run.next(entry)) {
                ++forth;
                fields_of(entry);
            }
            for (bool more = run.last(entry); more; more = run.previous(entry)) ++back;
            QCOMPARE(forth, back);
        }
        QVERIFY(taken < 20000);
    }

    void an_id_map_is_a_map() {
        IdMap<std::uint64_t> map;
        std::map<StreamId, std::uint64_t> model;
        for (int step = 0; step < 60000; ++step) {
            const bool filling = step / 5000 % 2 == 0;
            StreamId id{below(40), below(200)};
            if (below(10) < (filling ? 8u : 2u)) {
                if (below(4) == 0 && !model.empty()) {
                    id = model.rbegin()->first;
                    id.increment();
                }
                const auto [value, made] = map.insert(id, static_cast<std::uint64_t>(step));
                const auto [at, added] = model.emplace(id, step);
                QCOMPARE(made, added);
                QCOMPARE(*value, at->second);
            } else {
                if (below(3) == 0 && !model.empty()) id = model.begin()->first;
                QCOMPARE(map.erase(id), model.erase(id) == 1);
            }
            QCOMPARE(map.size(), model.size());
            const auto place = map.lower_bound(id);
            const auto at = model.lower_bound(id);
            QCOMPARE(place == map.end(), at == model.end());
            if (at != model.end()) QVERIFY(map.at(place).id == at->first);
            if (step % 500 != 0) continue;
            auto forth = map.begin();
            for (const auto& [key, value] : model) {
                QVERIFY(map.at(forth).id == key && map.at(forth).value == value);
                forth = map.next(forth);
            }
            QVERIFY(forth == map.end());
        }
    }

    void groups_keep_both_sides_equal() {
        StreamGroup group;
        std::map<StreamId, std::string> model;
        for (int step = 0; step < 20000; ++step) {
            const std::string name = "c" + std::to_string(below(5));
            const StreamId id{below(300), 0};
            StreamConsumer* consumer = group.find(name);
            switch (below(20)) {
                case 0:
                    if (consumer == nullptr || below(10) != 0) break;
                    QCOMPARE(group.erase(*consumer),
                             static_cast<std::size_t>(std::erase_if(
                                 model, [&](const auto& item) { return item.second == name; })));
                    break;
                case 1:
                case 2:
                case 3:
                case 4:
                case 5:
                    QCOMPARE(group.acknowledge(id), model.erase(id) == 1);
                    break;
                default:
                    if (consumer == nullptr) consumer = group.create(name, step);
                    group.give(id, *consumer).deliveries = 1;
                    model[id] = name;
            }
            QCOMPARE(group.pending().size(), model.size());
            if (step % 1000 == 0) {
                QVERIFY(group.all_owned());
                QVERIFY(group.clone()->all_owned());
            }
        }
        for (const auto& [id, name] : model) {
            QVERIFY(group.find_pending(id)->consumer == group.find(name));
            QVERIFY(group.find(name)->pending.find(id) != nullptr);
        }
    }

    void a_radix_tree_is_counted_as_redis_counts_it() {
        // Seen in XINFO STREAM of redis-server 7.0.
        type_limits().stream_node_max_entries = 1;
        Stream stream;
        QCOMPARE(stream.radix_tree_nodes(), std::size_t{1});
        const Fields one{"a", "b"};
        const std::vector<std::pair<StreamId, std::size_t>> seen = {
            {{1, 1}, 2}, {{1, 2}, 4}, {{1, 3}, 5}, {{1, 300}, 8}, {{70000, 1}, 12}};
        for (const auto& [id, nodes] : seen) {
            stream.append(id, views(one));
            QCOMPARE(stream.radix_tree_nodes(), nodes);
        }
    }
};

QTEST_APPLESS_MAIN(TypesStream)
#include "types_stream.moc"
