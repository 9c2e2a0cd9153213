// SPDX-License-Identifier: Apache-2.0
#include "engine/aof/file.h"

#include <fcntl.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace millpond::engine {

AofFile::AofFile(std::string path, bool anew)
    : path_(std::move(path)),
      fd_(::open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | (anew ? O_TRUNC : 0),
                 0644)) {
    struct stat about {};
    if (fd_ < 0 || ::fstat(fd_, &about) != 0) {
        error_ = errno;
        return;
    }
    size_ = static_cast<std::uint64_t>(about.st_size);
}

AofFile::~AofFile() {
    if (fd_ >= 0) ::close(fd_);
}

bool AofFile::append(std::string_view bytes) {
    if (broken_) return false;
    const std::uint64_t before = size_;
    while (!bytes.empty()) {
        const ssize_t n = ::write(fd_, bytes.data(), bytes.size());
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) {
            error_ = errno;
            // Half a record at the end would be taken for the mark of a crash.
            if (size_ != before && ::ftruncate(fd_, static_cast<off_t>(before)) == 0)
                size_ = before;
            broken_ = size_ != before;
            if (broken_) {
                spdlog::critical("{}: half a record cannot be taken back: {}", path_,
                                 std::strerror(errno));
            }
            return false;
        }
        size_ += static_cast<std::uint64_t>(n);
        bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
}

int AofFile::sync() {
    return ::fdatasync(fd_) == 0 ? 0 : errno;
}

}  // namespace millpond::engine
