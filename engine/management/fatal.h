// SPDX-License-Identifier: Apache-2.0
//
// The sockets that a fatal signal is reported on. The signal handler may touch nothing but these
// few words and write(2). Private to this folder.
#pragma once

namespace millpond::engine {

/// Management thread only. Bounded: beyond kFatalSocketsMax a watcher is told by EOWNERDEAD
/// instead.
inline constexpr int kFatalSocketsMax = 8;
void add_fatal_socket(int fd);
void remove_fatal_socket(int fd);

}  // namespace millpond::engine
