// SPDX-License-Identifier: Apache-2.0
//
// A snapshot in a file: written beside its final name and renamed when it is whole and on the disk,
// so that the name always holds one complete snapshot. And the sources that read files. Used by one
// thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "engine/snapshot/rdb_reader.h"
#include "engine/snapshot/walker.h"

namespace millpond::engine {

class SnapshotFileSink final : public SnapshotSink {
public:
    /// `checksum`: of RDB data; without it there are zeros in its place.
    SnapshotFileSink(std::string path, SnapshotFormat format, bool checksum);
    ~SnapshotFileSink() override;  ///< removes what was not committed

    bool write(Bytes bytes) override;
    std::string error() const override { return error_; }
    /// Appends what the format has for a checksum, makes the file durable and gives it its name.
    /// False: error() says why.
    bool commit();
    std::uint64_t size() const { return size_; }

private:
    bool flush();
    bool fail(const char* what);

    const std::string path_;
    std::string temporary_;
    const SnapshotFormat format_;
    const bool checksum_;
    int fd_ = -1;
    bool committed_ = false;
    std::uint64_t crc_ = 0;
    std::uint64_t size_ = 0;
    std::string buffer_;
    std::string error_;
};

/// Reads a descriptor, buffered. Owns it.
class FileSource final : public ByteSource {
public:
    explicit FileSource(int fd);
    ~FileSource() override;
    std::size_t read(char* to, std::size_t size) override;
    std::string error() const override;

private:
    int fd_;
    int failed_ = 0;
    std::unique_ptr<char[]> buffer_;
    std::size_t at_ = 0;
    std::size_t end_ = 0;
};

}  // namespace millpond::engine
