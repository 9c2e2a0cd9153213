// SPDX-License-Identifier: Apache-2.0
//
// The collections against the standard containers: random operations, seeded, with every reading
// function compared, across all forms and the changes between them.
#include <QtTest>
#include <algorithm>
#include <deque>
#include <map>
#include <random>
#include <set>

#include "engine/types/collections.h"
#include "engine/types/limits.h"
#include "tests/engine/seed.h"

using namespace millpond::engine;

namespace {

/// An object of a type for the time of a test, behind a slot as in an entry.
template <class Handle>
class Holder {
public:
    Holder() : object_(Handle::create()) {}
    explicit Holder(void* object) : object_(object) {}
    Holder(const Holder&) = delete;
    Holder& operator=(const Holder&) = delete;
    ~Holder() { destroy_object(Handle::type, object_); }
    Handle handle() { return Handle(object_); }
    void* object() { return object_; }
    std::string encoding() { return std::string(object_encoding(Handle::type, object_)); }

private:
    void* object_;
};

class Random {
public:
    explicit Random(std::uint64_t seed) : engine_(seed) {}
    std::size_t below(std::size_t n) { return n == 0 ? 0 : engine_() % n; }
    std::uint64_t word() { return engine_(); }
    /// A string from a space of about `space`: integers, near-integers, short, medium and long
    /// ones.
    std::string text(std::size_t space, bool long_ones) {
        std::size_t n = below(space);
        switch (n % 8) {
            case 0:
                return std::to_string(static_cast<std::int64_t>(n * 7919 * (n % 16 == 0 ? -1 : 1)));
            case 1:
                return std::to_string(n * 0x123456789abull);
            case 2:
                return "0" + std::to_string(n);
            case 3:
                return std::string(n % 200, 'x') + std::to_string(n);
            case 4:
                return long_ones ? std::string(300 + n % 400, 'y') + std::to_string(n)
                                 : "l" + std::to_string(n);
            case 5:
                return std::string("\0\xff\r\n", 4) + std::to_string(n);
            default:
                return "member:" + std::to_string(n);
        }
    }

private:
    std::mt19937_64 engine_;
};

}  // namespace

class TypesCollections : public QObject {
    Q_OBJECT

    std::uint64_t seed_ = 0;

private slots:
    void initTestCase() { seed_ = test_seed(); }

    void integers_keep_their_text() {
        for (std::string text : {"0",
                                 "-0",
                                 "63",
                                 "64",
                                 "-1",
                                 "127",
                                 "128",
                                 "-128",
                                 "-129",
                                 "32767",
                                 "32768",
                                 "8388607",
                                 "8388608",
                                 "-8388609",
                                 "2147483648",
                                 "140737488355327",
                                 "140737488355328",
                                 "9223372036854775807",
                                 "-9223372036854775808",
                                 "9223372036854775808",
                                 "-9223372036854775809",
                                 "01",
                                 "+1",
                                 " 1",
                                 "1 ",
                                 "",
                                 "-",
                                 "00",
                                 "1.0"}) {
            Holder<List> list;
            list.handle().push_back(text);
            QCOMPARE(std::string(list.handle().at(0)), text);
            Holder<Hash> hash;
            hash.handle().set(text, text);
            QCOMPARE(std::string(hash.handle().get(text).value_or("absent")), text);
            Holder<Set> set;
            set.handle().add(text);
            QVERIFY(set.handle().contains(text));
            set.handle().for_each([&](Bytes member) {
                return QTest::qCompare(std::string(member), text, "m", "t", __FILE__, __LINE__);
            });
        }
    }

    void hash_behaves_as_a_map_data() { sizes(); }
    void hash_behaves_as_a_map() {
        QFETCH(int, space);
        QFETCH(bool, long_ones);
        Random random(seed_);
        Holder<Hash> holder;
        std::map<std::string, std::string> model;
        for (int i = 0; i < 20000; i++) {
            Hash hash = holder.handle();
            bool shrinking = i / 3000 % 2 == 1;
            std::string field = random.text(space, long_ones);
            if (random.below(3) == 0 ? !shrinking : shrinking) {
                QCOMPARE(hash.erase(field), model.erase(field) == 1);
            } else {
                std::string value = random.text(1000, long_ones);
                bool added = model.insert_or_assign(field, value).second;
                QCOMPARE(hash.set(field, value), added);
            }
            QCOMPARE(hash.size(), model.size());
            field = random.text(space, long_ones);
            auto found = hash.get(field);
            auto expected = model.find(field);
            QCOMPARE(found.has_value(), expected != model.end());
            if (found) QCOMPARE(std::string(*found), expected->second);
            if (i % 500 != 0) continue;
            std::map<std::string, std::string> seen, scanned, copied;
            hash.for_each([&](Bytes f, Bytes v) { return seen.emplace(f, v).second; });
            QVERIFY(seen == model);
            std::uint64_t cursor = 0;
            do {
                cursor = hash.scan(cursor, 10, [&](Bytes f, Bytes v) { scanned.emplace(f, v); });
            } while (cursor != 0);
            QVERIFY(scanned == model);
            Holder<Hash> copy(clone_object(Type::hash, holder.object()));
            copy.handle().for_each([&](Bytes f, Bytes v) { return copied.emplace(f, v).second; });
            QVERIFY(copied == model);
            if (!model.empty()) {
                hash.random(random.word(), [&](Bytes f, Bytes v) {
                    QCOMPARE(model.at(std::string(f)), std::string(v));
                });
            }
        }
    }

    void set_behaves_as_a_set_data() { sizes(); }
    void set_behaves_as_a_set() {
        QFETCH(int, space);
        QFETCH(bool, long_ones);
        Random random(seed_ + 1);
        for (int kind = 0; kind < 2; kind++) {
            Holder<Set> holder;
            std::set<std::string> model;
            for (int i = 0; i < 15000; i++) {
                Set set = holder.handle();
                bool shrinking = i / 3000 % 2 == 1;
                auto text = [&] {
                    return kind == 0 ? random.text(space, long_ones)
                                     : std::to_string(
                                           static_cast<std::int64_t>(random.below(space)) * 40000 -
                                           700000);
                };
                std::string member = text();
                if (random.below(3) == 0 ? !shrinking : shrinking) {
                    QCOMPARE(set.erase(member), model.erase(member) == 1);
                } else {
                    QCOMPARE(set.add(member), model.insert(member).second);
                }
                QCOMPARE(set.size(), model.size());
                member = text();
                QCOMPARE(set.contains(member), model.count(member) == 1);
                if (i % 500 != 0) continue;
                std::set<std::string> seen, scanned, copied;
                set.for_each([&](Bytes m) { return seen.emplace(m).second; });
                QVERIFY(seen == model);
                std::uint64_t cursor = 0;
                do {
                    cursor = set.scan(cursor, 10, [&](Bytes m) { scanned.emplace(m); });
                } while (cursor != 0);
                QVERIFY(scanned == model);
                Holder<Set> copy(clone_object(Type::set, holder.object()));
                copy.handle().for_each([&](Bytes m) { return copied.emplace(m).second; });
                QVERIFY(copied == model);
                if (!model.empty()) {
                    set.random(random.word(),
                               [&](Bytes m) { QVERIFY(model.count(std::string(m)) == 1); });
                }
            }
        }
    }

    void list_behaves_as_a_deque_data() { sizes(); }
    void list_behaves_as_a_deque() {
        QFETCH(int, space);
        QFETCH(bool, long_ones);
        Random random(seed_ + 2);
        Holder<List> holder;
        std::deque<std::string> model;
        for (int i = 0; i < 20000; i++) {
            List list = holder.handle();
            bool shrinking = i / 3000 % 2 == 1;
            std::string value = random.text(1000, long_ones);
            std::size_t at = random.below(model.size());
            switch (random.below(shrinking ? 9 : 6)) {
                case 0:
                    list.push_front(value);
                    model.push_front(value);
                    break;
                case 1:
                case 2:
                    list.push_back(value);
                    model.push_back(value);
                    break;
                case 3:
                    at = random.below(model.size() + 1);
                    list.insert(at, value);
                    model.insert(model.begin() + static_cast<long>(at), value);
                    break;
                case 4:
                    if (model.empty()) break;
                    list.set(at, value);
                    model[at] = value;
                    break;
                case 5: {
                    if (random.below(space) != 0) break;
                    std::size_t n = random.below(model.size() + 1 - at);
                    list.erase(at, n);
                    model.erase(model.begin() + static_cast<long>(at),
                                model.begin() + static_cast<long>(at + n));
                    break;
                }
                case 6:
                    if (model.empty()) break;
                    list.erase(at, 1);
                    model.erase(model.begin() + static_cast<long>(at));
                    break;
                case 7:
                    if (model.empty()) break;
                    QCOMPARE(list.pop_front(), model.front());
                    model.pop_front();
                    break;
                case 8:
                    if (model.empty()) break;
                    QCOMPARE(list.pop_back(), model.back());
                    model.pop_back();
                    break;
            }
            QCOMPARE(list.size(), model.size());
            if (!model.empty()) {
                at = random.below(model.size());
                QCOMPARE(std::string(list.at(at)), model[at]);
            }
            if (i % 200 != 0 || model.empty()) continue;
            std::vector<std::string> seen, expected;
            list.for_each([&](Bytes v) { return seen.emplace_back(v), true; });
            QVERIFY(std::equal(seen.begin(), seen.end(), model.begin(), model.end()));
            seen.clear();
            std::size_t n = random.below(model.size());
            list.for_range(at, n, true, [&](Bytes v) { return seen.emplace_back(v), true; });
            for (std::size_t k = 0; k < n && k <= at; k++) expected.push_back(model[at - k]);
            QVERIFY(seen == expected);
            Holder<List> copy(clone_object(Type::list, holder.object()));
            seen.clear();
            copy.handle().for_each([&](Bytes v) { return seen.emplace_back(v), true; });
            QVERIFY(std::equal(seen.begin(), seen.end(), model.begin(), model.end()));
        }
    }

    void sorted_set_behaves_as_an_ordered_set_data() { sizes(); }
    void sorted_set_behaves_as_an_ordered_set() {
        QFETCH(int, space);
        QFETCH(bool, long_ones);
        Random random(seed_ + 3);
        Holder<SortedSet> holder;
        std::map<std::string, double> scores;
        std::set<std::pair<double, std::string>> order;
        auto score = [&] {
            switch (random.below(4)) {
                case 0:
                    return static_cast<double>(random.below(20));
                case 1:
                    return static_cast<double>(random.below(1000)) / 7 - 50;
                case 2:
                    return std::numeric_limits<double>::infinity() * (random.below(2) ? 1 : -1);
                default:
                    return static_cast<double>(random.below(5));
            }
        };
        for (int i = 0; i < 20000; i++) {
            SortedSet set = holder.handle();
            bool shrinking = i / 3000 % 2 == 1;
            std::string member = random.text(space, long_ones);
            auto old = scores.find(member);
            if (random.below(3) == 0 ? !shrinking : shrinking) {
                QCOMPARE(set.erase(member), old != scores.end());
                if (old != scores.end()) {
                    order.erase({old->second, member});
                    scores.erase(old);
                }
            } else {
                double s = score();
                QCOMPARE(set.set(member, s), old == scores.end());
                if (old != scores.end()) order.erase({old->second, member});
                scores[member] = s;
                order.insert({s, member});
            }
            QCOMPARE(set.size(), order.size());
            member = random.text(space, long_ones);
            old = scores.find(member);
            auto found = set.score(member);
            QCOMPARE(found.has_value(), old != scores.end());
            if (found) QCOMPARE(*found, old->second);
            if (i % 100 == 0 && old != scores.end()) {
                auto rank = std::distance(order.begin(), order.find({old->second, member}));
                QCOMPARE(set.rank(member).value(), static_cast<std::size_t>(rank));
            }
            if (i % 500 != 0) continue;
            std::vector<std::pair<double, std::string>> seen, expected(order.begin(), order.end());
            set.for_each([&](Bytes m, double s) { return seen.emplace_back(s, m), true; });
            QVERIFY(seen == expected);
            double bound = score();
            for (bool exclusive : {false, true}) {
                auto lower = std::count_if(seen.begin(), seen.end(), [&](auto& p) {
                    return exclusive ? p.first <= bound : p.first < bound;
                });
                auto upper = std::count_if(seen.begin(), seen.end(), [&](auto& p) {
                    return exclusive ? p.first < bound : p.first <= bound;
                });
                QCOMPARE(set.lower_rank(SortedSet::ScoreBound{bound, exclusive}),
                         static_cast<std::size_t>(lower));
                QCOMPARE(set.upper_rank(SortedSet::ScoreBound{bound, exclusive}),
                         static_cast<std::size_t>(upper));
            }
            if (seen.empty()) continue;
            std::size_t first = random.below(seen.size()), n = random.below(seen.size());
            std::vector<std::pair<double, std::string>> range, backwards;
            set.for_range(first, n, true,
                          [&](Bytes m, double s) { return range.emplace_back(s, m), true; });
            for (std::size_t k = 0; k < n && k <= first; k++) backwards.push_back(seen[first - k]);
            QVERIFY(range == backwards);
            std::map<std::string, double> scanned;
            std::uint64_t cursor = 0;
            do {
                cursor = set.scan(cursor, 10, [&](Bytes m, double s) { scanned.emplace(m, s); });
            } while (cursor != 0);
            QVERIFY(scanned == scores);
            Holder<SortedSet> copy(clone_object(Type::sorted_set, holder.object()));
            copy.handle().erase_range(first, n);
            std::size_t gone = std::min(n, seen.size() - first);
            QCOMPARE(copy.handle().size(), seen.size() - gone);
            seen.erase(seen.begin() + static_cast<long>(first),
                       seen.begin() + static_cast<long>(first + gone));
            range.clear();
            copy.handle().for_each(
                [&](Bytes m, double s) { return range.emplace_back(s, m), true; });
            QVERIFY(range == seen);
        }
        std::vector<std::string> members;
        for (auto& [member, s] : scores) members.push_back(member);
        for (auto& member : members) QVERIFY(holder.handle().erase(member));
        QCOMPARE(holder.handle().size(), std::size_t{0});
        QVERIFY(holder.handle().set("again", 1));
    }

    void a_deep_tree_keeps_order_and_ranks_while_it_grows_and_shrinks() {
        Random random(seed_ + 6);
        Holder<SortedSet> holder;
        std::set<std::pair<double, std::string>> order;
        constexpr int kMembers = 60000;
        auto check = [&] {
            std::vector<std::pair<double, std::string>> seen;
            holder.handle().for_each(
                [&](Bytes m, double s) { return seen.emplace_back(s, m), true; });
            QVERIFY(std::equal(seen.begin(), seen.end(), order.begin(), order.end()));
            for (std::size_t rank = 0; rank < seen.size(); rank += 997) {
                QCOMPARE(holder.handle().rank(seen[rank].second).value(), rank);
            }
        };
        for (int i = 0; i < kMembers; i++) {
            // A third in ascending order, as time stamps come, the rest anywhere.
            double score = i % 3 == 0 ? i : static_cast<double>(random.below(kMembers));
            holder.handle().set("m" + std::to_string(i), score);
            order.insert({score, "m" + std::to_string(i)});
        }
        check();
        std::vector<std::pair<double, std::string>> all(order.begin(), order.end());
        std::shuffle(all.begin(), all.end(), std::mt19937_64(seed_));
        for (std::size_t i = 0; i < all.size(); i++) {
            QVERIFY(holder.handle().erase(all[i].second));
            order.erase(all[i]);
            if (i % 10000 == 9999 || i + 50 == all.size()) check();
        }
        QCOMPARE(holder.handle().size(), std::size_t{0});
    }

    void lexicographic_bounds_cut_where_they_should() {
        Holder<SortedSet> holder;
        SortedSet set = holder.handle();
        using Kind = SortedSet::LexBound::Kind;
        for (const char* member : {"a", "b", "c", "d"}) set.set(member, 0);
        QCOMPARE(set.lower_rank(SortedSet::LexBound{Kind::value, "b", false}), std::size_t{1});
        QCOMPARE(set.lower_rank(SortedSet::LexBound{Kind::value, "b", true}), std::size_t{2});
        QCOMPARE(set.upper_rank(SortedSet::LexBound{Kind::value, "c", false}), std::size_t{3});
        QCOMPARE(set.upper_rank(SortedSet::LexBound{Kind::value, "c", true}), std::size_t{2});
        QCOMPARE(set.lower_rank(SortedSet::LexBound{Kind::minimum, "", false}), std::size_t{0});
        QCOMPARE(set.upper_rank(SortedSet::LexBound{Kind::maximum, "", false}), std::size_t{4});
        QCOMPARE(set.lower_rank(SortedSet::LexBound{Kind::maximum, "", false}), std::size_t{4});
        QCOMPARE(set.upper_rank(SortedSet::LexBound{Kind::minimum, "", false}), std::size_t{0});
    }

    void scan_returns_what_stays_while_the_table_grows_and_shrinks() {
        Random random(seed_ + 4);
        Holder<Set> holder;
        std::set<std::string> seen;
        for (int i = 0; i < 2000; i++) holder.handle().add("stays" + std::to_string(i));
        std::uint64_t cursor = 0;
        int step = 0;
        do {
            cursor = holder.handle().scan(cursor, 10, [&](Bytes m) { seen.emplace(m); });
            bool growing = step++ / 20 % 2 == 0;
            for (int i = 0; i < 300; i++) {
                std::string other = "comes" + std::to_string(random.below(20000));
                growing ? holder.handle().add(other) : holder.handle().erase(other);
            }
        } while (cursor != 0);
        for (int i = 0; i < 2000; i++) QVERIFY(seen.count("stays" + std::to_string(i)) == 1);
    }

    void random_members_of_a_table_are_about_equally_likely() {
        Random random(seed_ + 5);
        Holder<Set> holder;
        constexpr int kMembers = 1000, kDraws = 400000;
        for (int i = 0; i < kMembers; i++) holder.handle().add("m" + std::to_string(i));
        std::map<std::string, int> drawn;
        for (int i = 0; i < kDraws; i++) {
            holder.handle().random(random.word(), [&](Bytes m) { drawn[std::string(m)]++; });
        }
        QCOMPARE(drawn.size(), std::size_t{kMembers});
        double chi = 0;
        for (auto& [member, n] : drawn) chi += (n - 400.0) * (n - 400.0) / 400.0;
        QVERIFY2(chi < 1300,
                 qPrintable(QString::number(chi)));  // 999 degrees of freedom: 6.7 deviations
    }

    void encodings_change_where_redis_changes_them() {
        Holder<Hash> hash;
        for (int i = 0; i < 128; i++) hash.handle().set(std::to_string(i), std::string(64, 'v'));
        QCOMPARE(hash.encoding(), std::string("listpack"));
        hash.handle().set("one more", "v");
        QCOMPARE(hash.encoding(), std::string("hashtable"));
        Holder<Hash> wide;
        wide.handle().set("f", std::string(65, 'v'));
        QCOMPARE(wide.encoding(), std::string("hashtable"));
        Holder<Set> set;
        for (int i = 0; i < 512; i++) set.handle().add(std::to_string(i));
        QCOMPARE(set.encoding(), std::string("intset"));
        set.handle().add("512");
        QCOMPARE(set.encoding(), std::string("hashtable"));
        Holder<SortedSet> sorted;
        for (int i = 0; i < 128; i++) sorted.handle().set(std::to_string(i), i);
        QCOMPARE(sorted.encoding(), std::string("listpack"));
        sorted.handle().set("one more", 0);
        QCOMPARE(sorted.encoding(), std::string("skiplist"));
        sorted.handle().erase("one more");
        QCOMPARE(sorted.encoding(), std::string("skiplist"));
    }

private:
    void sizes() {
        QTest::addColumn<int>("space");
        QTest::addColumn<bool>("long_ones");
        QTest::newRow("a few members") << 40 << false;
        QTest::newRow("some, long ones too") << 300 << true;
        QTest::newRow("thousands") << 5000 << false;
        QTest::newRow("thousands, long ones too") << 5000 << true;
    }
};

QTEST_APPLESS_MAIN(TypesCollections)
#include "types_collections.moc"
