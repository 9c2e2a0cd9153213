// SPDX-License-Identifier: Apache-2.0
//
// One tab of a cluster's page. It shows the cluster that it was told last, and works (asks, draws)
// only while it is seen. UI thread.
#pragma once

#include <QWidget>

#include "gui/models/workspace.h"

class QLineEdit;

namespace millpond::console {

class ClusterTab : public QWidget {
    Q_OBJECT

public:
    explicit ClusterTab(Workspace& workspace, QWidget* parent = nullptr);

    void setCluster(const std::string& cluster);
    virtual QLineEdit* filterField() const { return nullptr; }

Q_SIGNALS:
    void action(const QString& action);  ///< see Page::clusterAction
    void said(const QString& words);

protected:
    Workspace& workspace() { return workspace_; }
    const std::string& clusterId() const { return cluster_; }
    const schema::Cluster* cluster();  ///< nullptr once it is gone

    virtual void onCluster() {}    ///< another cluster is to be shown
    virtual void refresh() {}      ///< the cluster has changed, or the tab has come into view
    virtual void refreshLive() {}  ///< new metrics have come

    void showEvent(QShowEvent* event) override;

private:
    Workspace& workspace_;
    std::string cluster_;
};

}  // namespace millpond::console
