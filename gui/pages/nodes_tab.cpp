// SPDX-License-Identifier: Apache-2.0
#include "gui/pages/nodes_tab.h"

#include <QFrame>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QPushButton>
#include <QVBoxLayout>

#include "gui/pages/page.h"
#include "gui/widgets/data_table.h"
#include "gui/widgets/form.h"

namespace millpond::console {

NodesTab::NodesTab(Workspace& workspace, QWidget* parent)
    : ClusterTab(workspace, parent), model_(workspace.metrics()) {
    table_ = new DataTable(QStringLiteral("nodes-table"), tr("Nodes"), &model_);
    table_->setEmptyWords(tr("No nodes"), tr("They appear as they are started."));
    table_->setColumnWidths({130, 100, 120, 130, 90, 150, 160, 100, 160, 120});
    filter_ = table_->makeFilterField(tr("Filter nodes"));
    filter_->setMaximumWidth(320);
    promote_ = button(tr("Promote"), ButtonRole::Normal, QStringLiteral("primary"));
    promote_->setObjectName(QStringLiteral("node-promote"));
    reboot_ = button(tr("Reboot"), ButtonRole::Normal, QStringLiteral("reboot"));
    reboot_->setObjectName(QStringLiteral("node-reboot"));

    auto* box = new QFrame;
    setRole(box, "card");
    auto* column = new QVBoxLayout(box);
    column->setContentsMargins(1, 12, 1, 6);
    column->setSpacing(10);
    auto* row = new QHBoxLayout;
    row->setContentsMargins(15, 0, 15, 0);
    row->addWidget(filter_, 1);
    row->addStretch();
    row->addWidget(promote_);
    row->addWidget(reboot_);
    column->addLayout(row);
    column->addWidget(table_, 1);
    auto* all = new QVBoxLayout(this);
    all->setContentsMargins(0, 14, 0, 0);
    all->addWidget(box);

    connect(promote_, &QPushButton::clicked, this,
            [this] { Q_EMIT action(QStringLiteral("promote:") + table_->currentId()); });
    connect(reboot_, &QPushButton::clicked, this,
            [this] { Q_EMIT action(QStringLiteral("reboot:") + table_->currentId()); });
    connect(table_, &DataTable::currentChangedTo, this, &NodesTab::refreshActions);
    connect(table_, &DataTable::copied, this,
            [this](const QString& words) { Q_EMIT said(tr("%1 copied").arg(words)); });
}

void NodesTab::refresh() {
    if (const schema::Cluster* now = cluster()) model_.show(*now);
    refreshActions();
}

void NodesTab::refreshActions() {
    const schema::Node* node = model_.find(table_->currentId().toStdString());
    QString why = whyNotModify(cluster());
    if (why.isEmpty() && !node) why = tr("Select a node first.");
    setAvailable(reboot_, why);
    if (why.isEmpty() && node->role == "primary") why = tr("This node is the primary already.");
    if (why.isEmpty() && node->link != "up")
        why = tr("This replica is not in sync with its primary.");
    setAvailable(promote_, why);
}

}  // namespace millpond::console
