// SPDX-License-Identifier: Apache-2.0
#include "admin-api/store/metrics_store.h"

#include <algorithm>
#include <cstring>

namespace millpond::admin {
namespace {

constexpr std::int64_t minutes_per_day = 24 * 60;

std::string table_of(std::int64_t day) {
    return "day_" + std::to_string(day);
}

std::string pack(const std::vector<double>& values) {
    std::string out(values.size() * sizeof(double), '\0');
    std::memcpy(out.data(), values.data(), out.size());
    return out;
}

std::vector<double> unpack(const std::string& bytes) {
    std::vector<double> out(bytes.size() / sizeof(double));
    std::memcpy(out.data(), bytes.data(), out.size() * sizeof(double));
    return out;
}

}  // namespace

std::vector<std::int64_t> MetricsStore::days() {
    std::vector<std::int64_t> out;
    Statement statement(db_,
                        "SELECT substr(name, 5) FROM sqlite_master WHERE name LIKE 'day\\_%' "
                        "ESCAPE '\\' AND type='table'");
    while (statement.step()) out.push_back(std::stoll(statement.text(0)));
    return out;
}

void MetricsStore::put(const std::vector<Minute>& minutes) {
    SqlTransaction transaction(db_);
    for (const auto& minute : minutes) {
        const auto table = table_of(minute.minute / minutes_per_day);
        db_.execute("CREATE TABLE IF NOT EXISTS " + table +
                    "(node TEXT, minute INTEGER, packed BLOB, PRIMARY KEY(node, minute)) WITHOUT "
                    "ROWID");
        Statement(db_, "INSERT OR REPLACE INTO " + table + "(node, minute, packed) VALUES(?, ?, ?)")
            .bind(minute.node, minute.minute, pack(minute.values))
            .run();
    }
    transaction.commit();
}

std::vector<MetricsStore::Minute> MetricsStore::read(std::string_view node,
                                                     std::int64_t from_minute,
                                                     std::int64_t to_minute) {
    auto known = days();
    std::sort(known.begin(), known.end());
    std::vector<Minute> out;
    for (const auto day : known) {
        if (day < from_minute / minutes_per_day || day > to_minute / minutes_per_day) continue;
        Statement statement(db_, "SELECT minute, packed FROM " + table_of(day) +
                                     " WHERE node=? AND minute BETWEEN ? AND ? ORDER BY minute");
        statement.bind(node, from_minute, to_minute);
        while (statement.step())
            out.push_back({statement.integer(0), std::string(node), unpack(statement.text(1))});
    }
    return out;
}

void MetricsStore::forget(std::int64_t today) {
    for (const auto day : days())
        if (day < today - days_kept) db_.execute("DROP TABLE " + table_of(day));
}

}  // namespace millpond::admin
