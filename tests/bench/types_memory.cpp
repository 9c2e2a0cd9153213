// SPDX-License-Identifier: Apache-2.0
//
// What a large collection costs beyond its members' own bytes, one million of them, by what the
// process really holds; and how fast it is filled and read. Fails when a target of the design is
// missed. Each collection has a process of its own, so that none fills what another has freed. Run:
// types_memory [members].
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>

#include "engine/types/collections.h"

using namespace millpond::engine;

namespace {

std::size_t resident_bytes() {
    std::size_t pages = 0, resident = 0;
    std::ifstream("/proc/self/statm") >> pages >> resident;
    return resident * 4096;
}

double seconds() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

/// 16 bytes, as the targets have it, and no integer; in a scattered order.
std::string member(std::size_t i) {
    char text[24];
    std::snprintf(text, sizeof text, "m:%014zx", i * 0x9e3779b97f4a7c15u >> 8 & 0xffffffffffffff);
    return text;
}

template <class Handle, class Add, class Read>
bool measure_here(const char* name, std::size_t members, std::size_t payload, double limit, Add add,
                  Read read) {
    std::size_t before = resident_bytes();
    void* object = Handle::create();
    double start = seconds();
    for (std::size_t i = 0; i < members; i++) add(Handle(object), i);
    double filled = seconds();
    for (std::size_t i = 0; i < members; i++) read(Handle(object), i);
    double done = seconds();
    auto n = static_cast<double>(members);
    double resident = static_cast<double>(resident_bytes() - before) / n;
    double counted = static_cast<double>(object_bytes(Handle::type, object)) / n;
    std::printf(
        "%-10s %zu x %zu B: over payload %.1f B resident, %.1f B counted; add %.0f ns, read %.0f "
        "ns\n",
        name, members, payload, resident - static_cast<double>(payload),
        counted - static_cast<double>(payload), (filled - start) / n * 1e9,
        (done - filled) / n * 1e9);
    start = seconds();
    destroy_object(Handle::type, object);
    std::printf("%-10s destroyed in %.0f ms\n", "", (seconds() - start) * 1e3);
    std::fflush(stdout);
    constexpr double kNoise = 2;  // pages and segments taken in advance, spread over few members
    return resident - static_cast<double>(payload) <= limit + kNoise;
}

/// True when the bytes over payload are within the limit.
template <class Handle, class Add, class Read>
bool measure(const char* name, std::size_t members, std::size_t payload, double limit, Add add,
             Read read) {
    pid_t child = ::fork();
    if (child == 0) ::_exit(measure_here<Handle>(name, members, payload, limit, add, read) ? 0 : 1);
    int status = 1;
    ::waitpid(child, &status, 0);
    return status == 0;
}

}  // namespace

int main(int argc, char** argv) {
    std::size_t members = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 300000;
    bool good = measure<Set>(
        "set", members, 16, 16, [](Set s, std::size_t i) { s.add(member(i)); },
        [](Set s, std::size_t i) { s.contains(member(i)); });
    good &= measure<Hash>(
        "hash", members, 32, 24, [](Hash h, std::size_t i) { h.set(member(i), member(i + 1)); },
        [](Hash h, std::size_t i) { h.get(member(i)); });
    good &= measure<SortedSet>(
        "sorted set", members, 16, 40,
        [](SortedSet z, std::size_t i) {
            z.set(member(i), static_cast<double>(i * 7919 % 1000003));
        },
        [](SortedSet z, std::size_t i) { z.rank(member(i)); });
    good &= measure<List>(
        "list", members, 16, 8, [](List l, std::size_t i) { l.push_back(member(i)); },
        [](List l, std::size_t i) { l.at(i); });
    return good ? 0 : 1;
}
