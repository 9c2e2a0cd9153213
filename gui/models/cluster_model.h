// SPDX-License-Identifier: Apache-2.0
//
// The table of clusters, with live columns from the metrics stream. UI thread.
#pragma once

#include "gui/models/resource_table.h"

namespace millpond::console {

class LiveMetrics;

class ClusterModel : public ResourceTable<schema::Cluster> {
    Q_OBJECT

public:
    enum Column {
        Name,
        Status,
        Mode,
        Shards,
        Nodes,
        NodeType,
        Engine,
        Failover,
        Memory,
        Ops,
        Endpoint,
        ColumnCount
    };

    /// Requires: `metrics` outlives the model.
    explicit ClusterModel(const LiveMetrics& metrics, QObject* parent = nullptr);

    /// The live columns have new numbers.
    void refreshLive();

protected:
    std::string idOf(const schema::Cluster& row) const override { return row.id; }
    QVariant cell(const schema::Cluster& row, int column, int role) const override;
    QString title(int column) const override;

private:
    QVariant display(const schema::Cluster& row, int column) const;
    QVariant sortKey(const schema::Cluster& row, int column) const;

    const LiveMetrics& metrics_;
};

QString endpointText(
    const schema::Endpoint& endpoint);  ///< "127.10.0.2:6379", or empty while there is none

/// The cluster's node with the primary role, or nullptr.
const schema::Node* primaryOf(const schema::Cluster& cluster);
/// How many nodes are not available: a cluster with some is degraded, whatever its status.
int unwellNodes(const schema::Cluster& cluster);

}  // namespace millpond::console
