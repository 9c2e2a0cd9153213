// SPDX-License-Identifier: Apache-2.0
//
// Goal: the log is one contiguous order of whole records, whoever appends and however they
// interleave.
#include <QtTest>

#include <atomic>
#include <map>
#include <random>
#include <thread>

#include "engine/log/effect_log.h"

using namespace millpond::engine;

namespace {

std::string record(int thread, int sequence, std::size_t padding) {
    std::string body = std::to_string(thread) + " " + std::to_string(sequence) + " ";
    body.append(padding, static_cast<char>('a' + sequence % 26));
    return "*2\r\n$3\r\nREC\r\n$" + std::to_string(body.size()) + "\r\n" + body + "\r\n";
}

struct Command {
    std::vector<std::string> args;
    std::size_t length;
};

/// The command at the front of `bytes`, if it is whole.
std::optional<Command> parse(std::string_view bytes) {
    std::size_t at = 0;
    const auto number = [&](char kind) -> std::optional<long> {
        if (at >= bytes.size() || bytes[at] != kind) return std::nullopt;
        const std::size_t end = bytes.find("\r\n", at);
        if (end == bytes.npos) return std::nullopt;
        const long value =
            std::strtol(std::string(bytes.substr(at + 1, end - at - 1)).c_str(), nullptr, 10);
        at = end + 2;
        return value;
    };
    const auto count = number('*');
    if (!count) return std::nullopt;
    Command command{};
    for (long i = 0; i < *count; ++i) {
        const auto size = number('$');
        if (!size || at + static_cast<std::size_t>(*size) + 2 > bytes.size()) return std::nullopt;
        command.args.emplace_back(bytes.substr(at, static_cast<std::size_t>(*size)));
        at += static_cast<std::size_t>(*size) + 2;
    }
    command.length = at;
    return command;
}

std::string drain(LogReader& reader) {
    std::string all;
    for (std::string_view piece = reader.peek(); !piece.empty(); piece = reader.peek()) {
        all += piece;
        reader.consume(piece.size());
    }
    return all;
}

}  // namespace

class LogTest : public QObject {
    Q_OBJECT

private slots:
    void concurrentAppendsStayWholeAndInOrder();
    void selectComesWithAChangeOfDatabaseOnly();
    void backlogKeepsItsSizeAndOpensInside();
    void aSlowReaderIsOverrunAndPinsWhatItReads();
    void aHugeRecordIsWhole();
    void aWakeUpComesOncePerArming();
    void aRestartOverrunsReadersAndMovesTheOffset();
};

void LogTest::concurrentAppendsStayWholeAndInOrder() {
    const char* given = std::getenv("MILLPOND_SEED");
    const unsigned seed = given ? static_cast<unsigned>(std::atoi(given)) : std::random_device{}();
    qInfo("seed %u", seed);
    constexpr int threads = 4;
    const int records = std::getenv("MILLPOND_SOAK") ? 200000 : 8000;
    EffectLog log;
    log.activate(1000);
    log.set_backlog_bytes(1 << 16);
    auto reader = log.open(1000, 0);
    QVERIFY(reader);

    std::atomic<int> running{threads};
    std::vector<std::thread> writers;
    for (int t = 0; t < threads; ++t) {
        writers.emplace_back([&, t] {
            std::mt19937 random(seed + static_cast<unsigned>(t));
            for (int i = 0; i < records; ++i) {
                std::size_t padding = random() % 100;
                if (random() % 100 == 0) padding = random() % 70000;
                log.append(t % 3, record(t, i, padding));
            }
            --running;
        });
    }
    std::string pending;
    std::map<int, int> next;
    int database = -1;
    std::uint64_t seen = 1000;
    bool wrong = false;
    const auto take = [&] {
        pending += drain(*reader);
        std::size_t at = 0;
        while (auto command = parse(std::string_view(pending).substr(at))) {
            at += command->length;
            if (command->args[0] == "SELECT") {
                const int to = std::stoi(command->args[1]);
                wrong |= to == database;
                database = to;
                continue;
            }
            int thread = -1, sequence = -1;
            std::sscanf(command->args[1].c_str(), "%d %d", &thread, &sequence);
            wrong |= thread < 0 || next[thread] != sequence || database != thread % 3;
            const std::string expected = record(thread, sequence, 0);
            wrong |= command->args[1].find_last_not_of(static_cast<char>('a' + sequence % 26)) !=
                     command->args[1].rfind(' ');
            next[thread] = sequence + 1;
        }
        seen += at;
        pending.erase(0, at);
    };
    while (running.load() > 0 && !wrong) take();
    for (auto& writer : writers) writer.join();
    take();
    QVERIFY(!wrong);
    QVERIFY(pending.empty());
    for (int t = 0; t < threads; ++t) QCOMPARE(next[t], records);
    QCOMPARE(seen, log.end());
    QCOMPARE(log.reserved(), log.end());
}

void LogTest::selectComesWithAChangeOfDatabaseOnly() {
    EffectLog log;
    log.activate(0);
    auto reader = log.open(0, 0);
    const std::string one = record(0, 0, 0);
    log.append(0, one);
    log.append(0, one);
    log.append_neutral("*1\r\n$4\r\nPING\r\n");
    log.append(0, one);
    log.append(12, one);
    log.forget_database();
    log.append(12, one);
    log.append_raw(one);
    log.append(12, one);
    const std::string zero = "*2\r\n$6\r\nSELECT\r\n$1\r\n0\r\n",
                      twelve = "*2\r\n$6\r\nSELECT\r\n$2\r\n12\r\n";
    QCOMPARE(drain(*reader), zero + one + one + "*1\r\n$4\r\nPING\r\n" + one + twelve + one +
                                 twelve + one + one + twelve + one);
}

void LogTest::backlogKeepsItsSizeAndOpensInside() {
    EffectLog log;
    log.activate(0);
    log.set_backlog_bytes(256 << 10);
    std::string all;
    LogOffset at = 0;
    for (int i = 0; i < 20000; ++i) {
        const std::string bytes = record(1, i, 40);
        at = log.append(0, bytes);
        if (i == 0) all += "*2\r\n$6\r\nSELECT\r\n$1\r\n0\r\n";
        all += bytes;
    }
    QCOMPARE(log.end(), at);
    QVERIFY(log.end() - log.begin() >= (256u << 10));
    QVERIFY(log.end() - log.begin() < (256u << 10) + 2 * EffectLog::segment_bytes);
    QVERIFY(log.memory_bytes() < (1u << 20));
    QVERIFY(!log.open(log.begin() - 1, 0));
    QVERIFY(!log.open(log.end() + 1, 0));
    for (LogOffset from : {log.begin(), log.begin() + 1, log.end() - 70000, log.end()}) {
        auto reader = log.open(from, 0);
        QVERIFY(reader);
        QVERIFY(drain(*reader) == all.substr(from));
    }
}

void LogTest::aSlowReaderIsOverrunAndPinsWhatItReads() {
    EffectLog log;
    log.activate(0);
    log.set_backlog_bytes(64 << 10);
    auto slow = log.open(0, 1 << 20);
    log.append(0, record(0, 0, 50));
    const std::string_view first = slow->peek();
    const std::string copy(first);
    int i = 1;
    while (!slow->overrun() && i < 100000) log.append(0, record(0, i++, 500));
    QVERIFY(slow->overrun());
    QVERIFY(log.end() > (1u << 20));
    QCOMPARE(first, std::string_view(copy));
    QCOMPARE(log.begin(), 0u);
    slow.reset();
    for (int j = 0; j < 500; ++j) log.append(0, record(0, i++, 500));
    QVERIFY(log.begin() > (1u << 20) - (200u << 10));
    log.collect();
    QVERIFY(log.memory_bytes() < (1u << 20));
}

void LogTest::aHugeRecordIsWhole() {
    EffectLog log;
    log.activate(0);
    auto reader = log.open(0, 0);
    for (const std::size_t size :
         {EffectLog::huge_bytes - 40, EffectLog::huge_bytes, EffectLog::segment_bytes,
          EffectLog::segment_bytes + 1, std::size_t{3} << 20, std::size_t{10}}) {
        const std::string bytes = record(1, 1, size);
        log.append_raw(bytes);
        QVERIFY(drain(*reader) == bytes);
    }
}

void LogTest::aWakeUpComesOncePerArming() {
    EffectLog log;
    int woken = 0;
    log.on_wake([&] { ++woken; });
    log.activate(0);
    log.append(0, record(0, 0, 0));
    QCOMPARE(woken, 0);
    log.arm();
    log.append(0, record(0, 0, 0));
    log.append(0, record(0, 0, 0));
    QCOMPARE(woken, 1);
}

void LogTest::aRestartOverrunsReadersAndMovesTheOffset() {
    EffectLog log;
    log.activate(0);
    auto reader = log.open(0, 0);
    log.append(0, record(0, 0, 0));
    const std::string_view view = reader->peek();
    const std::string copy(view);
    log.activate(5000);
    QVERIFY(reader->overrun());
    QCOMPARE(view, std::string_view(copy));
    QCOMPARE(log.end(), 5000u);
    QVERIFY(!log.open(0, 0));
    auto other = log.open(5000, 0);
    QVERIFY(other);
    reader.reset();
    log.append_raw(record(1, 1, 1));
    QCOMPARE(drain(*other), record(1, 1, 1));
    other.reset();
    log.deactivate();
    QVERIFY(!log.active());
    QCOMPARE(log.end(), 5000 + record(1, 1, 1).size());
    log.activate(log.end());
    QCOMPARE(log.begin(), log.end());
}

QTEST_GUILESS_MAIN(LogTest)
#include "log_test.moc"
