// SPDX-License-Identifier: Apache-2.0
#include "admin-api/api/prometheus.h"

#include <fmt/format.h>

#include <map>

namespace millpond::admin {
namespace {

struct Gauge {
    const char* name;
    const char* help;
    double (*read)(const schema::NodeMetrics&);
};

#define MILLPOND_GAUGE(name, help, member)                                                   \
    Gauge {                                                                                  \
        "millpond_node_" name, help,                                                         \
            [](const schema::NodeMetrics& node) { return static_cast<double>(node.member); } \
    }

constexpr Gauge gauges[] = {
    MILLPOND_GAUGE("used_memory_bytes", "Memory in use.", used_memory),
    MILLPOND_GAUGE("max_memory_bytes", "Memory limit.", max_memory),
    MILLPOND_GAUGE("connections", "Client connections.", connections),
    MILLPOND_GAUGE("operations_per_second", "Commands in the last second.", ops_per_second),
    MILLPOND_GAUGE("hits_per_second", "Reads that found their key.", hits_per_second),
    MILLPOND_GAUGE("misses_per_second", "Reads that did not.", misses_per_second),
    MILLPOND_GAUGE("keys", "Keys.", keys),
    MILLPOND_GAUGE("evicted_keys", "Keys evicted since the start.", evicted),
    MILLPOND_GAUGE("expired_keys", "Keys expired since the start.", expired),
    MILLPOND_GAUGE("replication_lag_bytes", "Bytes behind the primary.", lag_bytes),
    MILLPOND_GAUGE("cpu_percent", "Processor time in the last second.", cpu_percent),
    MILLPOND_GAUGE("received_bytes_per_second", "Bytes from clients.", bytes_in_per_second),
    MILLPOND_GAUGE("sent_bytes_per_second", "Bytes to clients.", bytes_out_per_second),
};

#undef MILLPOND_GAUGE

}  // namespace

std::string prometheus_text(UseCases& use_cases) {
    std::string out;
    std::map<std::string, int> by_status;
    const auto clusters = use_cases.clusters();
    for (const auto& cluster : clusters.items) ++by_status[cluster.status];
    out += "# HELP millpond_clusters Clusters by status.\n# TYPE millpond_clusters gauge\n";
    for (const auto& [status, count] : by_status)
        out += fmt::format("millpond_clusters{{status=\"{}\"}} {}\n", status, count);
    const auto nodes = use_cases.latest_metrics();
    for (const auto& gauge : gauges) {
        out += fmt::format("# HELP {} {}\n# TYPE {} gauge\n", gauge.name, gauge.help, gauge.name);
        for (const auto& node : nodes)
            out += fmt::format("{}{{cluster=\"{}\",node=\"{}\"}} {}\n", gauge.name, node.cluster,
                               node.node, gauge.read(node));
    }
    return out;
}

}  // namespace millpond::admin
