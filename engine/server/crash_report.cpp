// SPDX-License-Identifier: Apache-2.0
#include "engine/server/crash_report.h"

#include <execinfo.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <string_view>

namespace millpond::engine {

namespace {

constexpr std::array kSignals = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
constexpr int kFramesMax = 100;
#ifdef MILLPOND_SANITIZED
constexpr bool kLeftToTheSanitizer = true;
#else
constexpr bool kLeftToTheSanitizer = false;
#endif

int log_fd = STDERR_FILENO;

// In a signal handler nothing may be allocated, and no lock be taken: what is written is put
// together by hand.

void say(std::string_view text) {
    while (!text.empty()) {
        const ssize_t n = ::write(log_fd, text.data(), text.size());
        if (n <= 0) return;
        text.remove_prefix(static_cast<std::size_t>(n));
    }
}

void say_number(std::uintptr_t number, unsigned base) {
    char digits[2 * sizeof number + 1];
    char* at = digits + sizeof digits;
    do {
        *--at = "0123456789abcdef"[number % base];
        number /= base;
    } while (number != 0 && at != digits);
    say({at, static_cast<std::size_t>(digits + sizeof digits - at)});
}

void report(int signal, siginfo_t* info, void*) {
    say("\n=== Millpond bug report: what follows is for whoever mends it\n");
    say("millpond-engine " MILLPOND_VERSION " (pid ");
    say_number(static_cast<std::uintptr_t>(::getpid()), 10);
    say(") crashed by signal: ");
    say_number(static_cast<std::uintptr_t>(signal), 10);
    say(" (SIG");
    say(::sigabbrev_np(signal));
    say(")");
    if (info->si_code <= 0) {
        say(", sent by process ");
        say_number(static_cast<std::uintptr_t>(info->si_pid), 10);
    } else if (signal == SIGSEGV || signal == SIGBUS) {
        say(", accessing address: 0x");
        say_number(reinterpret_cast<std::uintptr_t>(info->si_addr), 16);
    }
    char name[16] = "";
    ::prctl(PR_GET_NAME, name);
    say("\nThread: ");
    say(name);
    say("\nStack (names by: addr2line -Cfe millpond-engine ADDRESS):\n");
    std::array<void*, kFramesMax> frames;
    ::backtrace_symbols_fd(frames.data(), ::backtrace(frames.data(), kFramesMax), log_fd);
    say("=== End of the bug report\n");
    ::raise(signal);  // by SA_RESETHAND as if nobody had handled it
}

}  // namespace

void set_crash_log(const std::string& logfile) {
    if (!logfile.empty()) {
        const int fd = ::open(logfile.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
        if (fd >= 0) log_fd = fd;
    }
    void* frame = nullptr;
    ::backtrace(&frame, 1);  // loads what it needs, which a handler could not
}

void report_crashes(bool yes) {
    if (kLeftToTheSanitizer) return;
    struct sigaction action {};
    ::sigemptyset(&action.sa_mask);
    action.sa_flags = yes ? static_cast<int>(SA_SIGINFO | SA_RESETHAND | SA_NODEFER) : 0;
    if (yes) {
        action.sa_sigaction = report;
    } else {
        action.sa_handler = SIG_DFL;
    }
    for (const int signal : kSignals) ::sigaction(signal, &action, nullptr);
}

}  // namespace millpond::engine
