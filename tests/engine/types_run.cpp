// SPDX-License-Identifier: Apache-2.0
//
// Packed runs against a string, and lists used as queues against a deque: what is put in and taken
// out at the ends is what open runs are for.
#include <QtTest>
#include <deque>
#include <random>
#include <string>

#include "engine/types/collections.h"
#include "engine/types/run.h"
#include "engine/types/same_bytes.h"
#include "tests/engine/seed.h"

using namespace millpond::engine;

Q_DECLARE_METATYPE(millpond::engine::Form)

namespace {

constexpr std::size_t kPage = 4096 - sizeof(Run);

std::string text_of(const Run* run) {
    return {reinterpret_cast<const char*>(run->begin()), run->used};
}

}  // namespace

class TypesRun : public QObject {
    Q_OBJECT

    std::mt19937_64 random_;

    std::size_t below(std::size_t n) { return random_() % n; }
    /// One of the ends, mostly.
    std::size_t place(std::size_t size) {
        const std::size_t which = below(5);
        return which < 2 ? 0 : which < 4 ? size : below(size + 1);
    }

private slots:
    void initTestCase() { random_.seed(test_seed()); }

    void short_strings_are_told_apart() {
        for (std::size_t size = 0; size <= 40; ++size) {
            std::string one(size, 'a'), other(size, 'a');
            QVERIFY(same_bytes(one, other));
            QVERIFY(!same_bytes(one, other + "a"));
            for (std::size_t i = 0; i < size; ++i) {
                other[i] = 'b';
                QVERIFY2(!same_bytes(one, other), qPrintable(QString("%1 of %2").arg(i).arg(size)));
                other[i] = 'a';
            }
        }
    }

    void a_run_behaves_as_a_string_data() {
        QTest::addColumn<Form>("form");
        QTest::newRow("packed") << Form::packed;
        QTest::newRow("open") << Form::open;
    }
    void a_run_behaves_as_a_string() {
        QFETCH(Form, form);
        Run* run = Run::create(form);
        std::string model;
        for (int i = 0; i < 200'000; ++i) {
            const bool shrinks = i / 500 % 2 == 1;
            const std::size_t at = place(model.size());
            const std::size_t removed = below(std::min<std::size_t>(model.size() - at, 90) + 1);
            std::string added(below(shrinks ? 40 : 90), static_cast<char>('a' + i % 26));
            if (model.size() - removed + added.size() > kPage) added.clear();
            std::uint8_t* to = Run::splice(run, at, removed, added.size());
            QCOMPARE(static_cast<std::size_t>(to - run->begin()), at);
            std::memcpy(to, added.data(), added.size());
            model.replace(at, removed, added);
            QCOMPARE(text_of(run), model);
            QVERIFY(sizeof(Run) + run->gap + run->used <= run->allocated());
            if (i % 97 != 0) continue;
            Run* copy = Run::copy(run);
            QCOMPARE(text_of(copy), model);
            Run::reform(copy, form == Form::open ? Form::packed : Form::open);
            QCOMPARE(text_of(copy), model);
            Run::reform(copy, form);
            QCOMPARE(text_of(copy), model);
            Run::destroy(copy);
        }
        Run::destroy(run);
    }

    void at_its_front_an_open_run_moves_only_to_grow() {
        constexpr std::size_t kEntry = 67;
        Run* run = Run::create(Form::open);
        int moves = 0;
        const std::uint8_t* end = nullptr;
        while (run->used + kEntry <= kPage) {
            Run::splice(run, 0, 0, kEntry);
            moves += run->end() != end ? 1 : 0;
            end = run->end();
        }
        // Once for each size from 256 to 4096 bytes, and twice until it is seen which end grows.
        QVERIFY2(moves <= 7, qPrintable(QString::number(moves)));
        moves = 0;
        while (run->used >= kEntry) {
            Run::splice(run, 0, kEntry, 0);
            moves += run->end() != end ? 1 : 0;
            end = run->end();
        }
        QVERIFY2(moves <= 5, qPrintable(QString::number(moves)));
        Run::destroy(run);
    }

    /// Phases of one sort of operation, as queues and stacks have them, with now and then one in
    /// the middle.
    void a_list_behaves_as_a_queue() {
        void* object = List::create();
        std::deque<std::string> model;
        int operation = 0;
        for (int i = 0; i < 300'000; ++i) {
            if (i % 1000 == 0) operation = static_cast<int>(below(7));
            List list(object);
            std::string value(20 + below(100), static_cast<char>('a' + i % 26));
            const bool pushes = operation < 2 || (operation > 3 && i % 2 == 0);
            const bool front = operation % 2 == 0;
            if (pushes) {
                front ? list.push_front(value) : list.push_back(value);
                front ? model.push_front(value) : model.push_back(value);
            } else if (!model.empty()) {
                // From 4 on it is what goes in at one end that leaves at the other.
                const bool from_front = operation < 4 ? front : !front;
                QCOMPARE(from_front ? list.pop_front() : list.pop_back(),
                         from_front ? model.front() : model.back());
                from_front ? model.pop_front() : model.pop_back();
            }
            if (i % 500 == 499 && !model.empty()) {
                const std::size_t at = below(model.size());
                list.insert(at, value);
                model.insert(model.begin() + static_cast<long>(at), value);
                list.erase(at / 2, 1);
                model.erase(model.begin() + static_cast<long>(at / 2));
            }
            QCOMPARE(list.size(), model.size());
            if (i % 1000 != 0) continue;
            std::size_t seen = 0;
            list.for_each([&](Bytes each) { return each == model[seen] && ++seen > 0; });
            QCOMPARE(seen, model.size());
        }
        destroy_object(Type::list, object);
    }
};

QTEST_GUILESS_MAIN(TypesRun)
#include "types_run.moc"
