// SPDX-License-Identifier: Apache-2.0
#include "engine/server/process_usage.h"

#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstring>

#include "engine/memory/account.h"
#include "engine/memory/proc_file.h"

namespace millpond::engine {

void ProcessUsage::sample() {
    resident_bytes_.store(resident_memory(), std::memory_order_relaxed);
    sample_main_thread();
}

/// Ten times a second, so it asks for no memory.
void ProcessUsage::sample_main_thread() {
    std::array<char, 64> path;
    std::snprintf(path.data(), path.size(), "/proc/self/task/%d/stat",
                  static_cast<int>(::getpid()));
    std::array<char, 1024> text;
    // The name, in parentheses, may hold anything; utime and stime are the 12th and 13th behind it.
    const char* behind_name = std::strrchr(read_proc(path.data(), text), ')');
    unsigned long user = 0, system = 0;
    if (!behind_name ||
        std::sscanf(behind_name + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user,
                    &system) != 2)
        return;
    const auto ticks_per_second = static_cast<double>(::sysconf(_SC_CLK_TCK));
    main_user_.store(static_cast<double>(user) / ticks_per_second, std::memory_order_relaxed);
    main_system_.store(static_cast<double>(system) / ticks_per_second, std::memory_order_relaxed);
}

}  // namespace millpond::engine
