// SPDX-License-Identifier: Apache-2.0
//
// Reads what the kernel tells of the process in a line, for those who ask often: no memory is asked
// for. Any thread.
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <cstddef>
#include <span>

namespace millpond::engine {

/// The file's beginning, as a string that ends in the buffer; empty when it cannot be read.
inline const char* read_proc(const char* path, std::span<char> buffer) noexcept {
    buffer[0] = '\0';
    const int file = ::open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return buffer.data();
    const ssize_t length = ::read(file, buffer.data(), buffer.size() - 1);
    ::close(file);
    if (length > 0) buffer[static_cast<std::size_t>(length)] = '\0';
    return buffer.data();
}

}  // namespace millpond::engine
