// SPDX-License-Identifier: Apache-2.0
//
// The bytes of a connection that could not be run yet: the beginning of a command, or commands that
// wait. Holds no memory while empty. A value may keep what a big command was read into: what is
// left moves out before anything is added. One thread.
#pragma once

#include <cstddef>
#include <string_view>
#include <utility>

#include "engine/keyspace/buffer.h"
#include "engine/memory/copy_bytes.h"

namespace millpond::engine {

class InputBuffer {
public:
    InputBuffer() = default;
    ~InputBuffer() { reset(); }
    InputBuffer(const InputBuffer&) = delete;
    InputBuffer& operator=(const InputBuffer&) = delete;

    bool empty() const { return begin_ == end_; }
    std::size_t size() const { return end_ - begin_; }
    std::size_t capacity() const { return capacity_; }
    bool is_full() const { return begin_ == 0 && end_ == capacity_; }
    std::string_view view() const { return {data_ + begin_, size()}; }

    /// The memory where a value may stay; null while there is none.
    SharedBuffer* memory() const { return memory_; }

    /// Room for `bytes` more at tail().
    void reserve(std::size_t bytes) {
        const bool own = memory_ && memory_->unique();
        if (own && capacity_ - end_ >= bytes) return;
        if (own && begin_ > 0 && capacity_ - size() >= bytes) {
            move_bytes(data_, data_ + begin_, size());
            end_ -= std::exchange(begin_, 0);
            return;
        }
        const std::size_t used = size();
        SharedBuffer* const grown = SharedBuffer::create(0, used + bytes);
        if (used > 0) copy_bytes(grown->data(), data_ + begin_, used);
        reset();
        memory_ = grown;
        data_ = grown->data();
        end_ = used;
        capacity_ = used + bytes;
    }
    char* tail() { return data_ + end_; }
    std::size_t tail_room() const { return capacity_ - end_; }
    void commit(std::size_t bytes) { end_ += bytes; }

    void append(std::string_view bytes) {
        if (bytes.empty()) return;
        reserve(bytes.size());
        copy_bytes(tail(), bytes.data(), bytes.size());
        commit(bytes.size());
    }
    void consume(std::size_t bytes) {
        begin_ += bytes;
        if (begin_ == end_) reset();
    }

private:
    void reset() {
        if (memory_) std::exchange(memory_, nullptr)->release();
        data_ = nullptr;
        begin_ = end_ = capacity_ = 0;
    }

    SharedBuffer* memory_ = nullptr;
    char* data_ = nullptr;  ///< its bytes, wherever those begin that a value keeps
    std::size_t begin_ = 0, end_ = 0, capacity_ = 0;
};

}  // namespace millpond::engine
