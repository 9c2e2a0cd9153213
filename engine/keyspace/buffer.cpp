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

void SharedBuffer::release() noexcept {
    if (references_.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
    this->~SharedBuffer();
    ::operator delete(this);
}

}  // namespace millpond::engine
