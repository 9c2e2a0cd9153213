// SPDX-License-Identifier: Apache-2.0
//
// SQLite, as thin as it can be: a connection and a statement that own their handles. A failure
// throws DatabaseError; the classes above (Store, MetricsStore) turn that into a Result or an alarm
// at their edge. A Database and its statements belong to one thread at a time.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace millpond::admin {

class DatabaseError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

class Database;

/// One prepared statement. `Statement(db, "... ? ...").bind("a", 1).run();`
class Statement {
public:
    Statement(Database& database, std::string_view sql);

    template <class... Values>
    Statement& bind(const Values&... values) {
        int index = 0;
        (bind_at(++index, values), ...);
        return *this;
    }
    /// True while there is a row.
    bool step();
    /// For a statement that gives no rows.
    void run();
    std::int64_t integer(int column) const;
    std::string text(int column) const;

private:
    void bind_at(int index, std::int64_t value);
    void bind_at(int index, int value) { bind_at(index, static_cast<std::int64_t>(value)); }
    void bind_at(int index, std::string_view value);
    void check(int code, int wanted) const;

    Database& database_;
    std::unique_ptr<sqlite3_stmt, int (*)(sqlite3_stmt*)> statement_;
};

class Database {
public:
    enum class Durability { full, off };

    /// Opens or creates the file in WAL mode, readable by its owner only.
    Database(const std::filesystem::path& path, Durability durability);

    void execute(const std::string& sql);
    std::int64_t integer(std::string_view sql);
    std::int64_t last_insert_id() const;
    sqlite3* handle() const { return handle_.get(); }

private:
    std::unique_ptr<sqlite3, int (*)(sqlite3*)> handle_;
};

/// Rolls back unless committed.
class SqlTransaction {
public:
    explicit SqlTransaction(Database& database) : database_(database) {
        database_.execute("BEGIN IMMEDIATE");
    }
    ~SqlTransaction();
    SqlTransaction(const SqlTransaction&) = delete;
    SqlTransaction& operator=(const SqlTransaction&) = delete;

    void commit();

private:
    Database& database_;
    bool open_ = true;
};

}  // namespace millpond::admin
