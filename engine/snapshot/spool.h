// SPDX-License-Identifier: Apache-2.0
//
// What a walk has produced and its readers have not all taken: in memory up to a budget, and beyond
// that in an unlinked file, so that a walk never waits for a slow reader. One thread appends, any
// thread reads, each reader keeping its own position.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "engine/types/object.h"

namespace millpond::engine {

class Spool {
public:
    static constexpr std::size_t memory_bytes_max = 16 << 20;
    static constexpr std::size_t block_bytes = 256 << 10;
    static constexpr std::size_t punch_bytes = 1 << 20;

    /// The file, should it be needed, is made in `folder`.
    explicit Spool(std::string folder, std::size_t memory_max = memory_bytes_max);
    ~Spool();
    Spool(const Spool&) = delete;
    Spool& operator=(const Spool&) = delete;

    /// False when the file could not be written: error() says why, and the spool has failed.
    bool append(Bytes bytes);
    void finish();
    void fail(std::string why);

    /// Called on the appending thread after append, finish and fail. Set before the first of them.
    void on_progress(std::function<void()> progress) { progress_ = std::move(progress); }

    /// Copies what there is from `position`, at most `size` bytes; 0: nothing (yet), or an error.
    std::size_t read(std::uint64_t position, char* to, std::size_t size);
    /// Frees what lies before `position`, of the file in steps of `punch_bytes`: no reader will ask
    /// for it.
    void release(std::uint64_t position);

    std::uint64_t first() const;  ///< the lowest position that can be read
    std::uint64_t size() const;
    bool finished() const;
    bool failed() const;
    std::string error() const;

private:
    struct Block {
        std::uint64_t start;
        std::size_t size;
        std::unique_ptr<char[]> memory;  ///< null: at `file_at` in the file
        std::uint64_t file_at;
    };
    bool append_to_file(Bytes bytes);
    void punch(const Block& block, std::uint64_t position);
    std::uint64_t first_locked() const;

    const std::string folder_;
    const std::size_t memory_max_;
    std::function<void()> progress_;

    mutable std::mutex mutex_;
    std::deque<Block> blocks_;
    std::size_t memory_bytes_ = 0;
    std::uint64_t size_ = 0;
    std::uint64_t file_size_ = 0;
    std::uint64_t punched_ = 0;  ///< the file's bytes before this are given back
    int fd_ = -1;
    bool finished_ = false;
    std::string error_;
};

}  // namespace millpond::engine
