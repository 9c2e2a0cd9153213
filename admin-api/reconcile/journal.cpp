// SPDX-License-Identifier: Apache-2.0
#include "admin-api/reconcile/journal.h"

#include <chrono>
#include <utility>

namespace millpond::admin {
namespace {

constexpr auto retry_after = std::chrono::milliseconds(500);

}  // namespace

StoreJournal::StoreJournal(Store& store, std::function<void(const std::string&)> alarm)
    : store_(store), alarm_(std::move(alarm)), thread_([this] { run(); }) {}

StoreJournal::~StoreJournal() {
    {
        std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_all();
    thread_.join();
}

void StoreJournal::reserve_epochs(const std::string& cluster, std::uint64_t count,
                                  std::function<void(std::uint64_t first)> done) {
    {
        std::lock_guard lock(mutex_);
        reservations_.push_back({cluster, count, std::move(done)});
    }
    wake_.notify_all();
}

void StoreJournal::record(const std::string& cluster, const std::string& state) {
    {
        std::lock_guard lock(mutex_);
        states_[cluster] = state;
    }
    wake_.notify_all();
}

void StoreJournal::failed(const std::string& reason) {
    if (!failing_) alarm_("The failover journal cannot be written: " + reason + ".");
    failing_ = true;
}

void StoreJournal::run() {
    std::unique_lock lock(mutex_);
    for (;;) {
        wake_.wait(lock, [this] { return stopping_ || !idle(); });
        if (idle()) return;
        auto states = std::exchange(states_, {});
        auto reservations = std::exchange(reservations_, {});
        lock.unlock();
        reserve(std::move(reservations));
        write_states(std::move(states));
        lock.lock();
        // At the end of the process a store that still fails is given up.
        if (failing_ && wake_.wait_for(lock, retry_after, [this] { return stopping_; })) return;
    }
}

void StoreJournal::reserve(std::deque<Reservation> reservations) {
    while (!reservations.empty()) {
        auto& next = reservations.front();
        std::uint64_t first = 0;
        try {
            first = store_.reserve_epochs(next.cluster, next.count);
            failing_ = false;
        } catch (const DatabaseError& failure) {
            failed(failure.what());
            std::lock_guard lock(mutex_);
            reservations_.insert(reservations_.begin(), reservations.begin(), reservations.end());
            return;
        }
        next.done(first);
        reservations.pop_front();
    }
}

void StoreJournal::write_states(std::map<std::string, std::string> states) {
    for (auto& [cluster, state] : states) {
        try {
            store_.record_journal(cluster, state);
            failing_ = false;
        } catch (const DatabaseError& failure) {
            failed(failure.what());
            std::lock_guard lock(mutex_);
            states_.try_emplace(cluster, std::move(state));
        }
    }
}

}  // namespace millpond::admin
