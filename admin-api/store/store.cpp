// SPDX-License-Identifier: Apache-2.0
#include "admin-api/store/store.h"

#include "admin-api/schema/json.h"
#include "admin-api/schema/time.h"

namespace millpond::admin {
namespace {

// Changes of running nodes are shown under new revisions that no transaction has written. A daemon
// that was killed may have shown some; the next one starts beyond them.
constexpr schema::Revision revision_gap = 100'000;

template <class T>
T document(const std::string& text) {
    auto record = schema::from_json_text<T>(text, schema::UnknownMembers::skip);
    if (!record) throw DatabaseError("a stored document is damaged: " + record.error().message);
    return std::move(record.value());
}

template <class T>
std::vector<T> documents(Statement& statement) {
    std::vector<T> out;
    while (statement.step()) out.push_back(document<T>(statement.text(0)));
    return out;
}

}  // namespace

Result<std::unique_ptr<Store>> Store::open(const std::filesystem::path& path,
                                           const std::vector<std::string>& scripts) {
    try {
        std::unique_ptr<Store> store(new Store(path));
        if (auto migrated = migrate(store->db_, path, scripts); !migrated)
            return std::move(migrated.error());
        const auto stored = store->setting("revision");
        store->first_revision_ = stored ? std::stoll(*stored) + revision_gap : 1;
        Writer writer(*store);
        writer.set("revision", std::to_string(store->first_revision_));
        writer.commit();
        return store;
    } catch (const std::exception& failure) {
        return Error{"DatabaseUnusable",
                     "The database " + path.string() + " cannot be used: " + failure.what() + ".",
                     "", 500};
    }
}

void Store::Writer::put(const ClusterRecord& cluster) {
    Statement(db_, "INSERT OR REPLACE INTO clusters(id, document) VALUES(?, ?)")
        .bind(cluster.id, schema::to_json_text(cluster))
        .run();
}

void Store::Writer::erase_cluster(std::string_view id) {
    Statement(db_, "DELETE FROM clusters WHERE id=?").bind(id).run();
    // The epochs stay: a later cluster of that name must not be given one of them again.
    Statement(db_, "DELETE FROM journal WHERE cluster=?").bind(id).run();
}

void Store::Writer::put(const schema::SecurityGroup& group) {
    Statement(db_, "INSERT OR REPLACE INTO security_groups(id, document) VALUES(?, ?)")
        .bind(group.id, schema::to_json_text(group))
        .run();
}

void Store::Writer::erase_group(std::string_view id) {
    Statement(db_, "DELETE FROM security_groups WHERE id=?").bind(id).run();
}

void Store::Writer::put(const SubnetRecord& subnet) {
    Statement(db_, "INSERT OR REPLACE INTO subnets(id, document) VALUES(?, ?)")
        .bind(subnet.id, schema::to_json_text(subnet))
        .run();
}

void Store::Writer::erase_subnets() {
    db_.execute("DELETE FROM subnets");
}

void Store::Writer::put(const OperationRecord& record) {
    Statement(db_,
              "INSERT INTO operations(id, target, status, document) VALUES(?, ?, ?, ?) "
              "ON CONFLICT(id) DO UPDATE SET status=excluded.status, document=excluded.document")
        .bind(record.operation.id, record.operation.target, record.operation.status,
              schema::to_json_text(record))
        .run();
}

std::int64_t Store::Writer::add(const schema::Event& event, std::int64_t time_ms) {
    Statement(db_,
              "INSERT INTO events(time_ms, source_type, source, cluster, severity, message) "
              "VALUES(?, ?, ?, ?, ?, ?)")
        .bind(time_ms, event.source_type, event.source, event.cluster, event.severity,
              event.message)
        .run();
    return db_.last_insert_id();
}

void Store::Writer::add_audit(const schema::AuditEntry& entry, std::int64_t time_ms) {
    Statement(db_, "INSERT INTO audit(time_ms, who, action, target, outcome) VALUES(?, ?, ?, ?, ?)")
        .bind(time_ms, entry.who, entry.action, entry.target, entry.outcome)
        .run();
}

void Store::Writer::set(std::string_view key, std::string_view value) {
    Statement(db_, "INSERT OR REPLACE INTO settings(key, value) VALUES(?, ?)")
        .bind(key, value)
        .run();
}

void Store::Writer::remember(std::string_view key, const RememberedAnswer& answer,
                             std::int64_t time_ms) {
    Statement(
        db_, "INSERT OR REPLACE INTO idempotency(key, time_ms, request, answer) VALUES(?, ?, ?, ?)")
        .bind(key, time_ms, answer.request, answer.answer)
        .run();
}

void Store::Writer::prune(std::int64_t events_before_ms, std::int64_t keys_before_ms,
                          int operations_kept) {
    Statement(db_, "DELETE FROM events WHERE time_ms<?").bind(events_before_ms).run();
    Statement(db_, "DELETE FROM idempotency WHERE time_ms<?").bind(keys_before_ms).run();
    Statement(db_,
              "DELETE FROM operations WHERE status IN ('succeeded', 'failed') AND number <= "
              "(SELECT coalesce(max(number), 0) FROM operations) - ?")
        .bind(operations_kept)
        .run();
}

std::vector<ClusterRecord> Store::clusters() {
    std::lock_guard lock(mutex_);
    Statement statement(db_, "SELECT document FROM clusters ORDER BY id");
    return documents<ClusterRecord>(statement);
}

std::vector<schema::SecurityGroup> Store::groups() {
    std::lock_guard lock(mutex_);
    Statement statement(db_, "SELECT document FROM security_groups ORDER BY id");
    return documents<schema::SecurityGroup>(statement);
}

std::vector<SubnetRecord> Store::subnets() {
    std::lock_guard lock(mutex_);
    Statement statement(db_, "SELECT document FROM subnets ORDER BY id");
    return documents<SubnetRecord>(statement);
}

std::vector<OperationRecord> Store::unfinished_operations() {
    std::lock_guard lock(mutex_);
    Statement statement(db_,
                        "SELECT document FROM operations WHERE status IN ('pending', 'running') "
                        "ORDER BY number");
    return documents<OperationRecord>(statement);
}

std::vector<OperationRecord> Store::operations(std::string_view target, int limit) {
    std::lock_guard lock(mutex_);
    Statement statement(
        db_, "SELECT document FROM operations WHERE ?='' OR target=? ORDER BY number DESC LIMIT ?");
    statement.bind(target, target, limit);
    return documents<OperationRecord>(statement);
}

std::optional<OperationRecord> Store::operation(std::string_view id) {
    std::lock_guard lock(mutex_);
    Statement statement(db_, "SELECT document FROM operations WHERE id=?");
    statement.bind(id);
    if (!statement.step()) return std::nullopt;
    return document<OperationRecord>(statement.text(0));
}

std::vector<schema::Event> Store::events(const EventQuery& query) {
    std::lock_guard lock(mutex_);
    Statement statement(
        db_,
        "SELECT id, time_ms, source_type, source, cluster, severity, message FROM "
        "events WHERE id>? AND (?='' OR source_type=?) AND (?='' OR source=?) AND "
        "(?='' OR cluster=?) AND time_ms>=? AND (?=0 OR time_ms<=?) ORDER BY id DESC "
        "LIMIT ?");
    statement.bind(query.after_id, query.source_type, query.source_type, query.source, query.source,
                   query.cluster, query.cluster, query.from_ms, query.to_ms, query.to_ms,
                   query.limit);
    std::vector<schema::Event> out;
    while (statement.step())
        out.push_back({statement.integer(0), schema::iso_time(statement.integer(1)),
                       statement.text(2), statement.text(3), statement.text(4), statement.text(5),
                       statement.text(6)});
    return out;
}

std::vector<schema::AuditEntry> Store::audit(int limit) {
    std::lock_guard lock(mutex_);
    Statement statement(
        db_,
        "SELECT id, time_ms, who, action, target, outcome FROM audit ORDER BY id DESC LIMIT ?");
    statement.bind(limit);
    std::vector<schema::AuditEntry> out;
    while (statement.step())
        out.push_back({statement.integer(0), schema::iso_time(statement.integer(1)),
                       statement.text(2), statement.text(3), statement.text(4), statement.text(5)});
    return out;
}

std::optional<std::string> Store::setting(std::string_view key) {
    std::lock_guard lock(mutex_);
    Statement statement(db_, "SELECT value FROM settings WHERE key=?");
    statement.bind(key);
    if (!statement.step()) return std::nullopt;
    return statement.text(0);
}

std::optional<RememberedAnswer> Store::remembered(std::string_view key,
                                                  std::int64_t not_before_ms) {
    std::lock_guard lock(mutex_);
    Statement statement(db_, "SELECT request, answer FROM idempotency WHERE key=? AND time_ms>=?");
    statement.bind(key, not_before_ms);
    if (!statement.step()) return std::nullopt;
    return RememberedAnswer{statement.text(0), statement.text(1)};
}

std::uint64_t Store::reserve_epochs(std::string_view cluster, std::uint64_t count) {
    std::lock_guard lock(mutex_);
    SqlTransaction transaction(db_);
    Statement statement(db_, "SELECT next FROM epochs WHERE cluster=?");
    statement.bind(cluster);
    const std::int64_t first = statement.step() ? statement.integer(0) : 1;
    statement.run();
    Statement(db_, "INSERT OR REPLACE INTO epochs(cluster, next) VALUES(?, ?)")
        .bind(cluster, first + static_cast<std::int64_t>(count))
        .run();
    transaction.commit();
    return static_cast<std::uint64_t>(first);
}

void Store::record_journal(std::string_view cluster, std::string_view state) {
    std::lock_guard lock(mutex_);
    Statement(db_, "INSERT OR REPLACE INTO journal(cluster, state) VALUES(?, ?)")
        .bind(cluster, state)
        .run();
}

std::string Store::journal(std::string_view cluster) {
    std::lock_guard lock(mutex_);
    Statement statement(db_, "SELECT state FROM journal WHERE cluster=?");
    statement.bind(cluster);
    return statement.step() ? statement.text(0) : std::string();
}

void Store::erase_journal(std::string_view cluster) {
    std::lock_guard lock(mutex_);
    Statement(db_, "DELETE FROM journal WHERE cluster=?").bind(cluster).run();
}

}  // namespace millpond::admin
