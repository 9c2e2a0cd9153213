// SPDX-License-Identifier: Apache-2.0
#include "engine/snapshot/rdb_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "engine/snapshot/crc64.h"

namespace millpond::engine {

namespace {

constexpr std::size_t buffer_bytes = 256 << 10;

}  // namespace

SnapshotFileSink::SnapshotFileSink(std::string path, SnapshotFormat format, bool checksum)
    : path_(std::move(path)),
      temporary_((std::filesystem::path(path_).parent_path() /
                  ("temp-" + std::to_string(::getpid()) + "-XXXXXX.rdb"))
                     .string()),
      format_(format),
      checksum_(checksum && format == SnapshotFormat::rdb) {
    // A name of its own: two saves of one process may overlap.
    constexpr int kSuffixBytes = 4;
    fd_ = ::mkostemps(temporary_.data(), kSuffixBytes, O_CLOEXEC);
    if (fd_ < 0 || ::fchmod(fd_, 0644) != 0) fail("cannot create");
}

SnapshotFileSink::~SnapshotFileSink() {
    if (fd_ >= 0) ::close(fd_);
    if (!committed_) ::unlink(temporary_.c_str());
}

bool SnapshotFileSink::fail(const char* what) {
    if (error_.empty()) error_ = std::string(what) + " " + temporary_ + ": " + std::strerror(errno);
    return false;
}

bool SnapshotFileSink::flush() {
    Bytes left = buffer_;
    while (!left.empty()) {
        const ssize_t n = ::write(fd_, left.data(), left.size());
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return fail("cannot write");
        left.remove_prefix(static_cast<std::size_t>(n));
    }
    buffer_.clear();
    return true;
}

bool SnapshotFileSink::write(Bytes bytes) {
    if (!error_.empty()) return false;
    if (checksum_) crc_ = crc64(crc_, bytes);
    buffer_ += bytes;
    size_ += bytes.size();
    return buffer_.size() < buffer_bytes || flush();
}

bool SnapshotFileSink::commit() {
    if (format_ == SnapshotFormat::rdb) {
        char raw[sizeof crc_];
        std::memcpy(raw, &crc_, sizeof raw);
        if (!write({raw, sizeof raw})) return false;
    }
    if (!flush()) return false;
    if (::fsync(fd_) != 0) return fail("cannot sync");
    if (::rename(temporary_.c_str(), path_.c_str()) != 0) return fail("cannot rename");
    committed_ = true;
    const std::string folder = std::filesystem::path(path_).parent_path().string();
    const int directory =
        ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory >= 0) {  // the name is as durable as the bytes
        ::fsync(directory);
        ::close(directory);
    }
    return true;
}

FileSource::FileSource(int fd)
    : fd_(fd), buffer_(std::make_unique_for_overwrite<char[]>(buffer_bytes)) {}

FileSource::~FileSource() {
    ::close(fd_);
}

std::size_t FileSource::read(char* to, std::size_t size) {
    if (at_ == end_) {
        const ssize_t n = ::read(fd_, buffer_.get(), buffer_bytes);
        if (n < 0) failed_ = errno;
        at_ = 0;
        end_ = n > 0 ? static_cast<std::size_t>(n) : 0;
    }
    const std::size_t n = std::min(size, end_ - at_);
    std::memcpy(to, buffer_.get() + at_, n);
    at_ += n;
    return n;
}

std::string FileSource::error() const {
    return failed_ ? std::string("cannot read the file: ") + std::strerror(failed_)
                   : ByteSource::error();
}

}  // namespace millpond::engine
