// SPDX-License-Identifier: Apache-2.0
#include "engine/server/replace_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace millpond::engine {

namespace {

bool write_all(int fd, std::string_view text) {
    while (!text.empty()) {
        const ssize_t n = ::write(fd, text.data(), text.size());
        if (n < 0 && errno != EINTR) return false;
        if (n > 0) text.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
}

}  // namespace

int replace_file(const std::string& path, std::string_view text, mode_t mode, bool durable) {
    const std::string beside = path + ".tmp-" + std::to_string(::getpid());
    struct stat old {};
    if (::stat(path.c_str(), &old) == 0) mode = old.st_mode & 07777;
    const int fd = ::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
    if (fd < 0) return errno;
    // What the mask has taken from a mode that the file had is given back.
    int error = write_all(fd, text) && ::fchmod(fd, mode) == 0 && (!durable || ::fsync(fd) == 0)
                    ? 0
                    : errno;
    if (::close(fd) != 0 && error == 0) error = errno;
    if (error == 0 && ::rename(beside.c_str(), path.c_str()) != 0) error = errno;
    if (error != 0) ::unlink(beside.c_str());
    return error;
}

}  // namespace millpond::engine
