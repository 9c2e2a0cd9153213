// SPDX-License-Identifier: Apache-2.0
//
// The large form of lists: runs of up to 4 KiB, known by an array of (run, count) with free places
// at both ends. An index is found by adding up counts from the nearer end of the array, about 0.2
// us per million elements. Guarded by the lock of the entry's shard.
#pragma once

#include <cstddef>
#include <cstdint>

#include "engine/types/list_run.h"

namespace millpond::engine {

class RunChain : public ObjectHead {
public:
    /// Takes the run over as the first of the chain.
    explicit RunChain(Run* first);
    ~RunChain();
    RunChain(const RunChain&) = delete;
    RunChain& operator=(const RunChain&) = delete;
    RunChain* clone() const;

    struct Position {
        std::size_t link;
        std::size_t index;  ///< inside the run
    };

    std::size_t size() const { return size_; }
    std::size_t links() const { return links_; }
    Run* run(std::size_t link) const { return at(link).run; }
    /// The run with the first or the last elements.
    Run* end(bool front) const { return run(front ? 0 : links_ - 1); }
    /// Requires: index < size().
    Position seek(std::size_t index) const;

    /// Requires: index <= size().
    void insert(std::size_t index, const Needle& value);
    void replace(std::size_t index, const Needle& value);
    void erase(std::size_t first, std::size_t count);
    /// The first or last element goes.
    void pop(bool front);
    std::size_t bytes() const;

private:
    struct Link {
        Run* run;
        std::size_t count;
    };

    Link& at(std::size_t link) const { return array_[first_ + link]; }
    void add_link(std::size_t link, Run* run);
    void remove_link(std::size_t link);
    void make_room();
    void shape(std::size_t link);
    void insert_at(Position at, const Needle& value);
    void erase_at(std::size_t first, std::size_t count);
    void try_join(std::size_t left);

    Link* array_ = nullptr;
    std::size_t capacity_ = 0;
    std::size_t first_ = 0;
    std::size_t links_ = 0;
    std::size_t size_ = 0;
};

}  // namespace millpond::engine
