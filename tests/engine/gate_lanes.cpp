// SPDX-License-Identifier: Apache-2.0
//
// The gate: exclusive work runs alone, nobody starves, and the order of exclusive work is that of
// its coming.
#include <QtTest>
#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

#include "engine/lanes/gate.h"

using namespace millpond::engine;
using namespace std::chrono_literals;

namespace {

/// Runs `body(thread index, flag)` on so many threads and waits for them.
void on_threads(Gate& gate, int count, const std::function<void(int, GateFlag&)>& body) {
    std::vector<std::thread> threads;
    for (int i = 0; i < count; ++i) {
        threads.emplace_back([&gate, &body, i] {
            const auto flag = gate.join("test");
            body(i, *flag);
        });
    }
    for (auto& thread : threads) thread.join();
}

const int kRounds = qEnvironmentVariableIsSet("MILLPOND_SOAK") ? 400000 : 20000;

}  // namespace

class GateLanes : public QObject {
    Q_OBJECT
private slots:
    void exclusiveWorkIsAlone() {
        Gate gate;
        std::atomic<int> inside{0};
        std::atomic<bool> broken{false};
        long plain =
            0;  // guarded by the exclusive lane alone: thread sanitizer sees if that is not enough
        on_threads(gate, 4, [&](int index, GateFlag& flag) {
            for (int i = 0; i < kRounds; ++i) {
                if (i % 7 == index % 3) {
                    gate.run_exclusive(flag, "test", [&] {
                        if (inside.load() != 0) broken = true;
                        ++plain;
                    });
                } else {
                    SharedLane lane(gate, flag);
                    ++inside;
                    if (gate.holder().what[0] != '\0') broken = true;
                    --inside;
                }
            }
        });
        QVERIFY(!broken);
        QVERIFY(plain > kRounds / 7);
        QVERIFY(!gate.wanted());
    }

    void neitherLaneStarves() {
        // Two threads bring nothing but exclusive work; the others must get on all the same, and
        // the reverse.
        Gate gate;
        std::atomic<bool> stop{false};
        std::array<std::atomic<long>, 4> done{};
        std::thread timer([&] {
            std::this_thread::sleep_for(400ms);
            stop = true;
        });
        on_threads(gate, 4, [&](int index, GateFlag& flag) {
            while (!stop) {
                if (index < 2) {
                    gate.run_exclusive(flag, "busy", [] {
                        const auto until = std::chrono::steady_clock::now() + 50us;
                        while (std::chrono::steady_clock::now() < until) {
                        }
                    });
                } else {
                    SharedLane lane(gate, flag);
                }
                ++done[static_cast<std::size_t>(index)];
            }
        });
        timer.join();
        for (const auto& count : done) QVERIFY2(count > 20, qPrintable(QString::number(count)));
    }

    void everyWaitingThreadGetsItsBatchBetweenDrains() {
        // While an endless queue of exclusive work stands, a thread that waits is let in as a whole
        // batch.
        Gate gate;
        std::atomic<bool> stop{false};
        std::atomic<int> let_in{0};
        on_threads(gate, 3, [&](int index, GateFlag& flag) {
            if (index < 2) {
                while (!stop)
                    gate.run_exclusive(flag, "endless", [] { std::this_thread::sleep_for(100us); });
                return;
            }
            const auto until = std::chrono::steady_clock::now() + 10s;
            while (let_in < 5 && std::chrono::steady_clock::now() < until) {
                SharedLane lane(gate, flag);
                if (flag.let_in()) ++let_in;
            }
            stop = true;
        });
        QVERIFY(let_in >= 5);
    }

    void theHolderIsNamed() {
        Gate gate;
        std::atomic<bool> seen{false}, finish{false};
        std::thread observer([&] {
            while (!seen) seen = std::string_view(gate.holder().what) == "a long script";
            finish = true;
        });
        on_threads(gate, 1, [&](int, GateFlag& flag) {
            gate.run_exclusive(flag, "a long script", [&] {
                while (!finish) std::this_thread::yield();
            });
        });
        observer.join();
        QCOMPARE(gate.holder().what[0], '\0');
    }

    void aStampPassesWhenEveryThreadHasBeenOut() {
        Gate gate;
        const auto a = gate.join("a"), b = gate.join("b");
        QVERIFY(gate.passed(gate.stamp()));
        gate.enter_shared(*a);
        const Gate::Stamp stamp = gate.stamp();
        QVERIFY(!gate.passed(stamp));
        gate.leave_shared(*a);
        QVERIFY(gate.passed(stamp));
        gate.enter_shared(*a);
        QVERIFY(gate.passed(stamp));  // a later batch looks at nothing that was freed before
        gate.leave_shared(*a);
    }

    void slotsAreUsedAgain() {
        Gate gate;
        for (int i = 0; i < 1000; ++i)
            on_threads(gate, 1, [&](int, GateFlag& flag) { SharedLane lane(gate, flag); });
        std::vector<std::unique_ptr<GateFlag>> flags;
        for (std::size_t i = 0; i < Gate::kThreadsMax; ++i) flags.push_back(gate.join("many"));
        QVERIFY_EXCEPTION_THROWN(gate.join("one more"), std::length_error);
    }
};

QTEST_APPLESS_MAIN(GateLanes)
#include "gate_lanes.moc"
