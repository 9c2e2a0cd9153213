// SPDX-License-Identifier: Apache-2.0
//
// Runs the failover machine through random schedules. 10,000 of them by default, 1,000,000 with
// MILLPOND_SOAK=1, or MILLPOND_SCHEDULES=N; MILLPOND_SEED=S starts there (and with
// MILLPOND_SCHEDULES=1 tells the story of that one).
#include <QtTest>
#include <atomic>
#include <mutex>
#include <random>
#include <thread>

#include "tests/admin-api/failover_simulator.h"

using namespace millpond::admin::failover;

namespace {

constexpr std::uint64_t kSchedules = 10'000;
constexpr std::uint64_t kSoakSchedules = 1'000'000;
constexpr std::uint64_t kMutationSchedules = 4'000;
constexpr std::uint64_t kUsualSeed = 20'261'124;

std::uint64_t first_seed() {
    if (qEnvironmentVariableIsSet("MILLPOND_SEED"))
        return qEnvironmentVariable("MILLPOND_SEED").toULongLong();
    // ./test runs the same schedules each time, so that a failure is the doing of what was changed.
    return qEnvironmentVariableIsSet("MILLPOND_SOAK") ? std::random_device{}() : kUsualSeed;
}

std::uint64_t schedules() {
    if (qEnvironmentVariableIsSet("MILLPOND_SCHEDULES"))
        return qEnvironmentVariable("MILLPOND_SCHEDULES").toULongLong();
    return qEnvironmentVariableIsSet("MILLPOND_SOAK") ? kSoakSchedules : kSchedules;
}

struct Sum {
    std::uint64_t steps = 0, promotions = 0, switchovers = 0, crashes = 0;
};

}  // namespace

class FailoverSimulationTest : public QObject {
    Q_OBJECT

private slots:
    void everyScheduleKeepsEveryInvariant() {
        const std::uint64_t first = first_seed();
        const std::uint64_t count = schedules();
        qInfo("seeds %llu to %llu", static_cast<unsigned long long>(first),
              static_cast<unsigned long long>(first + count - 1));
        std::atomic<std::uint64_t> next{first};
        std::mutex mutex;
        Sum sum;
        QStringList violations;
        const auto work = [&] {
            for (;;) {
                const std::uint64_t seed = next++;
                if (seed >= first + count) return;
                const Verdict verdict = simulate({seed, Sabotage::none, count == 1});
                const std::lock_guard lock(mutex);
                sum.steps += verdict.steps;
                sum.promotions += verdict.promotions;
                sum.switchovers += verdict.switchovers;
                sum.crashes += verdict.crashes;
                if (verdict.violation.empty()) continue;
                violations << QString("seed %1: %2")
                                  .arg(seed)
                                  .arg(QString::fromStdString(verdict.violation));
                if (violations.size() >= 20) return;
            }
        };
        std::vector<std::jthread> threads;
        for (unsigned i = 0; i < std::max(1u, std::thread::hardware_concurrency()); ++i)
            threads.emplace_back(work);
        threads.clear();
        qInfo("%llu schedules: %llu steps, %llu promotions, %llu switchovers, %llu crashes",
              static_cast<unsigned long long>(count), static_cast<unsigned long long>(sum.steps),
              static_cast<unsigned long long>(sum.promotions),
              static_cast<unsigned long long>(sum.switchovers),
              static_cast<unsigned long long>(sum.crashes));
        QVERIFY2(violations.isEmpty(), qPrintable(violations.join('\n')));
        if (count >= kSchedules) QVERIFY(sum.promotions > count && sum.switchovers > count / 20);
    }

    void aPlantedFaultIsCaught_data() {
        QTest::addColumn<int>("sabotage");
        QTest::addColumn<QString>("violation");
        const auto row = [](const char* name, Sabotage sabotage, const char* violation) {
            QTest::newRow(name) << static_cast<int>(sabotage) << QString(violation);
        };
        row("fenced too early", Sabotage::early_fence,
            "promoted before the old primary was fenced");
        row("revoke that never was", Sabotage::false_revoke,
            "promoted before the old primary was fenced");
        row("old epochs", Sabotage::old_epochs, "an epoch did not grow");
        row("swapped offsets", Sabotage::swapped_offsets, "is ahead");
        row("boasting empties", Sabotage::boasting_empties, "an empty node outranked");
        row("deaf to answers", Sabotage::deaf, "it never settled");
        row("slandered busy node", Sabotage::slander, "no more than busy");
        row("hasty catch-up", Sabotage::hasty_catch_up, "is ahead");
        row("unasked promotion", Sabotage::unasked_promotion, "automatic failover is off");
    }
    void aPlantedFaultIsCaught() {
        QFETCH(int, sabotage);
        QFETCH(QString, violation);
        const std::uint64_t first = first_seed();
        for (std::uint64_t seed = first; seed < first + kMutationSchedules; ++seed) {
            const Verdict verdict = simulate({seed, static_cast<Sabotage>(sabotage), false});
            if (QString::fromStdString(verdict.violation).contains(violation)) return;
        }
        QFAIL(qPrintable(QString("no schedule from seed %1 on caught it").arg(first)));
    }

    void theSameSeedIsTheSameSchedule() {
        const Verdict one = simulate({42, Sabotage::none, false});
        const Verdict two = simulate({42, Sabotage::none, false});
        QCOMPARE(one.steps, two.steps);
        QCOMPARE(one.promotions, two.promotions);
    }
};

int main(int argc, char** argv) {
    // Qt Test's own limit of five minutes would end the long run.
    if (schedules() > kSchedules) qputenv("QTEST_FUNCTION_TIMEOUT", "2000000000");
    QCoreApplication application(argc, argv);
    FailoverSimulationTest test;
    return QTest::qExec(&test, argc, argv);
}
#include "failover_simulation_test.moc"
