// SPDX-License-Identifier: Apache-2.0
#include "gui/pages/dashboard_page.h"

#include <QFrame>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <algorithm>

#include "gui/models/format.h"
#include "gui/widgets/data_table.h"
#include "gui/widgets/form.h"
#include "gui/widgets/stat_tile.h"
#include "gui/widgets/status_label.h"

namespace millpond::console {
namespace {
constexpr qint64 kDayMs = 86'400'000;
constexpr int kSparkSeconds = 60;
constexpr double kMemoryAlarm = 0.9;
}  // namespace

DashboardPage::DashboardPage(Workspace& workspace, QWidget* parent)
    : Page(workspace, tr("Dashboard"), parent) {
    setObjectName(QStringLiteral("dashboard"));
    QPushButton* make = button(tr("Create cluster"), ButtonRole::Primary, QStringLiteral("add"));
    head()->addWidget(make);
    connect(make, &QPushButton::clicked, this, &Page::createClusterRequested);

    auto* tiles = new QHBoxLayout;
    tiles->setSpacing(14);
    clusters_ = new StatTile(tr("Clusters"));
    memory_ = new StatTile(tr("Memory"));
    ops_ = new StatTile(tr("Operations"));
    hits_ = new StatTile(tr("Hit rate"));
    failovers_ = new StatTile(tr("Failovers in 24 hours"));
    for (StatTile* tile : {clusters_, memory_, ops_, hits_, failovers_}) tiles->addWidget(tile, 1);
    body()->addLayout(tiles);

    auto* middle = new QHBoxLayout;
    middle->setSpacing(14);
    middle->addWidget(makeClustersCard(), 3);
    middle->addWidget(makeAttentionCard(), 2);
    body()->addLayout(middle, 1);
    body()->addWidget(makeEventsCard(), 1);

    connect(&workspace.metrics(), &LiveMetrics::arrived, this, [this] {
        double ops = 0;
        for (const schema::Cluster& cluster : this->workspace().clusters().rows())
            ops += this->workspace().metrics().cluster(cluster.id).ops_per_second;
        ops_line_.append(ops);
        if (ops_line_.size() > kSparkSeconds) ops_line_.removeFirst();
        refresh();
    });
    connect(&workspace, &Workspace::clustersChanged, this, &DashboardPage::refresh);
    connect(&workspace, &Workspace::operationsChanged, this, &DashboardPage::refresh);
    refresh();
}

QWidget* DashboardPage::makeClustersCard() {
    Card box = card(tr("Redis clusters"));
    QPushButton* all = button(tr("View all"), ButtonRole::Link);
    box.head->addWidget(all);
    connect(all, &QPushButton::clicked, this,
            [this] { Q_EMIT openPage(QStringLiteral("clusters")); });
    auto* table = new DataTable(QStringLiteral("dashboard-clusters"), tr("Redis clusters"),
                                &workspace().clusters());
    for (const int column : {ClusterModel::Mode, ClusterModel::Shards, ClusterModel::NodeType,
                             ClusterModel::Engine, ClusterModel::Failover, ClusterModel::Endpoint})
        table->hideColumn(column);
    table->setEmptyWords(tr("No clusters yet"), tr("Create one: it is ready within a second."));
    table->setColumnWidths({128, 120, 0, 0, 62, 0, 0, 0, 150, 180});
    table->horizontalHeader()->setSortIndicatorShown(false);
    box.body->addWidget(table, 1);
    connect(table, &DataTable::opened, this,
            [this](const QString& id) { Q_EMIT openCluster(id, {}); });
    return box.frame;
}

QWidget* DashboardPage::makeAttentionCard() {
    Card box = card(tr("Needs attention"));
    alarms_ = new QVBoxLayout;
    alarms_->setSpacing(8);
    box.body->addLayout(alarms_);
    box.body->addStretch();
    return box.frame;
}

QWidget* DashboardPage::makeEventsCard() {
    Card box = card(tr("Recent events"));
    QPushButton* all = button(tr("View all"), ButtonRole::Link);
    box.head->addWidget(all);
    connect(all, &QPushButton::clicked, this,
            [this] { Q_EMIT openPage(QStringLiteral("events")); });
    auto* table = new DataTable(QStringLiteral("dashboard-events"), tr("Recent events"),
                                &workspace().events());
    table->hideColumn(EventModel::SourceType);
    table->setEmptyWords(tr("Nothing has happened yet"),
                         tr("What happens to clusters and nodes is told here."));
    table->setColumnWidths({160, 130, 0, 150, 400});
    box.body->addWidget(table, 1);
    return box.frame;
}

void DashboardPage::refreshAlarms() {
    QList<std::pair<QString, QString>> alarms;
    for (const schema::Cluster& cluster : workspace().clusters().rows()) {
        const QString name = text(cluster.id);
        if (cluster.status == "create-failed")
            alarms.append({QStringLiteral("error"), tr("%1 could not be created").arg(name)});
        for (const schema::Node& node : cluster.nodes) {
            if (node.status == "failed")
                alarms.append({QStringLiteral("error"), tr("%1 has failed").arg(text(node.id))});
            else if (node.status == "recovering")
                alarms.append(
                    {QStringLiteral("warning"), tr("%1 is being recovered").arg(text(node.id))});
            else if (node.link == "down")
                alarms.append(
                    {QStringLiteral("warning"), tr("%1 has lost its primary").arg(text(node.id))});
        }
        if (cluster.nodes.size() == 1)
            alarms.append({QStringLiteral("info"),
                           tr("%1 has no replica: its data goes with its node").arg(name)});
        const ClusterNumbers now = workspace().metrics().cluster(cluster.id);
        if (now.known && now.max_memory > 0 && now.used_memory > kMemoryAlarm * now.max_memory)
            alarms.append({QStringLiteral("warning"),
                           tr("%1 uses %2 of its memory")
                               .arg(name, QStringLiteral("%1 %").arg(
                                              int(100 * now.used_memory / now.max_memory)))});
    }
    std::ranges::stable_sort(alarms, {}, [](const auto& alarm) {
        return alarm.first == QStringLiteral("error")     ? 0
               : alarm.first == QStringLiteral("warning") ? 1
                                                          : 2;
    });
    if (alarms.isEmpty()) alarms.append({QStringLiteral("available"), tr("All is well")});
    QString shown;
    for (const auto& [kind, words] : alarms) shown += kind + words + QLatin1Char('\n');
    if (shown == alarms_shown_) return;
    alarms_shown_ = shown;
    while (QLayoutItem* item = alarms_->takeAt(0)) {
        delete item->widget();
        delete item;
    }
    constexpr int kShown = 7;
    for (int i = 0; i < std::min<int>(kShown, int(alarms.size())); ++i) {
        auto* line = new StatusLabel;
        line->setStatus(alarms[i].first, alarms[i].second);
        alarms_->addWidget(line);
    }
    if (alarms.size() > kShown)
        alarms_->addWidget(label(tr("and %n more", nullptr, int(alarms.size()) - kShown), "muted"));
}

void DashboardPage::refresh() {
    const auto& rows = workspace().clusters().rows();
    int available = 0;
    double used = 0, limit = 0, ops = 0, hits = 0, misses = 0;
    for (const schema::Cluster& cluster : rows) {
        available += cluster.status == "available" ? 1 : 0;
        const ClusterNumbers now = workspace().metrics().cluster(cluster.id);
        used += now.used_memory;
        limit += now.max_memory;
        ops += now.ops_per_second;
        hits += now.hits_per_second;
        misses += now.misses_per_second;
    }
    clusters_->setNumber(
        QString::number(rows.size()),
        tr("%1 available, %2 busy").arg(available).arg(int(rows.size()) - available));
    memory_->setNumber(formatBytes(used), tr("of %1").arg(formatBytes(limit)));
    memory_->setUsage(used, limit);
    ops_->setNumber(formatRate(ops), tr("over all nodes"));
    ops_->setSpark(ops_line_);
    const double asked = hits + misses;
    hits_->setNumber(
        asked > 0 ? QStringLiteral("%1 %").arg(100 * hits / asked, 0, 'f', 1) : QStringLiteral("-"),
        asked > 0 ? tr("of reads find their key") : tr("no reads now"));
    const int failovers = workspace().operations().failoversWithin(kDayMs);
    failovers_->setNumber(QString::number(failovers),
                          failovers == 0 ? tr("none") : tr("see Operations"));
    refreshAlarms();
}

}  // namespace millpond::console
