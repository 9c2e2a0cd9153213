// SPDX-License-Identifier: Apache-2.0
//
// The last words of a process that fails (SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT): which signal,
// in what thread, and the way there, into the log. Then it ends as it would have without.
#pragma once

#include <string>

namespace millpond::engine {

/// `logfile` empty: the standard error output. Before threads start.
void set_crash_log(const std::string& logfile);

/// crash-log-enabled. Any thread. Builds with a sanitizer leave failures to that.
void report_crashes(bool yes);

}  // namespace millpond::engine
