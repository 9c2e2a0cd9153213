// SPDX-License-Identifier: Apache-2.0
//
// What is done to long rows of bytes at once, against the same byte by byte: bits counted and
// combined, copies from any place to any other.
#include <QtTest>
#include <bit>
#include <random>
#include <string>
#include <vector>

#include "engine/memory/copy_bytes.h"
#include "engine/types/bit_words.h"
#include "tests/engine/seed.h"

using namespace millpond::engine;

namespace {

std::string random_bytes(std::mt19937_64& random, std::size_t size) {
    std::string bytes(size, '\0');
    for (char& c : bytes) c = static_cast<char>(random());
    return bytes;
}

}  // namespace

class TypesBytesTest : public QObject {
    Q_OBJECT

private slots:
    void bits_are_counted_and_combined();
    void copies_at_every_distance();
    void moves_that_overlap();
};

void TypesBytesTest::bits_are_counted_and_combined() {
    std::mt19937_64 random(test_seed());
    for (std::size_t size = 0; size < 300; ++size) {
        const std::size_t skew = random() % 16;
        const std::string a = random_bytes(random, size + skew), b = random_bytes(random, size);
        std::uint64_t ones = 0;
        for (const char c : b) ones += std::popcount(static_cast<unsigned char>(c));
        QCOMPARE(count_ones(b), ones);
        const auto check = [&](BitOperation operation, auto expected) {
            std::string out = a, wanted = a;
            for (std::size_t i = 0; i < size; ++i)
                wanted[skew + i] = static_cast<char>(expected(a[skew + i], b[i]));
            combine_bits(out.data() + skew, b, operation);
            QCOMPARE(out, wanted);
        };
        check(BitOperation::conjunction, [](char x, char y) { return x & y; });
        check(BitOperation::disjunction, [](char x, char y) { return x | y; });
        check(BitOperation::difference, [](char x, char y) { return x ^ y; });
        std::string inverse = b;
        invert_bits(inverse.data(), size);
        for (std::size_t i = 0; i < size; ++i) QCOMPARE(inverse[i], static_cast<char>(~b[i]));
    }
}

void TypesBytesTest::copies_at_every_distance() {
    constexpr std::size_t kPage = 4096, kRoom = 16 * kPage;
    std::mt19937_64 random(test_seed());
    const std::string from = random_bytes(random, kRoom);
    std::string to(kRoom, '\0');
    for (const std::size_t size : {0, 1, 1023, 1024, 1025, 5000, 20'000}) {
        for (std::size_t behind = 0; behind <= 80; ++behind) {
            const std::size_t at =
                (reinterpret_cast<std::uintptr_t>(from.data()) + behind + kRoom * kPage -
                 reinterpret_cast<std::uintptr_t>(to.data()) % kPage) %
                kPage;
            std::fill(to.begin(), to.end(), '\0');
            copy_bytes(to.data() + at, from.data(), size);
            QVERIFY(to.compare(at, size, from, 0, size) == 0);
            QCOMPARE(to.find_first_not_of('\0', at + size), std::string::npos);
            QVERIFY(to.find_first_not_of('\0') >= at);
        }
    }
}

void TypesBytesTest::moves_that_overlap() {
    std::mt19937_64 random(test_seed());
    const std::string bytes = random_bytes(random, 20'000);
    constexpr std::size_t kSize = 6000;
    for (int i = 0; i < 500; ++i) {
        const std::size_t from = random() % (bytes.size() - kSize);
        const std::size_t to = i % 2 == 0 ? random() % (bytes.size() - kSize)
                                          : std::min(from + i, bytes.size() - kSize);
        std::string moved = bytes;
        move_bytes(moved.data() + to, moved.data() + from, kSize);
        QCOMPARE(moved, std::string(bytes).replace(to, kSize, bytes.substr(from, kSize)));
    }
}

QTEST_GUILESS_MAIN(TypesBytesTest)
#include "types_bytes.moc"
