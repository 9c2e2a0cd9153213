// SPDX-License-Identifier: Apache-2.0
//
// One piece of the log. Headers are never freed while the log lives, only recycled: an appending
// thread may look at a header that has just ceased to be the tail, and finds out by the log's tail
// version.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

namespace millpond::engine {

struct LogSegment {
    /// A mark per granule: the length of the filled record that begins in it. Records are longer
    /// than a granule, so no two begin in the same one.
    static constexpr std::size_t granule_bytes = 8;

    std::atomic<std::uint64_t> start{0};  ///< offset of its first byte
    std::atomic<std::uint64_t> limit{0};  ///< start + room
    std::atomic<LogSegment*> next{nullptr};
    std::atomic<LogSegment*> previous{nullptr};
    std::unique_ptr<char[]> bytes;
    std::unique_ptr<std::atomic<std::uint16_t>[]> marks;  ///< null in a segment of one huge record
    std::atomic<bool> huge_filled{false};
    std::size_t resident_bytes = 0;

    void mark(std::uint64_t offset, std::size_t length) noexcept {
        if (marks) {
            marks[(offset - start.load(std::memory_order_relaxed)) / granule_bytes].store(
                static_cast<std::uint16_t>(length), std::memory_order_release);
        } else {
            huge_filled.store(true, std::memory_order_release);
        }
    }

    /// The length of the filled record at `offset`; 0 when there is none (yet, or in this segment).
    std::uint64_t filled(std::uint64_t offset) const noexcept {
        const std::uint64_t first = start.load(std::memory_order_relaxed);
        const std::uint64_t end = limit.load(std::memory_order_relaxed);
        if (offset >= end) return 0;
        if (marks) return marks[(offset - first) / granule_bytes].load(std::memory_order_acquire);
        return huge_filled.load(std::memory_order_acquire) ? end - first : 0;
    }
};

}  // namespace millpond::engine
