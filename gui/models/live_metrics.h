// SPDX-License-Identifier: Apache-2.0
//
// The last seconds of every node, as the metrics stream brings them: the numbers of the tables'
// live columns and the lines of their sparklines. Bounded per node; a node not heard of is
// forgotten with its cluster. UI thread.
#pragma once

#include <QObject>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "gui/api/backend.h"

namespace millpond::console {

/// One cluster now: memory of its primary (the fullest node when the primary is silent), the rest
/// summed.
struct ClusterNumbers {
    double used_memory = 0;
    double max_memory = 0;
    double ops_per_second = 0;
    double hits_per_second = 0;
    double misses_per_second = 0;
    double connections = 0;
    std::int64_t keys = 0;
    bool known = false;
};

class LiveMetrics : public QObject {
    Q_OBJECT

public:
    static constexpr std::size_t kSparkSeconds = 60;

    using QObject::QObject;

    void add(const std::vector<schema::NodeMetrics>& items);
    void keepOnly(const std::vector<std::string>& clusters);

    const schema::NodeMetrics* node(const std::string& id) const;
    ClusterNumbers cluster(const std::string& id) const;
    /// Operations per second of the cluster's last minute, oldest first.
    const std::deque<double>& spark(const std::string& cluster) const;

Q_SIGNALS:
    void arrived();

private:
    std::map<std::string, schema::NodeMetrics> latest_;
    std::map<std::string, std::deque<double>> sparks_;
};

}  // namespace millpond::console
