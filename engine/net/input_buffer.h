// SPDX-License-Identifier: Apache-2.0
//
// The bytes of a connection that could not be run yet: the beginning of a command, or commands that
// wait. Holds no memory while empty. One thread.
#pragma once

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <new>
#include <string_view>
#include <utility>

#include "engine/memory/copy_bytes.h"

namespace millpond::engine {

class InputBuffer {
public:
    InputBuffer() = default;
    ~InputBuffer() { std::free(data_); }
    InputBuffer(const InputBuffer&) = delete;
    InputBuffer& operator=(const InputBuffer&) = delete;

    bool empty() const { return begin_ == end_; }
    std::size_t size() const { return end_ - begin_; }
    std::size_t capacity() const { return capacity_; }
    std::string_view view() const { return {data_ + begin_, size()}; }

    /// Room for `bytes` more at tail().
    void reserve(std::size_t bytes) {
        if (capacity_ - end_ >= bytes) return;
        if (begin_ > 0) {
            std::memmove(data_, data_ + begin_, size());
            end_ -= begin_;
            begin_ = 0;
            if (capacity_ - end_ >= bytes) return;
        }
        auto* grown = static_cast<char*>(std::realloc(data_, end_ + bytes));
        if (!grown) throw std::bad_alloc();
        data_ = grown;
        capacity_ = end_ + bytes;
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
        if (begin_ != end_) return;
        std::free(std::exchange(data_, nullptr));
        begin_ = end_ = capacity_ = 0;
    }

private:
    char* data_ = nullptr;
    std::size_t begin_ = 0, end_ = 0, capacity_ = 0;
};

}  // namespace millpond::engine
