// SPDX-License-Identifier: Apache-2.0
//
// What INFO and LATENCY HISTOGRAM count. Per-command counters belong to one thread each and are
// summed by readers; the rest is ThreadCounters. CONFIG RESETSTAT zeroes them in the exclusive
// lane.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "engine/memory/thread_counter.h"

namespace millpond::engine {

/// A counter that one thread writes and any thread reads.
class OwnedCounter {
public:
    void add(std::uint64_t n) { value_.store(get() + n, std::memory_order_relaxed); }
    std::uint64_t get() const { return value_.load(std::memory_order_relaxed); }
    void reset() { value_.store(0, std::memory_order_relaxed); }

private:
    std::atomic<std::uint64_t> value_{0};
};

/// Buckets of run time: bucket i counts commands that took less than 2^i ns (and not less than
/// 2^(i-1)).
constexpr std::size_t kLatencyBuckets = 48;

struct CommandCounters {
    OwnedCounter calls, ns, rejected, failed;
    std::array<OwnedCounter, kLatencyBuckets> latency;
};

struct ThreadStatistics {
    explicit ThreadStatistics(std::size_t commands) : commands(commands) {}
    std::vector<CommandCounters> commands;  ///< by CommandSpec::id
};

struct CommandTotals {
    std::uint64_t calls = 0, ns = 0, rejected = 0, failed = 0;
    std::array<std::uint64_t, kLatencyBuckets> latency{};
};

class Statistics {
public:
    explicit Statistics(std::size_t commands) : commands_(commands) {}

    /// A part for a thread that runs commands; it lives as long as this.
    ThreadStatistics& add_thread();
    CommandTotals totals(std::uint16_t command) const;
    std::uint64_t commands_processed() const;

    void count_error(std::string_view first_word);
    std::map<std::string, std::uint64_t> errors() const;

    ThreadCounter connections_received, connections_rejected, net_input, net_output, error_replies,
        dirty;
    ThreadCounter reads, writes;  ///< of clients' sockets
    ThreadCounter net_repl_input, net_repl_output, expiry_us, eviction_exceeded_ms;
    /// Since when memory has been above maxmemory though keys go (steady clock); 0: it is not.
    std::atomic<std::int64_t> eviction_exceeded_since_ms{0};
    ThreadCounter output_limit_disconnections, query_limit_disconnections, evicted_clients;

    /// Requires: the exclusive lane.
    void reset();

private:
    const std::size_t commands_;
    mutable std::mutex mutex_;
    std::vector<std::unique_ptr<ThreadStatistics>> threads_;
    std::map<std::string, std::uint64_t> errors_;
};

}  // namespace millpond::engine
