// SPDX-License-Identifier: Apache-2.0
//
// Pages: each is somebody's alone and keeps what is written to it; free ones are used again, and go
// back to the system when asked or when there are many.
#include <QtTest>
#include <cstring>
#include <random>
#include <set>
#include <thread>
#include <vector>

#include "engine/memory/account.h"
#include "engine/memory/page_pool.h"
#include "engine/memory/pages.h"
#include "tests/engine/seed.h"

using namespace millpond::engine;

class MemoryPages : public QObject {
    Q_OBJECT

private slots:
    void each_is_somebodys_alone();
    void free_ones_go_back_when_there_are_many();
    void what_is_given_out_is_accounted();
    void any_thread_may_call();
};

void MemoryPages::each_is_somebodys_alone() {
    std::mt19937_64 random(test_seed());
    for (std::size_t ahead : {0u, 64u * 1024u}) {
        PagePool pool(kPageBytes, ahead);
        std::vector<std::pair<unsigned char*, unsigned char>> taken;
        for (int i = 0; i < 60'000; ++i) {
            if (taken.empty() || random() % 8 < 5) {
                auto* page = static_cast<unsigned char*>(pool.take());
                QCOMPARE(reinterpret_cast<std::uintptr_t>(page) % kPageBytes, std::uintptr_t{0});
                const auto mark = static_cast<unsigned char>(random());
                page[0] = page[kPageBytes - 1] = mark;
                taken.emplace_back(page, mark);
            } else {
                std::swap(taken[random() % taken.size()], taken.back());
                const auto [page, mark] = taken.back();
                QCOMPARE(page[0], mark);
                QCOMPARE(page[kPageBytes - 1], mark);
                pool.give_back(page);
                taken.pop_back();
            }
            if (i % 10'000 == 0) {
                pool.trim();
                QCOMPARE(pool.free_bytes(), std::size_t{0});
            }
            QCOMPARE(pool.used_bytes(), taken.size() * kPageBytes);
        }
        std::set<void*> distinct;
        for (const auto& [page, mark] : taken) distinct.insert(page);
        QCOMPARE(distinct.size(), taken.size());
    }
}

void MemoryPages::free_ones_go_back_when_there_are_many() {
    constexpr std::size_t kMany = 20'000;  // 80 MB
    PagePool pool(kPageBytes);
    std::vector<void*> pages;
    const std::size_t before = resident_memory();
    for (std::size_t i = 0; i < kMany; ++i) {
        pages.push_back(pool.take());
        std::memset(pages.back(), 1, kPageBytes);
    }
    QVERIFY(resident_memory() > before + kMany * kPageBytes / 10 * 9);
    for (void* page : pages) pool.give_back(page);
    QVERIFY(pool.free_bytes() <= 32 * 1024 * 1024);
    QVERIFY(resident_memory() < before + 40 * 1024 * 1024);
    const std::size_t left = pool.free_bytes();
    QCOMPARE(pool.trim(), left);
    QCOMPARE(pool.free_bytes(), std::size_t{0});
    // What comes back from the system is zeros.
    auto* page = static_cast<unsigned char*>(pool.take());
    QCOMPARE(page[0], static_cast<unsigned char>(0));
}

void MemoryPages::what_is_given_out_is_accounted() {
    release_page(allocate_page());  // so that the pool is there, with its lists
    const std::size_t before = used_memory();
    void* page = allocate_page();
#ifndef MILLPOND_SANITIZED
    QCOMPARE(used_memory(), before + kPageBytes);
#endif
    release_page(page);
    QCOMPARE(used_memory(), before);
}

void MemoryPages::any_thread_may_call() {
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([t] {
            std::vector<int*> pages;
            for (int i = 0; i < 20'000; ++i) {
                pages.push_back(static_cast<int*>(allocate_page()));
                *pages.back() = t;
                if (i % 3 == 2) {
                    for (int* page : {pages.front(), pages.back()}) {
                        if (*page != t) qFatal("a page of two threads");
                        release_page(page);
                    }
                    pages.front() = pages[pages.size() - 2];
                    pages.resize(pages.size() - 2);
                }
            }
            for (int* page : pages) release_page(page);
        });
    }
    for (std::thread& thread : threads) thread.join();
    trim_pages();
}

QTEST_GUILESS_MAIN(MemoryPages)
#include "memory_pages.moc"
