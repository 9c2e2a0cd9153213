// SPDX-License-Identifier: Apache-2.0
#include "engine/server/statistics.h"

namespace millpond::engine {

namespace {
/// Error words are chosen by us, but scripts will be able to invent more.
constexpr std::size_t kErrorWordsMax = 128;
}  // namespace

ThreadStatistics& Statistics::add_thread() {
    const std::lock_guard lock(mutex_);
    return *threads_.emplace_back(std::make_unique<ThreadStatistics>(commands_));
}

CommandTotals Statistics::totals(std::uint16_t command) const {
    const std::lock_guard lock(mutex_);
    CommandTotals sum;
    for (const auto& thread : threads_) {
        const CommandCounters& one = thread->commands[command];
        sum.calls += one.calls.get();
        sum.ns += one.ns.get();
        sum.rejected += one.rejected.get();
        sum.failed += one.failed.get();
        for (std::size_t i = 0; i < kLatencyBuckets; ++i) sum.latency[i] += one.latency[i].get();
    }
    return sum;
}

std::uint64_t Statistics::commands_processed() const {
    const std::lock_guard lock(mutex_);
    std::uint64_t sum = 0;
    for (const auto& thread : threads_) {
        for (const CommandCounters& one : thread->commands) sum += one.calls.get();
    }
    return sum;
}

void Statistics::count_error(std::string_view first_word) {
    error_replies.add(1);
    const std::lock_guard lock(mutex_);
    const auto found = errors_.find(std::string(first_word));
    if (found != errors_.end()) {
        ++found->second;
    } else if (errors_.size() < kErrorWordsMax) {
        errors_.emplace(first_word, 1);
    }
}

std::map<std::string, std::uint64_t> Statistics::errors() const {
    const std::lock_guard lock(mutex_);
    return errors_;
}

void Statistics::reset() {
    for (ThreadCounter* counter :
         {&connections_received, &connections_rejected, &net_input, &net_output, &error_replies,
          &reads, &writes, &net_repl_input, &net_repl_output, &expiry_us, &eviction_exceeded_ms,
          &output_limit_disconnections, &query_limit_disconnections, &evicted_clients}) {
        counter->reset();
    }
    const std::lock_guard lock(mutex_);
    for (const auto& thread : threads_) {
        for (CommandCounters& one : thread->commands) {
            for (OwnedCounter* counter : {&one.calls, &one.ns, &one.rejected, &one.failed})
                counter->reset();
            for (OwnedCounter& bucket : one.latency) bucket.reset();
        }
    }
    errors_.clear();
}

}  // namespace millpond::engine
