// SPDX-License-Identifier: Apache-2.0
#include "engine/snapshot/spool.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace millpond::engine {

Spool::Spool(std::string folder, std::size_t memory_max)
    : folder_(std::move(folder)), memory_max_(memory_max) {}

Spool::~Spool() {
    if (fd_ >= 0) ::close(fd_);
}

bool Spool::append_to_file(Bytes bytes) {
    if (fd_ < 0) {
        std::string name = folder_ + "/spool-XXXXXX";
        fd_ = ::mkostemp(name.data(), O_CLOEXEC);
        if (fd_ < 0) {
            error_ = "cannot make a spool file in " + folder_ + ": " + std::strerror(errno);
            return false;
        }
        ::unlink(name.c_str());
    }
    Block* last = blocks_.empty() ? nullptr : &blocks_.back();
    if (!last || last->memory || last->file_at + last->size != file_size_) {
        last = &blocks_.emplace_back(Block{size_, 0, nullptr, file_size_});
    }
    while (!bytes.empty()) {
        const ssize_t n = ::pwrite(fd_, bytes.data(), bytes.size(), static_cast<off_t>(file_size_));
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) {
            error_ = std::string("cannot write to the spool file: ") + std::strerror(errno);
            return false;
        }
        const auto written = static_cast<std::size_t>(n);
        bytes.remove_prefix(written);
        last->size += written;
        size_ += written;
        file_size_ += written;
    }
    return true;
}

bool Spool::append(Bytes bytes) {
    {
        std::lock_guard lock(mutex_);
        if (!error_.empty()) return false;
        while (!bytes.empty()) {
            Block* last = blocks_.empty() ? nullptr : &blocks_.back();
            if (!last || !last->memory || last->size == block_bytes) {
                if (memory_bytes_ + block_bytes > memory_max_) {
                    if (!append_to_file(bytes)) break;
                    bytes = {};
                    break;
                }
                last = &blocks_.emplace_back(
                    Block{size_, 0, std::make_unique_for_overwrite<char[]>(block_bytes), 0});
                memory_bytes_ += block_bytes;
            }
            const std::size_t n = std::min(bytes.size(), block_bytes - last->size);
            std::memcpy(last->memory.get() + last->size, bytes.data(), n);
            last->size += n;
            size_ += n;
            bytes.remove_prefix(n);
        }
    }
    if (progress_) progress_();
    return bytes.empty();
}

void Spool::finish() {
    {
        std::lock_guard lock(mutex_);
        finished_ = true;
    }
    if (progress_) progress_();
}

void Spool::fail(std::string why) {
    {
        std::lock_guard lock(mutex_);
        if (error_.empty()) error_ = std::move(why);
    }
    if (progress_) progress_();
}

std::size_t Spool::read(std::uint64_t position, char* to, std::size_t size) {
    std::lock_guard lock(mutex_);
    if (position < first_locked()) return 0;
    auto block = std::upper_bound(blocks_.begin(), blocks_.end(), position,
                                  [](std::uint64_t at, const Block& b) { return at < b.start; });
    if (block == blocks_.begin()) return 0;
    --block;
    const std::uint64_t offset = position - block->start;
    if (offset >= block->size) return 0;
    size = std::min<std::uint64_t>(size, block->size - offset);
    if (block->memory) {
        std::memcpy(to, block->memory.get() + offset, size);
        return size;
    }
    const ssize_t n = ::pread(fd_, to, size, static_cast<off_t>(block->file_at + offset));
    if (n > 0) return static_cast<std::size_t>(n);
    if (error_.empty()) error_ = std::string("cannot read the spool file: ") + std::strerror(errno);
    return 0;
}

/// A file of gigabytes that is closed at once keeps its thread in the kernel for half a second,
/// with the memory of the process: were the process killed then, nobody could replace it for so
/// long. So it is given back piece by piece. Where the file system knows no holes, it is not.
void Spool::punch(const Block& block, std::uint64_t position) {
    std::uint64_t end = block.file_at + std::min<std::uint64_t>(block.size, position - block.start);
    end -= end % punch_bytes;
    if (end <= punched_) return;
    ::fallocate(fd_, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, static_cast<off_t>(punched_),
                static_cast<off_t>(end - punched_));
    punched_ = end;
}

void Spool::release(std::uint64_t position) {
    std::lock_guard lock(mutex_);
    while (!blocks_.empty() && blocks_.front().start < position) {
        const Block& front = blocks_.front();
        if (!front.memory) punch(front, position);
        if (front.start + front.size > position) break;
        // The last block may still grow while it is being filled.
        if (blocks_.size() == 1 && !finished_) break;
        if (front.memory) memory_bytes_ -= block_bytes;
        blocks_.pop_front();
    }
}

std::uint64_t Spool::first_locked() const {
    if (blocks_.empty()) return size_;
    const Block& front = blocks_.front();
    if (front.memory || punched_ <= front.file_at) return front.start;
    return front.start + (punched_ - front.file_at);
}

std::uint64_t Spool::first() const {
    std::lock_guard lock(mutex_);
    return first_locked();
}

std::uint64_t Spool::size() const {
    std::lock_guard lock(mutex_);
    return size_;
}

bool Spool::finished() const {
    std::lock_guard lock(mutex_);
    return finished_;
}

bool Spool::failed() const {
    std::lock_guard lock(mutex_);
    return !error_.empty();
}

std::string Spool::error() const {
    std::lock_guard lock(mutex_);
    return error_;
}

}  // namespace millpond::engine
