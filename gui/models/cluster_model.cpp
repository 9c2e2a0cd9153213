// SPDX-License-Identifier: Apache-2.0
#include "gui/models/cluster_model.h"

#include <QPointF>
#include <algorithm>

#include "gui/models/format.h"
#include "gui/models/live_metrics.h"
#include "gui/models/words.h"

namespace millpond::console {

QString endpointText(const schema::Endpoint& endpoint) {
    if (endpoint.address.empty()) return {};
    return QStringLiteral("%1:%2").arg(text(endpoint.address)).arg(endpoint.port);
}

const schema::Node* primaryOf(const schema::Cluster& cluster) {
    const auto it = std::ranges::find(cluster.nodes, "primary", &schema::Node::role);
    return it == cluster.nodes.end() ? nullptr : &*it;
}

int unwellNodes(const schema::Cluster& cluster) {
    return int(std::ranges::count_if(cluster.nodes,
                                     [](const auto& node) { return node.status != "available"; }));
}

ClusterModel::ClusterModel(const LiveMetrics& metrics, QObject* parent)
    : ResourceTable(ColumnCount, Order::OldestFirst, parent), metrics_(metrics) {}

void ClusterModel::refreshLive() {
    if (rowCount() > 0) Q_EMIT dataChanged(index(0, Memory), index(rowCount() - 1, Ops));
}

QString ClusterModel::title(int column) const {
    switch (column) {
        case Name:
            return tr("Name");
        case Status:
            return tr("Status");
        case Mode:
            return tr("Mode");
        case Shards:
            return tr("Shards");
        case Nodes:
            return tr("Nodes");
        case NodeType:
            return tr("Node type");
        case Engine:
            return tr("Engine");
        case Failover:
            return tr("Auto failover");
        case Memory:
            return tr("Memory");
        case Ops:
            return tr("Operations");
        case Endpoint:
            return tr("Primary endpoint");
    }
    return {};
}

QVariant ClusterModel::display(const schema::Cluster& row, int column) const {
    switch (column) {
        case Name:
            return text(row.id);
        case Status:
            return statusWord(text(row.status));
        case Mode:
            return row.cluster_mode ? tr("Enabled") : tr("Disabled");
        case Shards:
            return 1;
        case Nodes:
            return int(row.nodes.size());
        case NodeType:
            return text(row.node_type);
        case Engine:
            return QStringLiteral("%1 %2").arg(tr("Redis"), text(row.engine_version));
        case Failover:
            return statusWord(text(row.automatic_failover));
        case Memory: {
            const ClusterNumbers now = metrics_.cluster(row.id);
            return now.known ? tr("%1 of %2")
                                   .arg(formatBytes(now.used_memory), formatBytes(now.max_memory))
                             : QString();
        }
        case Ops: {
            const ClusterNumbers now = metrics_.cluster(row.id);
            return now.known ? formatRate(now.ops_per_second) : QString();
        }
        case Endpoint:
            return endpointText(row.primary_endpoint);
    }
    return {};
}

QVariant ClusterModel::sortKey(const schema::Cluster& row, int column) const {
    if (column == Memory) return metrics_.cluster(row.id).used_memory;
    if (column == Ops) return metrics_.cluster(row.id).ops_per_second;
    return display(row, column);
}

QVariant ClusterModel::cell(const schema::Cluster& row, int column, int role) const {
    switch (role) {
        case Qt::DisplayRole:
            return display(row, column);
        case SortRole:
            return sortKey(row, column);
        case CopyRole:
            return endpointText(row.primary_endpoint);
        case FilterRole:
            return QStringList{text(row.id), text(row.description), text(row.node_type),
                               statusWord(text(row.status)), endpointText(row.primary_endpoint)}
                .join(QLatin1Char('\n'));
        case StatusRole:
            if (column == Status) return text(row.status);
            if (column == Failover) return text(row.automatic_failover);
            return {};
        case UsageRole: {
            if (column != Memory) return {};
            const ClusterNumbers now = metrics_.cluster(row.id);
            return now.known ? QVariant(QPointF(now.used_memory, now.max_memory)) : QVariant();
        }
        case SparkRole: {
            if (column != Ops) return {};
            QVariantList line;
            for (const double value : metrics_.spark(row.id)) line.append(value);
            return line;
        }
        case MonospaceRole:
            return column == Endpoint;
        case Qt::ToolTipRole:
            if (column == Name && !row.description.empty()) return text(row.description);
            if (column == Status && unwellNodes(row) > 0)
                return tr("%n node(s) not available", nullptr, unwellNodes(row));
            return display(row, column);
    }
    return {};
}

}  // namespace millpond::console
