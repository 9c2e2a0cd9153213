// SPDX-License-Identifier: Apache-2.0
#include "engine/commands/debug_faults.h"

#include <spdlog/spdlog.h>

#include <csignal>
#include <cstdlib>
#include <random>
#include <string>

#include "engine/commands/glob.h"

namespace millpond::engine {

namespace {

constexpr int kPatterns = 1'000'000;
constexpr std::size_t kTextBytesMax = 31;
constexpr std::string_view kAlphabet = "ab*?[]^-\\";

void log_end(const Call& call) {
    spdlog::critical("DEBUG {} ends this process", call.arg(1));
    spdlog::default_logger()->flush();
}

}  // namespace

void debug_segfault(Call& call) {
    log_end(call);
#ifdef MILLPOND_SANITIZED
    std::signal(SIGSEGV, SIG_DFL);  // asked for: nothing for the sanitizer to report
#endif
    std::raise(SIGSEGV);
}

void debug_abort(Call& call) {
    log_end(call);
    std::abort();
}

void debug_stringmatch(Call& call) {
    std::mt19937 random(std::random_device{}());
    std::string pattern, text;
    const auto draw = [&](std::string& to) {
        to.resize(random() % (kTextBytesMax + 1));
        for (char& c : to) c = kAlphabet[random() % kAlphabet.size()];
    };
    for (int i = 0; i < kPatterns; ++i) {
        draw(pattern);
        draw(text);
        static_cast<void>(glob_matches(pattern, text));
    }
    call.reply().simple("Apparently Redis did not crash: test passed");
}

}  // namespace millpond::engine
