// SPDX-License-Identifier: Apache-2.0
//
// How far a load is, for INFO: of a file at the start, of an append-only file, of a full sync.
// Written by the thread that loads; read by any.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>

#include "engine/snapshot/rdb_reader.h"

namespace millpond::engine {

class LoadProgress {
public:
    /// Now; nothing is known of its size yet.
    void begin();
    /// Bytes in all; 0 when nobody knows.
    void set_total(std::uint64_t bytes) { total_.store(bytes, std::memory_order_relaxed); }
    /// What the data took where they were written: the second best guess.
    void set_used_memory(std::uint64_t bytes) { used_.store(bytes, std::memory_order_relaxed); }
    void add(std::uint64_t bytes) { loaded_.fetch_add(bytes, std::memory_order_relaxed); }
    void add_key() { keys_.fetch_add(1, std::memory_order_relaxed); }
    std::uint64_t keys() const { return keys_.load(std::memory_order_relaxed); }

    /// The lines of INFO persistence while something is being loaded.
    void info(std::string& out) const;

private:
    std::atomic<std::int64_t> started_s_{0};  ///< unix time
    std::atomic<std::uint64_t> total_{0}, used_{0}, loaded_{0}, keys_{0};
};

/// Another source, whose bytes are counted.
class CountedSource final : public ByteSource {
public:
    CountedSource(ByteSource& source, LoadProgress& progress)
        : source_(source), progress_(progress) {}
    std::size_t read(char* to, std::size_t size) override {
        const std::size_t n = source_.read(to, size);
        progress_.add(n);
        return n;
    }
    std::string error() const override { return source_.error(); }

private:
    ByteSource& source_;
    LoadProgress& progress_;
};

}  // namespace millpond::engine
