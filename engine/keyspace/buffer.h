// SPDX-License-Identifier: Apache-2.0
//
// A big string: a counted run of bytes that the table, replies, the log and the snapshot walker may
// hold at once, so that it is never copied under a shard lock. The bytes may be changed only under
// the lock of the entry that holds it and while nobody else does (`unique`). What a big request was
// read into can become one, its bytes staying where they are.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "engine/types/object.h"

namespace millpond::engine {

class SharedBuffer {
public:
    /// With one reference, held by the caller. Requires: capacity >= size.
    static SharedBuffer* create(std::size_t size, std::size_t capacity);

    /// The bytes are from here on those of `part`, which lies within: what is around them is lost.
    /// Requires: unique.
    void keep(Bytes part) noexcept;
    bool contains(Bytes part) const noexcept {
        return part.data() >= data() && part.data() + part.size() <= data() + capacity();
    }

    void retain() noexcept { references_.fetch_add(1, std::memory_order_relaxed); }
    void release() noexcept;
    bool unique() const noexcept { return references_.load(std::memory_order_acquire) == 1; }

    Bytes bytes() const noexcept { return {data(), size_}; }
    char* data() noexcept { return reinterpret_cast<char*>(this + 1) + skipped_; }
    const char* data() const noexcept { return reinterpret_cast<const char*>(this + 1) + skipped_; }
    std::size_t size() const noexcept { return size_; }
    /// How long it may become.
    std::size_t capacity() const noexcept { return capacity_; }
    std::size_t allocation_size() const noexcept {
        return sizeof(SharedBuffer) + skipped_ + capacity_;
    }
    /// Requires: unique, size <= capacity.
    void resize(std::size_t size) noexcept { size_ = size; }

private:
    SharedBuffer(std::size_t size, std::size_t capacity) : size_(size), capacity_(capacity) {}

    std::atomic<std::uint32_t> references_{1};
    std::uint32_t skipped_ = 0;  ///< before the first byte
    std::size_t size_;
    std::size_t capacity_;
};

/// Holds one reference; for those who read a big string after its lock has been let go.
class BufferRef {
public:
    BufferRef() = default;
    explicit BufferRef(SharedBuffer& buffer) : buffer_(&buffer) { buffer.retain(); }
    BufferRef(BufferRef&& other) noexcept : buffer_(std::exchange(other.buffer_, nullptr)) {}
    BufferRef& operator=(BufferRef&& other) noexcept {
        std::swap(buffer_, other.buffer_);
        return *this;
    }
    ~BufferRef() {
        if (buffer_) buffer_->release();
    }

    explicit operator bool() const { return buffer_ != nullptr; }
    /// Another reference to the same bytes.
    BufferRef share() const { return buffer_ ? BufferRef(*buffer_) : BufferRef(); }
    Bytes bytes() const { return buffer_ ? buffer_->bytes() : Bytes(); }

private:
    SharedBuffer* buffer_ = nullptr;
};

}  // namespace millpond::engine
