// SPDX-License-Identifier: Apache-2.0
//
// millpond.db: what must be true. Reads and writes may come from any thread (one mutex, one
// connection); a write happens inside a Writer, which is one transaction. Methods of Writer and the
// reads throw DatabaseError when the disk fails; their callers turn that into an answer or an
// alarm.
#pragma once

#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "admin-api/schema/result.h"
#include "admin-api/store/database.h"
#include "admin-api/store/migrations.h"
#include "admin-api/store/records.h"

namespace millpond::admin {

struct EventQuery {
    std::string source_type;
    std::string source;
    std::string cluster;
    std::int64_t after_id = 0;
    std::int64_t from_ms = 0;
    std::int64_t to_ms = 0;  ///< 0: no end
    int limit = 100;
};

/// An answer that was given under an idempotency key, and the request that it was given to.
struct RememberedAnswer {
    std::string request;
    std::string answer;
};

class Store {
public:
    /// Opens, migrates, and raises the revision past any that a killed daemon may have shown.
    static Result<std::unique_ptr<Store>> open(
        const std::filesystem::path& path, const std::vector<std::string>& scripts = migrations());

    /// One write transaction; holds the store until it is destroyed, and rolls back unless
    /// committed.
    class Writer {
    public:
        explicit Writer(Store& store) : lock_(store.mutex_), db_(store.db_), transaction_(db_) {}

        void put(const ClusterRecord& cluster);
        void erase_cluster(std::string_view id);
        void put(const schema::SecurityGroup& group);
        void erase_group(std::string_view id);
        void put(const SubnetRecord& subnet);
        void erase_subnets();
        void put(const OperationRecord& operation);
        /// Returns the new event's id.
        std::int64_t add(const schema::Event& event, std::int64_t time_ms);
        void add_audit(const schema::AuditEntry& entry, std::int64_t time_ms);
        void set(std::string_view key, std::string_view value);
        void remember(std::string_view key, const RememberedAnswer& answer, std::int64_t time_ms);
        /// Drops events and idempotency keys from before the given times.
        void prune(std::int64_t events_before_ms, std::int64_t keys_before_ms, int operations_kept);
        void commit() { transaction_.commit(); }

    private:
        std::lock_guard<std::mutex> lock_;
        Database& db_;
        SqlTransaction transaction_;
    };

    std::vector<ClusterRecord> clusters();
    std::vector<schema::SecurityGroup> groups();
    std::vector<SubnetRecord> subnets();
    std::vector<OperationRecord> unfinished_operations();
    std::vector<OperationRecord> operations(std::string_view target, int limit);
    std::optional<OperationRecord> operation(std::string_view id);
    std::vector<schema::Event> events(const EventQuery& query);
    std::vector<schema::AuditEntry> audit(int limit);
    std::optional<std::string> setting(std::string_view key);
    std::optional<RememberedAnswer> remembered(std::string_view key, std::int64_t not_before_ms);

    /// The revision to start counting from.
    schema::Revision first_revision() const { return first_revision_; }

    /// Reserves `count` epochs and returns the first; never gives one twice, even to a later
    /// cluster of that name.
    std::uint64_t reserve_epochs(std::string_view cluster, std::uint64_t count);
    void record_journal(std::string_view cluster, std::string_view state);
    std::string journal(std::string_view cluster);
    void erase_journal(std::string_view cluster);

private:
    explicit Store(const std::filesystem::path& path) : db_(path, Database::Durability::full) {}

    std::mutex mutex_;
    Database db_;
    schema::Revision first_revision_ = 0;
};

}  // namespace millpond::admin
