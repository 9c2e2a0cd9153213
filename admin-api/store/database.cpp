// SPDX-License-Identifier: Apache-2.0
#include "admin-api/store/database.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

namespace millpond::admin {
namespace {

// Another connection of this process (the journal's) may hold the write lock for one fsync.
constexpr int busy_timeout_ms = 10'000;

// SQLite gives its WAL the mode of the database file, so making that one private makes all private.
void create_private(const std::filesystem::path& path) {
    const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (file >= 0) ::close(file);
}

}  // namespace

Database::Database(const std::filesystem::path& path, Durability durability)
    : handle_(nullptr, sqlite3_close_v2) {
    create_private(path);
    sqlite3* raw = nullptr;
    const int code = sqlite3_open_v2(
        path.c_str(), &raw, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_FULLMUTEX,
        nullptr);
    handle_.reset(raw);
    if (code != SQLITE_OK)
        throw DatabaseError("cannot open " + path.string() + ": " + sqlite3_errstr(code));
    sqlite3_busy_timeout(raw, busy_timeout_ms);
    execute("PRAGMA journal_mode=WAL");
    execute(durability == Durability::full ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=OFF");
}

void Database::execute(const std::string& sql) {
    char* message = nullptr;
    if (sqlite3_exec(handle(), sql.c_str(), nullptr, nullptr, &message) == SQLITE_OK) return;
    const std::string text = message ? message : sqlite3_errmsg(handle());
    sqlite3_free(message);
    throw DatabaseError(text);
}

std::int64_t Database::integer(std::string_view sql) {
    Statement statement(*this, sql);
    return statement.step() ? statement.integer(0) : 0;
}

std::int64_t Database::last_insert_id() const {
    return sqlite3_last_insert_rowid(handle());
}

Statement::Statement(Database& database, std::string_view sql)
    : database_(database), statement_(nullptr, sqlite3_finalize) {
    sqlite3_stmt* raw = nullptr;
    const int code = sqlite3_prepare_v2(database.handle(), sql.data(), static_cast<int>(sql.size()),
                                        &raw, nullptr);
    statement_.reset(raw);
    check(code, SQLITE_OK);
}

void Statement::check(int code, int wanted) const {
    if (code != wanted) throw DatabaseError(sqlite3_errmsg(database_.handle()));
}

void Statement::bind_at(int index, std::int64_t value) {
    check(sqlite3_bind_int64(statement_.get(), index, value), SQLITE_OK);
}

void Statement::bind_at(int index, std::string_view value) {
    check(sqlite3_bind_text64(statement_.get(), index, value.data() ? value.data() : "",
                              value.size(), SQLITE_TRANSIENT, SQLITE_UTF8),
          SQLITE_OK);
}

bool Statement::step() {
    const int code = sqlite3_step(statement_.get());
    if (code == SQLITE_ROW) return true;
    check(code, SQLITE_DONE);
    return false;
}

void Statement::run() {
    while (step()) {
    }
}

std::int64_t Statement::integer(int column) const {
    return sqlite3_column_int64(statement_.get(), column);
}

std::string Statement::text(int column) const {
    const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement_.get(), column));
    const int size = sqlite3_column_bytes(statement_.get(), column);
    return bytes ? std::string(bytes, static_cast<std::size_t>(size)) : std::string();
}

SqlTransaction::~SqlTransaction() {
    // SQLite may have rolled back by itself (a full disk); a second ROLLBACK then says so, which is
    // no news.
    if (open_) sqlite3_exec(database_.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
}

void SqlTransaction::commit() {
    database_.execute("COMMIT");
    open_ = false;
}

}  // namespace millpond::admin
