// SPDX-License-Identifier: Apache-2.0
#include "admin-api/store/migrations.h"

#include <cstdint>

namespace millpond::admin {

const std::vector<std::string>& migrations() {
    static const std::vector<std::string> scripts{// Clusters, groups and operations are documents:
                                                  // they are read whole, at start, and found by id.
                                                  R"sql(
CREATE TABLE settings(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE clusters(id TEXT PRIMARY KEY, document TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE security_groups(id TEXT PRIMARY KEY, document TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE subnets(id TEXT PRIMARY KEY, document TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE operations(
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, target TEXT NOT NULL,
    status TEXT NOT NULL, document TEXT NOT NULL);
CREATE INDEX operations_by_target ON operations(target, number);
CREATE INDEX operations_by_status ON operations(status);
CREATE TABLE events(
    id INTEGER PRIMARY KEY AUTOINCREMENT, time_ms INTEGER NOT NULL, source_type TEXT NOT NULL,
    source TEXT NOT NULL, cluster TEXT NOT NULL, severity TEXT NOT NULL, message TEXT NOT NULL);
CREATE INDEX events_by_cluster ON events(cluster, id);
CREATE INDEX events_by_time ON events(time_ms);
CREATE TABLE audit(
    id INTEGER PRIMARY KEY AUTOINCREMENT, time_ms INTEGER NOT NULL, who TEXT NOT NULL,
    action TEXT NOT NULL, target TEXT NOT NULL, outcome TEXT NOT NULL);
CREATE TRIGGER audit_is_append_only_1 BEFORE UPDATE ON audit
    BEGIN SELECT RAISE(ABORT, 'the audit table is append-only'); END;
CREATE TRIGGER audit_is_append_only_2 BEFORE DELETE ON audit
    BEGIN SELECT RAISE(ABORT, 'the audit table is append-only'); END;
CREATE TABLE idempotency(
    key TEXT PRIMARY KEY, time_ms INTEGER NOT NULL, request TEXT NOT NULL, answer TEXT NOT NULL)
    WITHOUT ROWID;
CREATE TABLE epochs(cluster TEXT PRIMARY KEY, next INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE journal(cluster TEXT PRIMARY KEY, state TEXT NOT NULL) WITHOUT ROWID;
)sql"};
    return scripts;
}

namespace {

void copy_before(Database& database, const std::filesystem::path& path, std::size_t next) {
    const auto copy = path.string() + ".before-v" + std::to_string(next);
    std::filesystem::remove(copy);
    Statement(database, "VACUUM INTO ?").bind(std::string_view(copy)).run();
    std::filesystem::permissions(
        copy, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

}  // namespace

Result<void> migrate(Database& database, const std::filesystem::path& path,
                     const std::vector<std::string>& scripts) {
    const auto version = static_cast<std::size_t>(database.integer("PRAGMA user_version"));
    if (version > scripts.size())
        return Error{"DatabaseTooNew",
                     path.string() + " was written by a newer Millpond (its version is " +
                         std::to_string(version) + ", this one knows " +
                         std::to_string(scripts.size()) +
                         "). Start that newer Millpond, or give another --state-dir.",
                     "", 500};
    if (version == scripts.size()) return boost::outcome_v2::success();
    if (version > 0) copy_before(database, path, scripts.size());
    for (std::size_t next = version; next < scripts.size(); ++next) {
        SqlTransaction transaction(database);
        database.execute(scripts[next]);
        database.execute("PRAGMA user_version=" + std::to_string(next + 1));
        transaction.commit();
    }
    return boost::outcome_v2::success();
}

}  // namespace millpond::admin
