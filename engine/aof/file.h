// SPDX-License-Identifier: Apache-2.0
//
// One increment of the append-only file, open for appending. What has been written is whole: a
// write that fails half-way is taken back. Used under the owner's lock; sync() beside it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace millpond::engine {

class AofFile {
public:
    /// `anew`: whatever lies there under that name is none of ours, and goes.
    AofFile(std::string path, bool anew);
    ~AofFile();
    AofFile(const AofFile&) = delete;

    bool is_open() const { return fd_ >= 0; }
    const std::string& path() const { return path_; }
    /// False: nothing of it was written, and error() says why.
    bool append(std::string_view bytes);
    /// Waits until what has been written is on the disk; errno or 0.
    int sync();
    std::uint64_t size() const { return size_; }
    /// The errno of the last failure to open or to append.
    int error() const { return error_; }

private:
    const std::string path_;
    int fd_ = -1;
    std::uint64_t size_ = 0;
    bool broken_ = false;  ///< half a record stands at the end: nothing may follow it
    int error_ = 0;
};

}  // namespace millpond::engine
