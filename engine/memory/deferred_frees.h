// SPDX-License-Identifier: Apache-2.0
//
// What a background thread frees, given back with care for the threads that had asked for it (see
// MemoryOwner). While a big object is taken apart its blocks are only noted; then they are freed in
// the order of their addresses, so that whole pages come back and the owner's way along them is a
// way along memory, in portions, after each of which the owners take back what is theirs.
//
// operator delete looks here; with the sanitizers' own it does not, and all is freed at once.
#pragma once

#include <mimalloc.h>

#include <cstddef>
#include <vector>

namespace millpond::engine {

class DeferredFrees {
public:
    /// From now on what the calling thread frees is kept, until the end of this object. Requires:
    /// the thread has no other.
    DeferredFrees() { current_ = this; }
    ~DeferredFrees();
    DeferredFrees(const DeferredFrees&) = delete;

    /// Frees what has been kept.
    void give_back();

    /// For operator delete: true when the block is kept, to be freed later.
    static bool keeps(void* block) noexcept { return current_ != nullptr && current_->keep(block); }

    /// For what is freed by other ways than operator delete: lets others run now and then.
    static void passes() noexcept {
        if (current_ != nullptr) pass();
    }

private:
    bool keep(void* block) noexcept;
    static void pass() noexcept;

    static constinit thread_local inline DeferredFrees* current_ = nullptr;

    std::vector<void*, mi_stl_allocator<void*>> kept_;
    std::size_t blocks_ = 0;  ///< freed since the owners were asked
    std::size_t bytes_ = 0;
};

}  // namespace millpond::engine
