// SPDX-License-Identifier: Apache-2.0
//
// The one place where state changes. Reading takes a snapshot; a change runs alone, writes the
// store in one transaction, publishes what it touched and swaps the snapshot, in that order. Any
// thread.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "admin-api/control/feed.h"
#include "admin-api/control/state.h"
#include "admin-api/schema/result.h"
#include "admin-api/store/store.h"

namespace millpond::admin {

using Clock = std::function<std::int64_t()>;  ///< Unix time in milliseconds

/// What a failing disk means for a change: a request is refused, since it must not be promised what
/// may be lost; what has already happened to the nodes is shown all the same, and an alarm is
/// raised.
enum class Persist { required, best_effort };

/// A change under way. Lives on the stack of Catalog::change().
class Draft {
public:
    const State& state() const { return next_; }
    std::int64_t now_ms() const { return now_ms_; }
    std::string now_text() const;

    void put(ClusterRecord cluster);
    void erase_cluster(const std::string& id);
    void put(schema::SecurityGroup group);
    void erase_group(const std::string& id);
    void put(OperationRecord operation);
    void put(const SubnetRecord& subnet);
    void replace_subnets(std::vector<SubnetRecord> subnets);
    void set_vpc(const std::string& id, const std::string& range);
    void set(const std::string& key, const std::string& value);
    void add_event(std::string source_type, std::string source, std::string cluster,
                   std::string severity, std::string message);
    void audit(const std::string& who, const std::string& action, const std::string& target,
               const std::string& outcome);
    void remember(const std::string& key, const RememberedAnswer& answer);
    void prune(std::int64_t events_before_ms, std::int64_t keys_before_ms, int operations_kept);

    /// Shows how far an operation has come without storing it: words of progress are not worth an
    /// fsync.
    void show(OperationRecord operation);
    /// Only shown, never stored.
    void set_live(const std::string& node, const LiveNode& live);
    void erase_live(const std::string& node);

private:
    friend class Catalog;
    Draft(Store& store, const State& base, Persist persist, std::int64_t now_ms)
        : store_(store), next_(base), persist_(persist), now_ms_(now_ms) {}

    /// Runs one write; the transaction opens with the first.
    void write(const std::function<void(Store::Writer&)>& write);
    void commit();
    void keep(OperationRecord operation);

    Store& store_;
    State next_;
    Persist persist_;
    std::int64_t now_ms_;
    std::unique_ptr<Store::Writer> writer_;  ///< keeps the store to itself until the draft ends
    std::string failure_;                    ///< what the store said, under best_effort
    std::set<std::string> clusters_touched_;
    std::set<std::string> groups_touched_;
    std::vector<schema::Operation> operations_touched_;
    std::vector<schema::Event> events_added_;
};

class Catalog {
public:
    /// Reads everything from the store.
    Catalog(Store& store, Clock clock);

    std::shared_ptr<const State> read() const;
    Feed& feed() { return feed_; }
    std::int64_t now_ms() const { return clock_(); }

    /// Runs `edit(Draft&)`, which returns a Result; an error rolls everything back.
    template <class Edit>
    auto change(Persist persist, Edit&& edit) -> decltype(edit(std::declval<Draft&>())) {
        std::lock_guard lock(writers_);
        Draft draft(store_, *read(), persist, clock_());
        try {
            auto result = edit(draft);
            if (!result) return result;
            settle(draft);
            return result;
        } catch (const DatabaseError& failure) {
            return store_failed(failure);
        }
    }

    /// Shows an event that cannot be stored, because the store itself is what fails.
    void alarm(const std::string& message);

private:
    void settle(Draft& draft);
    void publish(const Draft& draft, schema::Revision revision);
    Error store_failed(const DatabaseError& failure);

    Store& store_;
    Clock clock_;
    std::mutex writers_;  ///< one change at a time; held across the store's fsync
    mutable std::mutex swap_;
    std::shared_ptr<const State> state_;
    Feed feed_;
};

}  // namespace millpond::admin
