// SPDX-License-Identifier: Apache-2.0
//
// What one thread frees of another's memory comes back to it a little at a time.
#include <QtTest>
#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>
#include <random>
#include <semaphore>
#include <thread>
#include <vector>

#include "engine/memory/account.h"
#include "engine/memory/background_free.h"
#include "engine/memory/memory_owner.h"

using namespace millpond::engine;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t kBlocks = 200'000;
constexpr std::size_t kBlockBytes = 112;

using Blocks = std::vector<std::unique_ptr<char[]>>;

/// Blocks in an order that has nothing to do with their addresses, as a hash table has them.
Blocks* make_blocks() {
    auto* blocks = new Blocks(kBlocks);
    for (auto& block : *blocks) block = std::make_unique<char[]>(kBlockBytes);
    std::shuffle(blocks->begin(), blocks->end(), std::mt19937(1));
    return blocks;
}

void free_blocks(std::uintptr_t, void* object) {
    delete static_cast<Blocks*>(object);
}

}  // namespace

class MemoryFrees : public QObject {
    Q_OBJECT

private slots:
    void all_is_given_back_in_portions();
    void an_owner_that_does_not_look_holds_nobody_up();
};

void MemoryFrees::all_is_given_back_in_portions() {
    BackgroundFree background;
    std::counting_semaphore<> woken(0);
    std::atomic<int> asked{0};
    std::atomic<bool> stop{false};
    std::atomic<Blocks*> made{nullptr};
    std::thread thread([&] {
        MemoryOwner owner([&] {
            asked.fetch_add(1);
            woken.release();
        });
        made.store(make_blocks());
        while (!stop.load()) {
            if (woken.try_acquire_for(1ms)) owner.look();
        }
    });
    QTRY_VERIFY(made.load() != nullptr);
    const std::size_t before = used_memory();
    background.give(free_blocks, 0, made.load(), kBlocks);
    background.drain();
    stop.store(true);
    thread.join();
    QCOMPARE(background.freed(), kBlocks);
#ifndef MILLPOND_SANITIZED  // which free at once, and count nothing
    QVERIFY(before - used_memory() >= kBlocks * kBlockBytes);
    QVERIFY2(asked.load() >= 50, qPrintable(QString::number(asked.load())));
#endif
}

void MemoryFrees::an_owner_that_does_not_look_holds_nobody_up() {
    BackgroundFree background;
    const MemoryOwner busy([] {});
    const auto begun = std::chrono::steady_clock::now();
    background.give(free_blocks, 0, make_blocks(), kBlocks);
    background.drain();
    QCOMPARE(background.freed(), kBlocks);
    QVERIFY(std::chrono::steady_clock::now() - begun < 10s);
}

QTEST_GUILESS_MAIN(MemoryFrees)
#include "memory_frees.moc"
