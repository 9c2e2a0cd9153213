// SPDX-License-Identifier: Apache-2.0
//
// What the nodes measured: the last hour in seconds in memory, the last 15 days in minutes in
// metrics.db. Samples come in as counters and leave as rates. Any thread; the disk is written and
// read under a lock of its own, so that a slow disk never keeps the latest second from anyone.
#pragma once

#include <deque>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "admin-api/nodes/fleet.h"
#include "admin-api/schema/history.h"
#include "admin-api/store/metrics_store.h"

namespace millpond::admin {

class MetricsBoard {
public:
    static constexpr std::size_t seconds_kept = 3600;
    static constexpr std::int64_t points_max = 20'000;

    /// An empty path keeps nothing on disk.
    explicit MetricsBoard(const std::filesystem::path& path);

    /// One second of every node. Returns it as rates.
    std::vector<schema::NodeMetrics> take(const std::vector<NodeSample>& samples);
    /// Writes the minutes that have ended to the disk. Returns why it could not, or nothing.
    std::string flush();

    std::vector<schema::NodeMetrics> latest() const;
    /// Means over steps; NaN where nothing was seen. Requires: a positive step, from <= to.
    std::vector<schema::MetricSeries> series(const std::vector<std::string>& nodes,
                                             const std::vector<std::string>& names,
                                             std::int64_t from_ms, std::int64_t to_ms,
                                             std::int64_t step_ms);
    void forget_node(const std::string& node);

    /// Every metric's name, in the order of the stored values.
    static const std::vector<std::string>& names();

private:
    struct Point {
        std::int64_t time_ms;
        std::vector<float> values;
    };
    struct MinuteSum {
        std::int64_t minute = -1;  ///< none yet
        int count = 0;
        std::vector<double> sums;
    };
    struct NodeHistory {
        NodeSample last;
        schema::NodeMetrics latest;
        std::deque<Point> seconds;
        MinuteSum minute;
    };
    void remember(NodeHistory& history, const schema::NodeMetrics& metrics);
    void close_minute(const std::string& node, MinuteSum& minute);

    mutable std::mutex mutex_;
    std::map<std::string, NodeHistory, std::less<>> nodes_;
    std::vector<MetricsStore::Minute> ended_;  ///< minutes that wait for the disk; bounded

    std::mutex disk_;
    std::unique_ptr<MetricsStore> store_;
};

}  // namespace millpond::admin
