// SPDX-License-Identifier: Apache-2.0
#include "engine/management/fatal.h"

#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cstddef>

#include "engine/management/management.h"

namespace millpond::engine {

namespace {

/// 0 is free; a descriptor is stored plus one. Global, since a signal handler has nothing else.
std::atomic<int> sockets[kFatalSocketsMax];

/// ">2 $5 fatal :N": only async-signal-safe calls from here on.
void on_fatal(int signal) {
    char text[] = ">2\r\n$5\r\nfatal\r\n:00\r\n";
    constexpr std::size_t kTens = sizeof(text) - 5;
    text[kTens] = static_cast<char>('0' + signal / 10);
    text[kTens + 1] = static_cast<char>('0' + signal % 10);
    for (auto& slot : sockets) {
        const int stored = slot.load(std::memory_order_relaxed);
        if (stored > 0) ::send(stored - 1, text, sizeof(text) - 1, MSG_NOSIGNAL | MSG_DONTWAIT);
    }
    ::raise(signal);  // SA_RESETHAND: this one kills
}

}  // namespace

void add_fatal_socket(int fd) {
    for (auto& slot : sockets) {
        int free = 0;
        if (slot.compare_exchange_strong(free, fd + 1)) return;
    }
}

void remove_fatal_socket(int fd) {
    for (auto& slot : sockets) {
        int stored = fd + 1;
        if (slot.compare_exchange_strong(stored, 0)) return;
    }
}

void install_fatal_handlers() {
    struct sigaction action {};
    action.sa_handler = on_fatal;
    action.sa_flags = static_cast<int>(SA_RESETHAND | SA_NODEFER);
    ::sigemptyset(&action.sa_mask);
    for (const int signal : {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT})
        ::sigaction(signal, &action, nullptr);
}

}  // namespace millpond::engine
