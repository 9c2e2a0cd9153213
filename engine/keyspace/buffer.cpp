// SPDX-License-Identifier: Apache-2.0
#include "engine/keyspace/buffer.h"

#include <cassert>
#include <new>

namespace millpond::engine {

SharedBuffer* SharedBuffer::create(std::size_t size, std::size_t capacity) {
    assert(capacity >= size);
    void* memory = ::operator new(sizeof(SharedBuffer) + capacity);
    return new (memory) SharedBuffer(size, capacity);
}

void SharedBuffer::keep(Bytes part) noexcept {
    assert(unique() && contains(part));
    const auto skipped = static_cast<std::size_t>(part.data() - data());
    skipped_ += static_cast<std::uint32_t>(skipped);
    capacity_ -= skipped;
    size_ = part.size();
}

void SharedBuffer::release() noexcept {
    if (references_.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
    this->~SharedBuffer();
    ::operator delete(this);
}

}  // namespace millpond::engine
