// SPDX-License-Identifier: Apache-2.0
#include "gui/models/live_metrics.h"

#include <algorithm>

namespace millpond::console {

void LiveMetrics::add(const std::vector<schema::NodeMetrics>& items) {
    std::map<std::string, double> ops;
    for (const schema::NodeMetrics& item : items) {
        latest_.insert_or_assign(item.node, item);
        ops[item.cluster] += item.ops_per_second;
    }
    for (const auto& [cluster, sum] : ops) {
        std::deque<double>& spark = sparks_[cluster];
        spark.push_back(sum);
        if (spark.size() > kSparkSeconds) spark.pop_front();
    }
    Q_EMIT arrived();
}

void LiveMetrics::keepOnly(const std::vector<std::string>& clusters) {
    const auto gone = [&](const std::string& id) {
        return std::ranges::find(clusters, id) == clusters.end();
    };
    std::erase_if(latest_, [&](const auto& entry) { return gone(entry.second.cluster); });
    std::erase_if(sparks_, [&](const auto& entry) { return gone(entry.first); });
}

const schema::NodeMetrics* LiveMetrics::node(const std::string& id) const {
    const auto it = latest_.find(id);
    return it == latest_.end() ? nullptr : &it->second;
}

ClusterNumbers LiveMetrics::cluster(const std::string& id) const {
    ClusterNumbers sum;
    for (const auto& [node, m] : latest_) {
        if (m.cluster != id) continue;
        sum.known = true;
        sum.used_memory = std::max(sum.used_memory, double(m.used_memory));
        sum.max_memory = std::max(sum.max_memory, double(m.max_memory));
        sum.keys = std::max(sum.keys, m.keys);
        sum.ops_per_second += m.ops_per_second;
        sum.hits_per_second += m.hits_per_second;
        sum.misses_per_second += m.misses_per_second;
        sum.connections += double(m.connections);
    }
    return sum;
}

const std::deque<double>& LiveMetrics::spark(const std::string& cluster) const {
    static const std::deque<double> none;
    const auto it = sparks_.find(cluster);
    return it == sparks_.end() ? none : it->second;
}

}  // namespace millpond::console
