// SPDX-License-Identifier: Apache-2.0
//
// The fleet's durable memory over the store. A thread of its own does the writing; a store that
// fails is tried again and raises one alarm, and nobody waits for it: an epoch that cannot be
// reserved is simply not given yet, and of a cluster's states only the newest is kept.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>

#include "admin-api/nodes/fleet.h"
#include "admin-api/store/store.h"

namespace millpond::admin {

class StoreJournal final : public Journal {
public:
    /// `alarm` is called on the journal's thread when the store begins to fail.
    StoreJournal(Store& store, std::function<void(const std::string&)> alarm);
    ~StoreJournal() override;

    void reserve_epochs(const std::string& cluster, std::uint64_t count,
                        std::function<void(std::uint64_t first)> done) override;
    void record(const std::string& cluster, const std::string& state) override;

private:
    struct Reservation {
        std::string cluster;
        std::uint64_t count;
        std::function<void(std::uint64_t)> done;
    };
    void run();
    void write_states(std::map<std::string, std::string> states);
    void reserve(std::deque<Reservation> reservations);
    bool idle() const { return states_.empty() && reservations_.empty(); }
    void failed(const std::string& reason);

    Store& store_;
    std::function<void(const std::string&)> alarm_;
    bool failing_ = false;  ///< the thread's own

    std::mutex mutex_;
    std::condition_variable wake_;
    std::map<std::string, std::string> states_;
    std::deque<Reservation> reservations_;
    bool stopping_ = false;
    std::thread thread_;
};

}  // namespace millpond::admin
