// SPDX-License-Identifier: Apache-2.0
//
// metrics.db: what is only seen. One packed row per node and minute (the mean of each metric over
// the minute), one table per day, so that forgetting a day is one DROP. Synchronous is off: a power
// cut may lose minutes, never the clusters. Belongs to one thread at a time; throws DatabaseError.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "admin-api/store/database.h"

namespace millpond::admin {

class MetricsStore {
public:
    static constexpr int days_kept = 15;

    explicit MetricsStore(const std::filesystem::path& path)
        : db_(path, Database::Durability::off) {}

    struct Minute {
        std::int64_t minute = 0;  ///< Unix time / 60 s
        std::string node;
        std::vector<double> values;  ///< in the order of the metrics' table; may grow at its end
    };

    void put(const std::vector<Minute>& minutes);
    /// Minutes of one node in [from, to], ascending.
    std::vector<Minute> read(std::string_view node, std::int64_t from_minute,
                             std::int64_t to_minute);
    /// Drops the tables of days older than `days_kept` before `today` (Unix time / 1 day).
    void forget(std::int64_t today);

private:
    std::vector<std::int64_t> days();

    Database db_;
};

}  // namespace millpond::admin
