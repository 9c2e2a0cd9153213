// SPDX-License-Identifier: Apache-2.0
#include "gui/models/node_model.h"

#include <QPointF>

#include "gui/models/format.h"
#include "gui/models/live_metrics.h"
#include "gui/models/words.h"

namespace millpond::console {

QString lagText(const schema::NodeMetrics& m) {
    if (m.lag_bytes <= 0) return NodeModel::tr("In step");
    return NodeModel::tr("%1, %2").arg(formatBytes(double(m.lag_bytes)),
                                       formatMilliseconds(m.lag_ms));
}

NodeModel::NodeModel(const LiveMetrics& metrics, QObject* parent)
    : ResourceTable(ColumnCount, Order::OldestFirst, parent), metrics_(metrics) {}

void NodeModel::refreshLive() {
    if (rowCount() > 0) Q_EMIT dataChanged(index(0, Memory), index(rowCount() - 1, Lag));
}

QString NodeModel::title(int column) const {
    switch (column) {
        case Name:
            return tr("Node");
        case Role:
            return tr("Role");
        case Status:
            return tr("Status");
        case ReplicaLink:
            return tr("Replication");
        case Zone:
            return tr("Zone");
        case Address:
            return tr("Address");
        case Memory:
            return tr("Memory");
        case Connections:
            return tr("Connections");
        case Ops:
            return tr("Operations");
        case Lag:
            return tr("Lag");
    }
    return {};
}

QVariant NodeModel::display(const schema::Node& row, int column) const {
    const schema::NodeMetrics* now = metrics_.node(row.id);
    switch (column) {
        case Name:
            return text(row.id);
        case Role:
            return roleWord(row.role);
        case Status:
            return statusWord(text(row.status));
        case ReplicaLink:
            return linkWord(row.link);
        case Zone:
            return text(row.zone);
        case Address:
            return QStringLiteral("%1:%2").arg(text(row.address)).arg(row.port);
        default:
            break;
    }
    if (now == nullptr) return {};
    switch (column) {
        case Memory:
            return tr("%1 of %2")
                .arg(formatBytes(double(now->used_memory)), formatBytes(double(now->max_memory)));
        case Connections:
            return formatCount(double(now->connections));
        case Ops:
            return formatRate(now->ops_per_second);
        case Lag:
            return row.role == "replica" ? lagText(*now) : QString();
        default:
            return {};
    }
}

QVariant NodeModel::cell(const schema::Node& row, int column, int role) const {
    const schema::NodeMetrics* now = metrics_.node(row.id);
    switch (role) {
        case Qt::DisplayRole:
        case SortRole:
        case Qt::ToolTipRole:
            return display(row, column);
        case CopyRole:
            return display(row, Address);
        case FilterRole:
            return QStringList{text(row.id), roleWord(row.role), text(row.address)}.join(
                QLatin1Char('\n'));
        case StatusRole:
            if (column == Status) return text(row.status);
            if (column == ReplicaLink && row.link != "none") return text(row.link);
            if (column == Role) return text(row.role);
            return {};
        case UsageRole:
            if (column != Memory || now == nullptr) return {};
            return QPointF(double(now->used_memory), double(now->max_memory));
        case MonospaceRole:
            return column == Address;
    }
    return {};
}

}  // namespace millpond::console
