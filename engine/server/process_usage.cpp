// SPDX-License-Identifier: Apache-2.0
#include "engine/server/process_usage.h"

#include <unistd.h>

#include <fstream>
#include <sstream>
#include <string>

#include "engine/memory/account.h"

namespace millpond::engine {

void ProcessUsage::sample() {
    resident_bytes_.store(resident_memory(), std::memory_order_relaxed);
    sample_main_thread();
}

void ProcessUsage::sample_main_thread() {
    std::ifstream file("/proc/self/task/" + std::to_string(::getpid()) + "/stat");
    std::string text;
    std::getline(file, text);
    const std::size_t name_end = text.rfind(')');
    if (name_end == std::string::npos) return;
    std::istringstream words(text.substr(name_end + 1));
    constexpr int kWordsBefore = 11;
    std::string skipped;
    for (int i = 0; i < kWordsBefore; ++i) words >> skipped;
    double user = 0, system = 0;
    words >> user >> system;
    const auto ticks_per_second = static_cast<double>(::sysconf(_SC_CLK_TCK));
    main_user_.store(user / ticks_per_second, std::memory_order_relaxed);
    main_system_.store(system / ticks_per_second, std::memory_order_relaxed);
}

}  // namespace millpond::engine
