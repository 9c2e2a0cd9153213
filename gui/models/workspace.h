// SPDX-License-Identifier: Apache-2.0
//
// The console's picture of one daemon: the models that every page shows, fed by the backend. Owned
// by the main window; outlives the pages. UI thread.
#pragma once

#include <QObject>

#include "gui/models/cluster_model.h"
#include "gui/models/history_models.h"
#include "gui/models/live_metrics.h"
#include "gui/models/network_models.h"

namespace millpond::console {

class Workspace : public QObject {
    Q_OBJECT

public:
    /// Requires: `backend` outlives the workspace.
    explicit Workspace(Backend& backend, QObject* parent = nullptr);

    Backend& backend() { return backend_; }
    LiveMetrics& metrics() { return metrics_; }
    ClusterModel& clusters() { return clusters_; }
    SecurityGroupModel& groups() { return groups_; }
    OperationModel& operations() { return operations_; }
    EventModel& events() { return events_; }

    QString groupName(const std::string& id) const;  ///< the name, or the id of an unknown group

Q_SIGNALS:
    void clustersChanged();
    void groupsChanged();
    void operationsChanged();
    void eventsChanged();
    /// An operation that was under way has ended.
    void operationEnded(const schema::Operation& operation);

private:
    void onOperations(const Batch<schema::Operation>& batch);

    Backend& backend_;
    LiveMetrics metrics_;
    ClusterModel clusters_;
    SecurityGroupModel groups_;
    OperationModel operations_;
    EventModel events_;
};

}  // namespace millpond::console
