// SPDX-License-Identifier: Apache-2.0
#include "gui/pages/cluster_page.h"

#include <QAction>
#include <QClipboard>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QPushButton>
#include <QTabBar>
#include <QTabWidget>
#include <QToolButton>
#include <QVBoxLayout>

#include "gui/models/format.h"
#include "gui/pages/cluster_menu.h"
#include "gui/pages/events_tab.h"
#include "gui/pages/keys_tab.h"
#include "gui/pages/metrics_tab.h"
#include "gui/pages/network_tab.h"
#include "gui/pages/nodes_tab.h"
#include "gui/pages/overview_tab.h"
#include "gui/widgets/form.h"
#include "gui/widgets/status_label.h"

namespace millpond::console {

ClusterPage::ClusterPage(Workspace& workspace, QWidget* parent) : Page(workspace, {}, parent) {
    setObjectName(QStringLiteral("cluster"));
    auto* back = iconButton(QStringLiteral("back"), tr("Back to Redis clusters"));
    name_ = label({}, "title");
    name_->setObjectName(QStringLiteral("cluster-name"));
    status_ = new StatusLabel;
    status_->setObjectName(QStringLiteral("cluster-status"));
    description_ = label({}, "muted");
    delete head()->takeAt(0)->widget();
    static_cast<QHBoxLayout*>(head())->insertWidget(0, back);
    static_cast<QHBoxLayout*>(head())->insertWidget(1, name_);
    static_cast<QHBoxLayout*>(head())->insertWidget(2, status_);
    static_cast<QHBoxLayout*>(head())->insertWidget(3, description_);
    head()->setSpacing(12);
    modify_ = button(tr("Modify"), ButtonRole::Normal, QStringLiteral("edit"));
    modify_->setObjectName(QStringLiteral("cluster-modify"));
    failover_ = button(tr("Failover"), ButtonRole::Normal, QStringLiteral("failover"));
    failover_->setObjectName(QStringLiteral("cluster-failover"));
    actions_ = button(tr("Actions"), ButtonRole::Normal, QStringLiteral("chevron-down"));
    actions_->setObjectName(QStringLiteral("cluster-actions"));
    actions_->setLayoutDirection(Qt::RightToLeft);
    for (QPushButton* each : {modify_, failover_, actions_}) head()->addWidget(each);
    auto* menu = new QMenu(this);
    menu_ = fillClusterMenu(
        menu, [this](const QString& action) { Q_EMIT clusterAction(cluster(), action); });
    actions_->setMenu(menu);

    tabs_ = named(new QTabWidget, tr("Details of the cluster"));
    tabs_->setObjectName(QStringLiteral("cluster-tabs"));
    tabs_->setDocumentMode(true);
    tabs_->tabBar()->setAccessibleName(tr("Details of the cluster"));
    addTab(new OverviewTab(workspace), QStringLiteral("overview"), tr("Overview"));
    addTab(new NodesTab(workspace), QStringLiteral("nodes"), tr("Nodes"));
    addTab(new MetricsTab(workspace), QStringLiteral("metrics"), tr("Metrics"));
    addTab(new KeysTab(workspace), QStringLiteral("keys"), tr("Keys"));
    addTab(new NetworkTab(workspace), QStringLiteral("network"), tr("Network and security"));
    addTab(new EventsTab(workspace), QStringLiteral("events"), tr("Events"));
    body()->addWidget(tabs_, 1);

    connect(back, &QToolButton::clicked, this,
            [this] { Q_EMIT openPage(QStringLiteral("clusters")); });
    connect(modify_, &QPushButton::clicked, this,
            [this] { Q_EMIT clusterAction(cluster(), QStringLiteral("modify")); });
    connect(failover_, &QPushButton::clicked, this,
            [this] { Q_EMIT clusterAction(cluster(), QStringLiteral("failover")); });
    connect(&workspace, &Workspace::clustersChanged, this, &ClusterPage::refresh);
}

void ClusterPage::addTab(ClusterTab* tab, const QString& name, const QString& title) {
    tab->setObjectName(QStringLiteral("tab-") + name);
    tabs_->addTab(tab, title);
    connect(tab, &ClusterTab::action, this,
            [this](const QString& action) { Q_EMIT clusterAction(cluster(), action); });
    connect(tab, &ClusterTab::said, this, &Page::said);
}

void ClusterPage::show(const QString& cluster, const QString& tab) {
    cluster_ = cluster.toStdString();
    for (int i = 0; i < tabs_->count(); ++i) {
        static_cast<ClusterTab*>(tabs_->widget(i))->setCluster(cluster_);
        if (!tab.isEmpty() && tabs_->widget(i)->objectName() == QStringLiteral("tab-") + tab)
            tabs_->setCurrentIndex(i);
    }
    refresh();
}

QString ClusterPage::tab() const {
    return tabs_->currentWidget()->objectName().mid(4);
}

QLineEdit* ClusterPage::filterField() const {
    return static_cast<ClusterTab*>(tabs_->currentWidget())->filterField();
}

void ClusterPage::refresh() {
    if (cluster_.empty()) return;
    const schema::Cluster* now = workspace().clusters().find(cluster_);
    name_->setText(text(cluster_));
    setAccessibleName(text(cluster_));
    status_->setStatus(now ? text(now->status) : QStringLiteral("failed"),
                       now ? QString() : tr("Deleted"));
    description_->setText(now ? text(now->description) : tr("This cluster is no longer there."));
    updateClusterMenu(menu_, now);
    setAvailable(modify_, whyNotModify(now));
    setAvailable(failover_, whyNotFailover(now));
    setAvailable(actions_, now ? QString() : tr("This cluster is no longer there."));
}

void ClusterPage::removeCurrent() {
    if (whyNotDelete(workspace().clusters().find(cluster_)).isEmpty())
        Q_EMIT clusterAction(cluster(), QStringLiteral("delete"));
}

void ClusterPage::copyCurrent() {
    const schema::Cluster* now = workspace().clusters().find(cluster_);
    if (!now) return;
    QGuiApplication::clipboard()->setText(endpointText(now->primary_endpoint));
    Q_EMIT said(tr("%1 copied").arg(endpointText(now->primary_endpoint)));
}

}  // namespace millpond::console
