// SPDX-License-Identifier: Apache-2.0
//
// The nodes of one cluster, with live columns. UI thread.
#pragma once

#include "gui/models/resource_table.h"

namespace millpond::console {

class LiveMetrics;

class NodeModel : public ResourceTable<schema::Node> {
    Q_OBJECT

public:
    enum Column {
        Name,
        Role,
        Status,
        ReplicaLink,
        Zone,
        Address,
        Memory,
        Connections,
        Ops,
        Lag,
        ColumnCount
    };

    /// Requires: `metrics` outlives the model.
    explicit NodeModel(const LiveMetrics& metrics, QObject* parent = nullptr);

    void show(const schema::Cluster& cluster) { apply({true, cluster.nodes, {}}); }
    void refreshLive();

protected:
    std::string idOf(const schema::Node& row) const override { return row.id; }
    QVariant cell(const schema::Node& row, int column, int role) const override;
    QString title(int column) const override;

private:
    QVariant display(const schema::Node& row, int column) const;
    const LiveMetrics& metrics_;
};

/// "In step", or how far behind the primary: bytes and milliseconds.
QString lagText(const schema::NodeMetrics& metrics);

}  // namespace millpond::console
