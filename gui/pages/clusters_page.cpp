// SPDX-License-Identifier: Apache-2.0
#include "gui/pages/clusters_page.h"

#include <QAction>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QMenu>
#include <QPushButton>
#include <QVBoxLayout>

#include "gui/pages/cluster_menu.h"
#include "gui/widgets/data_table.h"
#include "gui/widgets/form.h"

namespace millpond::console {

ClustersPage::ClustersPage(Workspace& workspace, QWidget* parent)
    : Page(workspace, tr("Redis clusters"), parent) {
    setObjectName(QStringLiteral("clusters"));
    table_ = new DataTable(QStringLiteral("clusters-table"), tr("Redis clusters"),
                           &workspace.clusters());
    table_->setEmptyWords(tr("No clusters yet"),
                          tr("Press \"Create cluster\" (Ctrl+N): it is ready within a second."));
    table_->setColumnWidths({128, 116, 84, 64, 62, 142, 88, 112, 146, 160, 150});
    filter_ = table_->makeFilterField(tr("Filter clusters by name, status, type or address"));

    open_ = button(tr("View details"));
    actions_ = button(tr("Actions"), ButtonRole::Normal, QStringLiteral("chevron-down"));
    actions_->setObjectName(QStringLiteral("clusters-actions"));
    actions_->setLayoutDirection(Qt::RightToLeft);
    QPushButton* make = button(tr("Create cluster"), ButtonRole::Primary, QStringLiteral("add"));
    make->setObjectName(QStringLiteral("create-cluster"));
    head()->addWidget(open_);
    head()->addWidget(actions_);
    head()->addWidget(make);
    body()->addWidget(tableCard(table_, filter_), 1);

    auto* menu = new QMenu(this);
    menu_ = fillClusterMenu(
        menu, [this](const QString& action) { Q_EMIT clusterAction(table_->currentId(), action); });
    actions_->setMenu(menu);
    table_->setContextMenuPolicy(Qt::CustomContextMenu);
    connect(table_, &QWidget::customContextMenuRequested, this, [this, menu](const QPoint& at) {
        if (!table_->currentId().isEmpty()) menu->popup(table_->viewport()->mapToGlobal(at));
    });
    connect(make, &QPushButton::clicked, this, &Page::createClusterRequested);
    connect(open_, &QPushButton::clicked, this,
            [this] { Q_EMIT openCluster(table_->currentId(), {}); });
    connect(table_, &DataTable::opened, this,
            [this](const QString& id) { Q_EMIT openCluster(id, {}); });
    connect(table_, &DataTable::currentChangedTo, this, &ClustersPage::refreshActions);
    connect(table_, &DataTable::deleteRequested, this, &ClustersPage::removeCurrent);
    connect(table_, &DataTable::copied, this,
            [this](const QString& words) { Q_EMIT said(tr("%1 copied").arg(words)); });
    connect(&workspace, &Workspace::clustersChanged, this, &ClustersPage::refreshActions);
    refreshActions();
}

void ClustersPage::refreshActions() {
    const schema::Cluster* cluster = workspace().clusters().find(table_->currentId().toStdString());
    updateClusterMenu(menu_, cluster);
    setAvailable(actions_, cluster ? QString() : tr("Select a cluster first."));
    setAvailable(open_, cluster ? QString() : tr("Select a cluster first."));
}

void ClustersPage::removeCurrent() {
    if (whyNotDelete(workspace().clusters().find(table_->currentId().toStdString())).isEmpty())
        Q_EMIT clusterAction(table_->currentId(), QStringLiteral("delete"));
}

void ClustersPage::copyCurrent() {
    table_->copyCurrent();
}

}  // namespace millpond::console
