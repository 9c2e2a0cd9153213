// SPDX-License-Identifier: Apache-2.0
#include "gui/pages/cluster_tab.h"

#include "gui/widgets/form.h"

namespace millpond::console {

ClusterTab::ClusterTab(Workspace& workspace, QWidget* parent)
    : QWidget(parent), workspace_(workspace) {
    setRole(this, "page");
    connect(&workspace, &Workspace::clustersChanged, this, [this] {
        if (isVisible()) refresh();
    });
    connect(&workspace, &Workspace::groupsChanged, this, [this] {
        if (isVisible()) refresh();
    });
    connect(&workspace.metrics(), &LiveMetrics::arrived, this, [this] {
        if (isVisible()) refreshLive();
    });
}

void ClusterTab::setCluster(const std::string& cluster) {
    if (cluster == cluster_) return;
    cluster_ = cluster;
    onCluster();
    if (isVisible()) refresh();
}

const schema::Cluster* ClusterTab::cluster() {
    return workspace_.clusters().find(cluster_);
}

void ClusterTab::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    refresh();
    refreshLive();
}

}  // namespace millpond::console
